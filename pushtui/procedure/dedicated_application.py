"""The dedicated hybrid application: Microsoft's way for free/busy and the other hybrid features since CVE-2025-53786.

It is made of three parts, and works with all of them: an application in the tenant that holds the certificate, its id
at an Azure AD auth server, and a setting override that makes Exchange use it. Its keys come in a list, without their
value, so their thumbprint has to do. Sources: CSS-Exchange, ConfigureExchangeHybridApplication (which makes the three)
and HealthChecker (which calls an override without such an auth server an error, and a missing override worth a word);
not verified against a real server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from pushtui.procedure import key_list, questions
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Facts, Finding
from pushtui.procedure.reading import read
from pushtui.procedure.records import (
    ApplicationRecord,
    AuthServerRecord,
    CertificateRecord,
    OrganizationConfigRecord,
    SettingOverrideRecord,
)

AZURE_AD = "azuread"
_SETTING = ("global", "exchangeonpremasthirdpartyappid")
"""Component and section of the override. Its name is free; the script's is EnableExchangeHybrid3PAppFeature."""
_ON = re.compile(r"\s*enabled\s*=\s*true\s*", re.IGNORECASE)


def naming(servers: Sequence[AuthServerRecord]) -> tuple[AuthServerRecord, ...]:
    """The enabled auth servers that name an application of their own."""
    return tuple(
        server
        for server in servers
        if server.enabled
        and server.type.lower() == AZURE_AD
        and server.application_identifier.lower() not in {"", questions.EXCHANGE_ONLINE}
    )


def findings(facts: Facts, wanted: CertificateRecord | None) -> Iterable[Finding]:
    """The dedicated hybrid application of this organization, as far as there is one. `wanted`: the certificate."""
    servers = naming(read(facts, questions.AUTH_SERVERS, AuthServerRecord.from_properties).items)
    used = frozenset(server.application_identifier.lower() for server in servers)
    yield from _applications(facts, wanted, used)
    if questions.AUTH_SERVERS in facts.answers and facts.answers[questions.AUTH_SERVERS].failure is None:
        yield from _overrides(facts, servers)


def _applications(facts: Facts, wanted: CertificateRecord | None, used: frozenset[str]) -> Iterable[Finding]:
    """In the tenant."""
    if questions.HYBRID_APPLICATIONS not in facts.answers:
        return
    reading = read(facts, questions.HYBRID_APPLICATIONS, ApplicationRecord.from_properties)
    if reading.failed:
        yield reading.problem("service-principal.dedicated-unreadable", "/applications")
        return
    for application in reading.items:
        if not _is_ours(application, facts, used):
            continue
        name = application.display_name
        keys = application.key_credentials
        yield finding("service-principal.dedicated-application", name, observed=application.app_id, keys=len(keys))
        if application.app_id not in used:
            yield finding("service-principal.dedicated-unused", name, observed=application.app_id)
        if wanted is not None:
            yield from _key(application, wanted, facts.now)


def _key(application: ApplicationRecord, wanted: CertificateRecord, now: datetime) -> Iterable[Finding]:
    name, thumbprint = application.display_name, wanted.sha1_thumbprint
    mine = [key for key in application.key_credentials if key_list.thumbprint(key) == thumbprint]
    ended = [key.end for key in mine if key.end is not None and key.end <= now]
    if not mine:
        yield finding("service-principal.dedicated-key-missing", name, expected=thumbprint)
    elif len(ended) == len(mine):
        yield finding("service-principal.dedicated-key-expired", name, observed=max(ended).isoformat())


def _is_ours(application: ApplicationRecord, facts: Facts, used: frozenset[str]) -> bool:
    """A tenant may have one of each organization that it serves: the name ends in the organization's GUID."""
    config = read(facts, questions.ORGANIZATION_CONFIG, OrganizationConfigRecord.from_properties).first
    named = application.display_name.lower().removeprefix(questions.DEDICATED_APPLICATION.lower())
    return application.app_id in used or config is None or named == config.guid


def _overrides(facts: Facts, servers: Sequence[AuthServerRecord]) -> Iterable[Finding]:
    """On premises: the override and the auth server, of which neither does anything without the other."""
    if questions.SETTING_OVERRIDES not in facts.answers:
        return
    reading = read(facts, questions.SETTING_OVERRIDES, SettingOverrideRecord.from_properties)
    if reading.failed:
        if servers:
            yield reading.problem("service-principal.dedicated-overrides-unreadable", "Get-SettingOverride")
        return
    enabling = [item for item in reading.items if _enables(item)]
    for override in enabling:
        yield finding(
            "service-principal.dedicated-enabled" if servers else "service-principal.dedicated-override-alone",
            override.name,
            observed=", ".join(sorted({server.application_identifier.lower() for server in servers})),
            servers=", ".join(override.servers),
        )
    if not enabling:
        for server in servers:
            yield finding(
                "service-principal.dedicated-not-enabled", server.name, observed=server.application_identifier.lower()
            )


def _enables(override: SettingOverrideRecord) -> bool:
    setting = (override.component.lower(), override.section.lower())
    return setting == _SETTING and any(map(_ON.fullmatch, override.parameters))
