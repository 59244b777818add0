"""Get-, New-, Set- and Remove-AuthServer. The Exchange server itself fetches the metadata, when the cmdlet runs.

No recorded Get-AuthServer exists: property names are the documentation's, not verified against a real server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pushtui.base.values import replace
from pushtui.lab.organization.acs import Metadata, fetch_metadata, way_out
from pushtui.lab.organization.directory import AuthServer
from pushtui.lab.organization.errors import TASKS, Refused, invalid_argument, not_found
from pushtui.lab.organization.objects import AD_CONFIGURATION, directory_object
from pushtui.lab.organization.state import OrganizationState
from pushtui.lab.organization.task import DOMAIN_CONTROLLER, executing_server, task
from pushtui.lab.organization.versions import knows_domain_name
from pushtui.lab.remoting.cmdlet import CmdletSpec, Invocation, MultiValued, Parameter, RemoteObject

_TYPES = ("ADFS", "AzureAD", "Facebook", "LinkedIn", "MicrosoftACS")
_METADATA, _ENABLED, _REFRESH = "AuthMetadataUrlParameterSet", "EnabledParameterSet", "RefreshAuthMetadataParameterSet"


def cmdlets(organization: OrganizationState) -> tuple[CmdletSpec, ...]:
    identity = Parameter("Identity", mandatory=True, position=0)
    return (
        task(
            organization,
            "Get-AuthServer",
            f"{TASKS}.GetAuthServer",
            _get,
            (Parameter("Identity", position=0), DOMAIN_CONTROLLER),
        ),
        task(
            organization,
            "New-AuthServer",
            f"{TASKS}.NewAuthServer",
            _new,
            (
                Parameter("Name", mandatory=True, position=0),
                Parameter("AuthMetadataUrl", mandatory=True),
                Parameter("Type", choices=_TYPES),
                Parameter("Enabled", "bool"),
                Parameter("DomainName", "strings"),
                DOMAIN_CONTROLLER,
            ),
            confirms="supports",
            writes=True,
        ),
        task(
            organization,
            "Set-AuthServer",
            f"{TASKS}.SetAuthServer",
            _set,
            (
                identity,
                Parameter("AuthMetadataUrl", sets=frozenset({_METADATA})),
                Parameter("RefreshAuthMetadata", "switch", sets=frozenset({_REFRESH})),
                Parameter("Enabled", "bool"),
                Parameter("IsDefaultAuthorizationEndpoint", "bool"),
                Parameter("Name"),
                Parameter("DomainName", "strings"),
                DOMAIN_CONTROLLER,
            ),
            default_set=_ENABLED,
            confirms="supports",
            writes=True,
        ),
        task(
            organization,
            "Remove-AuthServer",
            f"{TASKS}.RemoveAuthServer",
            _remove,
            (identity, DOMAIN_CONTROLLER),
            confirms="asks",
            writes=True,
        ),
    )


def auth_server_object(organization: OrganizationState, server: AuthServer) -> RemoteObject:
    newer = {"DomainName": MultiValued(server.domains)} if knows_domain_name(organization.schema_version) else {}
    return directory_object(
        organization,
        server,
        ("Microsoft.Exchange.Data.Directory.SystemConfiguration.AuthServer", *AD_CONFIGURATION),
        {
            "IssuerIdentifier": server.issuer,
            "ApplicationIdentifier": server.application,
            "CertificateStrings": MultiValued(server.certificates),
            "CurrentEncryptedAppSecret": "",
            "TokenIssuingEndpoint": server.token_endpoint,
            "AuthorizationEndpoint": server.authorization_endpoint,
            "AuthMetadataUrl": server.metadata_url,
            "Realm": server.realm,
            **newer,
            "Type": server.type,
            "Enabled": server.enabled,
            "IsDefaultAuthorizationEndpoint": server.default_authorization_endpoint,
        },
        parents=f"CN=Auth Servers,CN=Auth Configuration,{organization.container}",
        schema="ms-Exch-Auth-Auth-Server",
        classes=("top", "msExchAuthAuthServer"),
    )


def _found(organization: OrganizationState, identity: str) -> AuthServer:
    server = organization.find_auth_server(identity)
    if server is None:
        raise not_found(identity, organization.domain_controller)
    return server


def _get(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    identity = parameters.get("Identity")
    with organization.current():
        servers = [_found(organization, identity)] if identity else list(organization.auth_servers)
        answers = [auth_server_object(organization, server) for server in servers]
    for answer in answers:
        invocation.output(answer)


def _metadata(organization: OrganizationState, invocation: Invocation, url: str) -> Metadata:
    if url.lower().startswith("http://"):
        invocation.warning(f"The metadata URL {url} isn't protected by TLS.")  # not verified
    return fetch_metadata(way_out(organization, executing_server(organization, invocation)), url)


def _refuse_duplicates(organization: OrganizationState, name: str, metadata: Metadata) -> None:
    if any(server.name.lower() == name.lower() for server in organization.auth_servers):
        raise Refused(
            f"The object 'CN={name},CN=Auth Servers,CN=Auth Configuration,{organization.container}' already exists.",
            exception="Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException",
            category="NotSpecified",
            target=name,
        )
    for server in organization.auth_servers:
        if (server.type, server.issuer, server.realm) == ("MicrosoftACS", metadata.issuer, metadata.realm):
            raise invalid_argument(  # not verified: the wording
                f"The auth server '{server.name}' already has issuer {metadata.issuer} and realm {metadata.realm}.",
                name,
            )


def _new(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    name, url = str(parameters["Name"]), str(parameters["AuthMetadataUrl"])
    if not name.strip():
        raise invalid_argument("The name can't be empty.")
    if (parameters.get("Type") or "MicrosoftACS") != "MicrosoftACS":
        raise invalid_argument(f"Auth servers of type {parameters['Type']} aren't simulated here.")
    metadata = _metadata(organization, invocation, url)
    with organization.current():
        _refuse_duplicates(organization, name, metadata)
    if not invocation.should_process(name, "Creating an auth server"):
        return
    with organization.current() as now:
        _refuse_duplicates(organization, name, metadata)
        server = AuthServer(
            name=name,
            created=now,
            changed=now,
            metadata_url=url,
            issuer=metadata.issuer,
            realm=metadata.realm,
            token_endpoint=metadata.token_endpoint,
            authorization_endpoint=metadata.authorization_endpoint,
            certificates=metadata.certificates,
            domains=tuple(parameters.get("DomainName") or ()),
            enabled=parameters.get("Enabled", True),
        )
        organization.auth_servers.append(server)
        answer = auth_server_object(organization, server)
    invocation.output(answer)


def _set(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    with organization.current():
        before = _found(organization, str(parameters["Identity"]))
    after = _with_settings(organization, before, parameters)
    url = parameters.get("AuthMetadataUrl") or (before.metadata_url if parameters.get("RefreshAuthMetadata") else "")
    if "AuthMetadataUrl" in parameters and not parameters["AuthMetadataUrl"]:
        raise invalid_argument("The metadata URL can't be empty.", before.name)
    if url:
        after = _with_metadata(after, str(url), _metadata(organization, invocation, str(url)))
    if not invocation.should_process(before.name, "Setting an auth server"):
        return
    with organization.current() as now:
        if before not in organization.auth_servers:
            raise Refused("The object has been changed by someone else since it was read. Try again.")  # not verified
        if after != before:
            organization.replace_auth_server(before, replace(after, changed=now))


def _with_settings(organization: OrganizationState, before: AuthServer, parameters: Mapping[str, Any]) -> AuthServer:
    after = before
    if "Enabled" in parameters:
        after = replace(after, enabled=bool(parameters["Enabled"]))
    if "IsDefaultAuthorizationEndpoint" in parameters:
        after = replace(after, default_authorization_endpoint=bool(parameters["IsDefaultAuthorizationEndpoint"]))
    if "DomainName" in parameters:
        after = replace(after, domains=tuple(parameters["DomainName"] or ()))
    if "Name" in parameters:
        name = str(parameters["Name"] or "")
        other = organization.find_auth_server(name)
        if not name.strip() or (other is not None and other is not before):
            raise invalid_argument(f"The name '{name}' is empty or taken.", before.name)
        after = replace(after, name=name)
    return after


def _with_metadata(server: AuthServer, url: str, metadata: Metadata) -> AuthServer:
    """Another tenant means another auth server: remove and create. Not verified: the wording."""
    if (metadata.issuer, metadata.realm) != (server.issuer, server.realm):
        raise invalid_argument(
            f"The metadata at {url} is of issuer {metadata.issuer} and realm {metadata.realm}, but the auth server "
            f"'{server.name}' has issuer {server.issuer} and realm {server.realm}.",
            server.name,
        )
    return replace(
        server,
        metadata_url=url,
        token_endpoint=metadata.token_endpoint,
        authorization_endpoint=metadata.authorization_endpoint,
        certificates=metadata.certificates,
    )


def _remove(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    with organization.current():
        server = _found(organization, str(parameters["Identity"]))
    if not invocation.should_process(server.name, "Removing an auth server"):
        return
    with organization.current():
        organization.auth_servers.remove(_found(organization, server.name))
