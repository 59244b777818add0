"""Step 4: Exchange trusts the token service of this tenant: an enabled ACS auth server whose realm is the tenant id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pushtui.base.commands import Cmdlet, Json
from pushtui.procedure import auth_server_setting, questions
from pushtui.procedure.codes import blocks, finding
from pushtui.procedure.model import Action, Change, ExchangeWrite, Facts, Finding, Query, Risk, StepId
from pushtui.procedure.national_clouds import differs, host_of
from pushtui.procedure.reading import complete, read
from pushtui.procedure.records import AuthServerRecord
from pushtui.procedure.tenant import is_domain, tenant_id

ID = StepId.AUTH_SERVER

NAME = "MicrosoftSts"
"""The procedure's own. The Hybrid Configuration Wizard's are called ``ACS - <guid>`` and are as good."""
ACS = "MicrosoftACS"


def queries(facts: Facts) -> Iterable[Query]:
    if is_domain(facts.inputs.tenant_domain):
        yield questions.discovery(facts)
    yield questions.AUTH_SERVERS
    yield questions.PARTNER_APPLICATIONS
    yield questions.HYBRID


def metadata_url(facts: Facts) -> str:
    """The URL for a new auth server, with the tenant id, as the Hybrid Configuration Wizard writes it.

    The printed procedure's ``/metadata/json/1/?realm=<domain>`` names the same document; the tenant id in the path is
    the form that the other national clouds use as well, and it shows which tenant is meant.
    """
    cloud = facts.inputs.cloud
    return cloud.acs.rstrip("/") + cloud.acs_path.format(tenant=tenant_id(facts))


def agrees(url: str, facts: Facts) -> bool:
    """Whether a URL names this tenant's metadata: with the id or the domain, in the new form or the printed one.

    All of them answer the same document, so none is a reason to change anything.
    """
    cloud = facts.inputs.cloud
    names = {tenant_id(facts), facts.inputs.tenant_domain.strip().lower()}
    base = cloud.acs.rstrip("/").lower()
    forms = {base + cloud.acs_path.lower().format(tenant=name) for name in names}
    forms |= {f"{base}/metadata/json/1{slash}?realm={name}" for name in names for slash in ("/", "")}
    return url.strip().rstrip("/").lower() in forms


def findings(facts: Facts) -> Sequence[Finding]:
    if not complete(facts, queries(facts)):
        return ()
    reading = read(facts, questions.AUTH_SERVERS, AuthServerRecord.from_properties)
    if reading.failed:
        return (reading.problem("auth-server.unreadable", "Get-AuthServer"),)
    tenant = tenant_id(facts)
    if not tenant:
        return (finding("auth-server.tenant-unknown", NAME),)
    chosen = _chosen(facts, reading.items)
    return (
        *_judge(facts, chosen, tenant),
        *auth_server_setting.others(reading.items, chosen, tenant),
        *auth_server_setting.partner(facts, tenant),
        *auth_server_setting.hybrid(facts),
    )


def actions(facts: Facts) -> Sequence[Action]:
    found = findings(facts)
    tenant = tenant_id(facts)
    if not found or blocks(found) or not tenant:
        return ()
    chosen = _chosen(facts, read(facts, questions.AUTH_SERVERS, AuthServerRecord.from_properties).items)
    codes = {item.code for item in found}
    url = metadata_url(facts)
    result: list[Action] = []
    if chosen is not None and "auth-server.other-realm" in codes:
        result.append(_remove(chosen))
    if codes & {"auth-server.other-realm", "auth-server.missing"}:
        result.append(_create(url, tenant))
    if chosen is not None and "auth-server.url-differs" in codes:
        result.append(_set_url(chosen, url))
    if chosen is not None and "auth-server.disabled" in codes:
        result.append(_enable(chosen))
    if "auth-server.partner-disabled" in codes and (enabling := auth_server_setting.enable_partner(facts)):
        result.append(enabling)
    return result


def counted(facts: Facts) -> AuthServerRecord | None:
    """The auth server of this tenant, if there is one."""
    chosen = _chosen(facts, read(facts, questions.AUTH_SERVERS, AuthServerRecord.from_properties).items)
    return chosen if chosen is not None and _ours(chosen, tenant_id(facts)) else None


def _ours(server: AuthServerRecord, tenant: str) -> bool:
    return server.type.lower() == ACS.lower() and bool(tenant) and server.realm.strip().lower() == tenant


def _is_named(server: AuthServerRecord) -> bool:
    return server.name.lower() == NAME.lower()


def _chosen(facts: Facts, servers: Sequence[AuthServerRecord]) -> AuthServerRecord | None:
    """The one to look at: the best of this tenant's, else the one that is called MicrosoftSts."""
    tenant = tenant_id(facts)

    def rank(server: AuthServerRecord) -> tuple[bool, bool, bool, str]:
        agreeing = agrees(server.auth_metadata_url, facts)
        return not (server.enabled and agreeing), not server.enabled, not _is_named(server), server.name

    mine = sorted((server for server in servers if _ours(server, tenant)), key=rank)
    return next(iter(mine), None) or next((server for server in servers if _is_named(server)), None)


def _judge(facts: Facts, server: AuthServerRecord | None, tenant: str) -> Iterable[Finding]:
    url = metadata_url(facts)
    if server is None:
        yield finding("auth-server.missing", NAME, expected=url, realm=tenant)
        return
    if not _ours(server, tenant):
        if server.type.lower() != ACS.lower():
            yield finding("auth-server.name-taken", server.name, expected=ACS, observed=server.type)
        else:
            yield finding("auth-server.other-realm", server.name, expected=tenant, observed=server.realm)
        return
    agreeing = agrees(server.auth_metadata_url, facts)
    cloud = differs(server.auth_metadata_url, facts.inputs.cloud.acs)
    if cloud and server.enabled and not _is_named(server):
        expected, observed = host_of(facts.inputs.cloud.acs), host_of(server.auth_metadata_url)
        yield finding("auth-server.wrong-cloud", server.name, expected=expected, observed=observed, cloud=cloud)
        return
    if not server.enabled:
        yield finding("auth-server.disabled", server.name, realm=server.realm)
    if not agreeing and (_is_named(server) or not server.enabled):
        yield finding("auth-server.url-differs", server.name, expected=url, observed=server.auth_metadata_url)
    elif not agreeing:
        # Someone else's, enabled, for this very realm: it is counted and left as it is.
        yield finding("auth-server.url-unusual", server.name, expected=url, observed=server.auth_metadata_url)
    if server.enabled and (agreeing or not _is_named(server)):
        yield finding(
            "auth-server.present", server.name, expected=url, observed=server.auth_metadata_url, realm=server.realm
        )
        # Where the URL is to be set anyway, what Exchange keeps of its metadata is read anew.
        yield from auth_server_setting.endpoints(server, facts, tenant)


def _value(server: AuthServerRecord) -> dict[str, Json]:
    return {
        "name": server.name,
        "type": server.type,
        "realm": server.realm,
        "enabled": server.enabled,
        "auth_metadata_url": server.auth_metadata_url,
    }


def _new(name: str, url: str) -> ExchangeWrite:
    return ExchangeWrite(Cmdlet.of("New-AuthServer", Name=name, AuthMetadataUrl=url, Confirm=False))


def _delete(name: str) -> ExchangeWrite:
    return ExchangeWrite(Cmdlet.of("Remove-AuthServer", Identity=name, Confirm=False))


def _create(url: str, tenant: str) -> Change:
    return Change(
        id="auth-server.create",
        step=ID,
        target=NAME,
        command=_new(NAME, url),
        before=None,
        after={"name": NAME, "realm": tenant, "enabled": True, "auth_metadata_url": url},
        risk=Risk.REVERSIBLE,
        reads=(questions.AUTH_SERVERS,),
        undo=_delete(NAME),
        arguments={"realm": tenant, "url": url},
    )


def _remove(server: AuthServerRecord) -> Change:
    """Set-AuthServer refuses metadata of another realm, so another tenant means remove and create."""
    return Change(
        id="auth-server.remove",
        step=ID,
        target=server.name,
        command=_delete(server.name),
        before=_value(server),
        after=None,
        risk=Risk.ORG_WIDE,
        reads=(questions.AUTH_SERVERS,),
        undo=_new(server.name, server.auth_metadata_url) if server.auth_metadata_url else None,
        arguments={"realm": server.realm, "url": server.auth_metadata_url, "prompt": "remove"},
    )


def _set_url(server: AuthServerRecord, url: str) -> Change:
    def command(value: str) -> ExchangeWrite:
        return ExchangeWrite(Cmdlet.of("Set-AuthServer", Identity=server.name, AuthMetadataUrl=value, Confirm=False))

    return Change(
        id="auth-server.set-url",
        step=ID,
        target=server.name,
        command=command(url),
        before=_value(server),
        after={**_value(server), "auth_metadata_url": url},
        risk=Risk.REVERSIBLE,
        reads=(questions.AUTH_SERVERS,),
        undo=command(server.auth_metadata_url) if server.auth_metadata_url else None,
        arguments={"url": url, "before": server.auth_metadata_url},
    )


def _enable(server: AuthServerRecord) -> Change:
    def command(enabled: bool) -> ExchangeWrite:
        return ExchangeWrite(Cmdlet.of("Set-AuthServer", Identity=server.name, Enabled=enabled, Confirm=False))

    return Change(
        id="auth-server.enable",
        step=ID,
        target=server.name,
        command=command(True),
        before=_value(server),
        after={**_value(server), "enabled": True},
        risk=Risk.REVERSIBLE,
        reads=(questions.AUTH_SERVERS,),
        undo=command(False),
        arguments={"realm": server.realm},
    )
