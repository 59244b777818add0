"""Around the auth server that counts: the others, the partner application, and who owns all of them.

The Hybrid Configuration Wizard makes ``ACS - <guid>`` and ``EvoSts - <guid>``, the procedure ``MicrosoftSts``, the
sibling procedure ``WindowsAzureACS`` and ``evoSTS``. Names decide nothing: kind, realm and state do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pushtui.base.commands import Cmdlet, Json
from pushtui.procedure import dedicated_application, questions
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Change, ExchangeWrite, Facts, Finding, Risk, StepId
from pushtui.procedure.national_clouds import host_of
from pushtui.procedure.reading import read
from pushtui.procedure.records import AuthServerRecord, HybridRecord, PartnerApplicationRecord

STEP = StepId.AUTH_SERVER
ACS = "microsoftacs"
ACS_ISSUER = "00000001-0000-0000-c000-000000000000"
"""Azure ACS as an application: the issuer in its metadata, there followed by ``@`` and the tenant."""
ENABLE_PARTNER = "auth-server.enable-partner"

_TENANT_IN_PATH = re.compile(r"/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/|$)")


def others(servers: Sequence[AuthServerRecord], chosen: AuthServerRecord | None, tenant: str) -> Iterable[Finding]:
    """Every auth server but the one that is judged by itself."""
    for server in servers:
        if server is chosen:
            continue
        kind, realm = server.type.lower(), server.realm.strip().lower()
        if kind not in {ACS, dedicated_application.AZURE_AD} or not realm or (realm != tenant and not server.enabled):
            yield finding(
                "auth-server.foreign", server.name, observed=server.realm, type=server.type, enabled=server.enabled
            )
        elif realm != tenant:
            yield finding(
                "auth-server.other-tenant", server.name, expected=tenant, observed=server.realm, type=server.type
            )
        elif not server.enabled:
            yield finding("auth-server.sibling-disabled", server.name, observed=server.type)
        elif kind == ACS and chosen is not None and chosen.enabled and chosen.realm.strip().lower() == tenant:
            yield finding("auth-server.duplicate", server.name, expected=chosen.name, observed=server.realm)
        else:
            yield finding("auth-server.same-tenant", server.name, observed=server.realm, type=server.type)
    for server in dedicated_application.naming(servers):
        yield finding("auth-server.dedicated-application", server.name, observed=server.application_identifier.lower())


def endpoints(server: AuthServerRecord, facts: Facts, tenant: str) -> Iterable[Finding]:
    """Whether what Exchange keeps of the metadata is this tenant's: where its tokens come from, and from whom."""
    acs = facts.inputs.cloud.acs.rstrip("/")
    endpoint = server.token_issuing_endpoint.strip()
    expected = f"{acs}/{tenant}/tokens/OAuth/2"
    named = _TENANT_IN_PATH.search(endpoint.lower())
    if host_of(endpoint) == host_of(acs):
        right = endpoint.rstrip("/").lower() == expected.lower()
    else:  # how other clouds name it is not documented: it must be where the metadata is, and not another tenant's
        right = host_of(endpoint) == host_of(server.auth_metadata_url) and (named is None or named.group(1) == tenant)
    if endpoint and not right:
        yield finding("auth-server.endpoint-differs", server.name, expected=expected, observed=endpoint)
    issuer = server.issuer_identifier.strip().lower()
    if issuer and issuer.partition("@")[0] != ACS_ISSUER:
        yield finding("auth-server.issuer-differs", server.name, expected=ACS_ISSUER, observed=server.issuer_identifier)


def hybrid(facts: Facts) -> Iterable[Finding]:
    """Who owns these objects."""
    record = read(facts, questions.HYBRID, HybridRecord.from_properties).first
    if record is not None:
        yield finding("auth-server.hybrid", record.name, observed=", ".join(record.domains))


def partner(facts: Facts, tenant: str) -> Iterable[Finding]:
    """Exchange Online as a partner application: Setup makes it; the sibling procedure enables it."""
    reading = read(facts, questions.PARTNER_APPLICATIONS, PartnerApplicationRecord.from_properties)
    if reading.failed:
        yield reading.problem("auth-server.partner-unreadable", "Get-PartnerApplication")
        return
    record = _partner(facts)
    if record is None:
        yield finding("auth-server.partner-missing", "Exchange Online")
        return
    if not record.enabled:
        yield finding("auth-server.partner-disabled", record.name, expected="Enabled", observed="Disabled")
    if record.realm.strip().lower() not in {"", tenant}:
        yield finding("auth-server.partner-differs", record.name, observed=record.realm, property="Realm")
    if record.use_auth_server is False:
        yield finding(
            "auth-server.partner-differs", record.name, expected="True", observed="False", property="UseAuthServer"
        )


def enable_partner(facts: Facts) -> Change | None:
    """As the sibling procedure does it; None where there is no such application."""
    record = _partner(facts)
    if record is None:
        return None

    def command(enabled: bool) -> ExchangeWrite:
        return ExchangeWrite(Cmdlet.of("Set-PartnerApplication", Identity=record.name, Enabled=enabled, Confirm=False))

    value: dict[str, Json] = {"name": record.name, "enabled": record.enabled}
    return Change(
        id=ENABLE_PARTNER,
        step=STEP,
        target=record.name,
        command=command(True),
        before=value,
        after={**value, "enabled": True},
        risk=Risk.REVERSIBLE,
        reads=(questions.PARTNER_APPLICATIONS,),
        undo=command(False),
    )


def _partner(facts: Facts) -> PartnerApplicationRecord | None:
    """The application of Exchange Online; where there are several, an enabled one, then one for every realm."""
    reading = read(facts, questions.PARTNER_APPLICATIONS, PartnerApplicationRecord.from_properties)
    mine = [item for item in reading.items if item.application_identifier.lower() == questions.EXCHANGE_ONLINE]
    return min(mine, key=lambda item: (not item.enabled, bool(item.realm), item.name), default=None)
