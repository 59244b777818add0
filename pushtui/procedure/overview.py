"""The organization and the tenant as the facts show them: every server, certificate and key, with what was found there.

For tables and reports. What is wrong with something is what the steps concluded about it (a finding whose subject it
is); nothing is judged a second time here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from enum import StrEnum

from pushtui.base.values import frozen
from pushtui.procedure import auth_server, builds, key_list, questions, server_state, servers
from pushtui.procedure.certificate_state import executing_server, same_host
from pushtui.procedure.keys import Key, inventory
from pushtui.procedure.model import (
    Answer,
    Facts,
    Failure,
    Finding,
    Query,
    Severity,
)
from pushtui.procedure.reading import Unreadable, each, read
from pushtui.procedure.records import (
    AuthConfigRecord,
    AuthServerRecord,
    CertificateRecord,
    ServerRecord,
)
from pushtui.procedure.server_state import ServerState
from pushtui.procedure.tenant import tenant_id

HEALTHY = "Healthy"
_GRAVITY = tuple(Severity)


class Use(StrEnum):
    """What AuthConfig names a certificate as."""

    CURRENT = "current"
    NEXT = "next"
    PREVIOUS = "previous"


class Presence(StrEnum):
    """Whether a server has a certificate."""

    HELD = "held"
    WITHOUT_KEY = "without-key"
    """It is there, but not its private key."""
    ABSENT = "absent"
    UNKNOWN = "unknown"
    """The server's store was not read."""
    NONE = "none"
    """There is no such certificate, or the server takes no part."""


@frozen
class ServerView:
    """A server, and everything that was read from it."""

    fqdn: str
    product: str
    build: str
    site: str
    roles: tuple[str, ...]
    edition: str
    executing: bool
    """Whether the session's cmdlets run on it."""
    takes_part: bool
    """Neither Edge nor older than 2013: it holds the Auth certificate."""
    support_ended: date | None
    """Since when it is out of support."""
    failure: Failure | None
    """Why its certificates could not be read."""
    presence: Mapping[Use, Presence]
    certificates: tuple[CertificateRecord, ...]
    components: Mapping[str, str] = field(default_factory=dict)
    """Server component → its state, of those that were asked for."""
    services: Mapping[str, str] = field(default_factory=dict)
    """Windows service → its state."""
    health: Mapping[str, str] = field(default_factory=dict)
    """Health set → its alert value."""
    web_proxy: str = ""
    """By what it reaches the internet; empty: directly, or not at all."""
    findings: tuple[Finding, ...] = ()
    """What the steps concluded about it, gravest first."""

    @property
    def severity(self) -> Severity:
        """Of the gravest finding about it."""
        return gravest(self.findings)


@frozen
class CertificateView:
    """A certificate of the organization, wherever it is."""

    thumbprint: str
    record: CertificateRecord | None
    """None for one that AuthConfig names and no server that answered has."""
    uses: tuple[Use, ...]
    copies: Mapping[str, CertificateRecord]
    """Server → the certificate as that server shows it."""
    key: Key | None
    """The key of the service principal that is this certificate."""
    findings: tuple[Finding, ...] = ()


@frozen
class Source:
    """One question: when it was answered, and how long that took."""

    query: Query
    answer: Answer


@frozen
class Overview:
    """All of it, at one moment."""

    tenant_id: str
    config: AuthConfigRecord | None
    servers: tuple[ServerView, ...]
    """Those with the gravest findings first."""
    certificates: tuple[CertificateView, ...]
    """Those that AuthConfig names first."""
    keys: tuple[Key, ...]
    keys_read: bool
    """Whether the service principal's list was read at all."""
    auth_servers: tuple[AuthServerRecord, ...]
    counted_auth_server: str
    """Name of the auth server that trusts this tenant; empty where there is none."""
    sources: tuple[Source, ...]
    """In the order in which they were answered."""
    now: datetime


def overview(facts: Facts, findings: Iterable[Finding] = ()) -> Overview:
    """Everything that the facts show; `findings` are what the steps concluded from them."""
    found = tuple(findings)
    config = read(facts, questions.AUTH_CONFIG, AuthConfigRecord.from_properties).first
    executing = executing_server(facts)
    views = [_server(facts, record, config, executing, found) for record in servers.all_servers(facts)]
    counted = auth_server.counted(facts)
    return Overview(
        tenant_id=tenant_id(facts),
        config=config,
        servers=tuple(sorted(views, key=lambda view: (-_GRAVITY.index(view.severity), view.fqdn.lower()))),
        certificates=tuple(_certificates(views, config, inventory(facts), found)),
        keys=inventory(facts),
        keys_read=key_list.principal(facts).first is not None,
        auth_servers=read(facts, questions.AUTH_SERVERS, AuthServerRecord.from_properties).items,
        counted_auth_server=counted.name if counted is not None else "",
        sources=tuple(
            sorted((Source(query, answer) for query, answer in facts.answers.items()), key=lambda it: it.answer.at)
        ),
        now=facts.now,
    )


def gravest(findings: Sequence[Finding]) -> Severity:
    """The gravest severity; `OK` where there is no finding."""
    return max((finding.severity for finding in findings), key=_GRAVITY.index, default=Severity.OK)


def about(findings: Iterable[Finding], subject: str) -> tuple[Finding, ...]:
    """The findings about a server or a thumbprint, gravest first."""
    mine = (finding for finding in findings if same_host(finding.subject, subject))
    return tuple(sorted(mine, key=lambda finding: -_GRAVITY.index(finding.severity)))


def named(config: AuthConfigRecord | None) -> dict[Use, str]:
    """The thumbprints that AuthConfig names."""
    if config is None:
        return {}
    thumbprints = {
        Use.CURRENT: config.current_certificate_thumbprint,
        Use.NEXT: config.next_certificate_thumbprint,
        Use.PREVIOUS: config.previous_certificate_thumbprint,
    }
    return {use: thumbprint for use, thumbprint in thumbprints.items() if thumbprint}


def _server(
    facts: Facts,
    record: ServerRecord,
    config: AuthConfigRecord | None,
    executing: str,
    findings: Sequence[Finding],
) -> ServerView:
    answer = facts.answers.get(questions.server_store(record.fqdn))
    takes_part = record in servers.taking_part(facts)
    store = _records(answer)
    asked = takes_part and answer is not None and answer.failure is None
    thumbprints, state = named(config), server_state.state(facts, record)
    return ServerView(
        fqdn=record.fqdn,
        product=builds.name(record.version),
        build=builds.number(record.version),
        site=record.site,
        roles=tuple(sorted(record.roles)),
        edition=record.edition,
        web_proxy=record.web_proxy,
        executing=same_host(record.fqdn, executing),
        takes_part=takes_part,
        support_ended=builds.support_ended(record.version, facts.now.date()),
        failure=answer.failure if answer is not None else None,
        presence={
            use: _presence(store, thumbprints.get(use, ""), asked=asked) if takes_part else Presence.NONE for use in Use
        },
        certificates=store,
        components={state.component.component: state.component.state} if state.component is not None else {},
        services=dict(state.services),
        health=_health(state),
        findings=about(findings, record.fqdn),
    )


def _records(answer: Answer | None) -> tuple[CertificateRecord, ...]:
    if answer is None:
        return ()
    items = each(answer, CertificateRecord.from_properties)
    return tuple(item for item in items if not isinstance(item, Unreadable))


def _presence(store: Sequence[CertificateRecord], thumbprint: str, *, asked: bool) -> Presence:
    if not thumbprint:
        return Presence.NONE
    if not asked:
        return Presence.UNKNOWN
    copies = [record for record in store if record.sha1_thumbprint == thumbprint]
    if not copies:
        return Presence.ABSENT
    return Presence.WITHOUT_KEY if all(record.has_private_key is False for record in copies) else Presence.HELD


def _health(state: ServerState) -> dict[str, str]:
    """A health set is as bad as the worst of its monitors."""
    result: dict[str, str] = {}
    for monitor in state.monitors:
        if result.get(monitor.health_set, HEALTHY) == HEALTHY:
            result[monitor.health_set] = monitor.alert_value if monitor.alarming else HEALTHY
    return result


def _certificates(
    views: Sequence[ServerView], config: AuthConfigRecord | None, keys: Sequence[Key], findings: Sequence[Finding]
) -> Iterable[CertificateView]:
    """Each certificate once, and those that AuthConfig names even where nobody has them."""
    uses = named(config)
    copies: dict[str, dict[str, CertificateRecord]] = {thumbprint: {} for thumbprint in uses.values()}
    for view in views:
        for record in view.certificates:
            copies.setdefault(record.sha1_thumbprint, {})[view.fqdn] = record
    by_thumbprint = {key.thumbprint: key for key in keys}

    def order(thumbprint: str) -> tuple[bool, str]:
        record = next(iter(copies[thumbprint].values()), None)
        return thumbprint not in uses.values(), record.subject.lower() if record is not None else ""

    for thumbprint in sorted(copies, key=order):
        yield CertificateView(
            thumbprint=thumbprint,
            record=next(iter(copies[thumbprint].values()), None),
            uses=tuple(use for use, named_one in uses.items() if named_one == thumbprint),
            copies=copies[thumbprint],
            key=by_thumbprint.get(thumbprint),
            findings=about(findings, thumbprint),
        )
