"""Every finding code comes about: what must be true for it, what it expects and what it observes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pushtui.procedure import certificate_state, chain, codes, diagnosis_codes, questions
from pushtui.procedure.model import Answer, Severity, StepId

Make = Callable[[Any], Any]
"""From the kit to a world in which the finding is there."""

CASES: dict[str, Make] = {}


def case(*names: str) -> Callable[[Make], Make]:
    def keep(make: Make) -> Make:
        CASES.update(dict.fromkeys(names, make))
        return make

    return keep


def setting(**changed: Any) -> Make:
    """A world with these attributes."""

    def make(kit: Any) -> Any:
        world = kit.World()
        for name, value in changed.items():
            setattr(world, name, value(kit) if callable(value) else value)
        return world

    return make


def given(**inputs: Any) -> Make:
    """A world where the admin told us this."""
    return lambda kit: _with_inputs(kit.World(), **inputs)


def _with_inputs(world: Any, **inputs: Any) -> Any:
    world.inputs = replace(world.inputs, **inputs)
    return world


def failing(query: Any, *failure: str) -> Make:
    """A world where this query fails; a function of the world's facts or the kit makes the query."""

    def make(kit: Any) -> Any:
        world = kit.World()
        world.failures[query(world.fresh()) if callable(query) else query] = kit.failed(*failure)
        return world

    return make


def file(data: Any, kind: str = "file", **inputs: Any) -> Make:
    def make(kit: Any) -> Any:
        world = _with_inputs(kit.World(), **inputs)
        world.file = {"kind": kind} | ({"content": data(kit) if callable(data) else data} if kind == "file" else {})
        return world

    return make


def keys(*make_keys: Callable[[Any], dict[str, Any]]) -> Make:
    def make(kit: Any) -> Any:
        world = kit.World()
        world.principal["keyCredentials"] = [item(kit) for item in make_keys]
        return world

    return make


def current(**changed: Any) -> Make:
    """A world whose Auth certificate is like this everywhere."""
    names = {"start", "end", "kind", "signature"}

    def make(kit: Any) -> Any:
        values = {name: value(kit) if callable(value) else value for name, value in changed.items()}
        der = kit.make_der(**{name: value for name, value in values.items() if name in names})
        return kit.with_current(der, **{name: value for name, value in values.items() if name not in names})

    return make


def trial(result: dict[str, Any] | None = None, warnings: tuple[str, ...] = (), failure: bool = False) -> Make:
    """A world where the probe came out like this."""

    def make(kit: Any) -> Any:
        world = kit.World()
        world.trials["verification.probe"] = Answer(
            (result,) if result else (), kit.NOW, warnings=warnings, failure=kit.failed() if failure else None
        )
        return world

    return make


def after(make: Make, change: Callable[[Any, Any], Any]) -> Make:
    """The world, changed once more; `change` is handed it and the kit."""

    def both(kit: Any) -> Any:
        world = make(kit)
        change(world, kit)
        return world

    return both


def remember(**memory: Any) -> Callable[[Any, Any], None]:
    def change(world: Any, kit: Any) -> None:
        values = {name: value(kit) if callable(value) else value for name, value in memory.items()}
        world.memory = replace(world.memory, **values)

    return change


def edit(**changed: Any) -> Callable[[Any, Any], None]:
    """Merge these into dictionaries of the world."""

    def change(world: Any, kit: Any) -> None:
        for name, value in changed.items():
            getattr(world, name).update(value(kit) if callable(value) else value)

    return change


fresh = setting()
plans = lambda *states: after(  # noqa: E731  # a table reads better in lines
    fresh,
    edit(organization={"assignedPlans": [{"service": "exchange", "capabilityStatus": state} for state in states]}),
)
expired = current(end=lambda kit: kit.NOW - kit.DAY)


def ours(kit: Any, server: str, **changed: Any) -> Any:
    """An expired certificate, and one that we asked for earlier on `server`."""
    world = expired(kit)
    world.memory = replace(world.memory, certificate_identifiers=frozenset({"AB" * 16}))
    world.stores[server].append(kit.Stored(kit.make_der("ours", identifier="AB" * 16), **changed))
    return world


def ours_current(kit: Any, services: str) -> Any:
    """A certificate that we asked for is AuthConfig's."""
    world = ours(kit, kit.EX01, services=services)
    world.config["CurrentCertificateThumbprint"] = world.stores[kit.EX01][-1].thumbprint
    world.stores[kit.EX01][0].services = "SMTP"
    world.memory = replace(world.memory, sent={"certificate.publish": kit.NOW})
    return world


def lost_mark(kit: Any) -> Any:
    world = expired(kit)
    world.memory = replace(world.memory, certificate_identifiers=frozenset({"AB" * 16}))
    world.failures[questions.server_store(kit.EX02)] = kit.failed()
    return world


def remembered(kit: Any, **changed: Any) -> Any:
    world = kit.World()
    proxy = world.proxy | {"Enabled": True, "Organization": "fabrikam.com"} | changed
    world.memory = replace(world.memory, push_proxy=proxy, push_proxy_at=kit.NOW - kit.DAY)
    return world


def read_proxy(**changed: Any) -> Make:
    def make(kit: Any) -> Any:
        world = kit.World(shows_push_apps=True)
        world.proxy |= {"Enabled": True, "Organization": "Fabrikam.com", "Uri": kit.PUSH_URI + "/"} | changed
        return world

    return make


def old_server(kit: Any, version: str = "Version 15.0 (Build 712.24)", **changed: Any) -> Any:
    world = kit.World()
    world.servers[1] = kit.server_object("ex02", AdminDisplayVersion=version, **changed)
    return world


def second_store(kit: Any, **changed: Any) -> Any:
    """The second server has the Auth certificate differently, or not at all."""
    world = kit.World()
    when = changed.pop("when", None)
    world.stores[kit.EX02] = [kit.Stored(kit.make_der(), **changed)] if changed else []
    if when:
        world.config["WhenChangedUTC"] = kit.NOW - timedelta(hours=when)
    return world


CERTIFICATE_PEM = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
PRIVATE_PEM = b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"
SUCCEEDED = {"ResultType": "Succeeded"}
FAILED = {"ResultType": "Failed", "Error": "E", "Exception": "X", "StateAttribute2": "why"}

CASES |= {
    # tenant
    "tenant.domain-missing": given(tenant_domain=" "),
    "tenant.domain-malformed": given(tenant_domain="fabrikam"),
    "tenant.not-found": failing(questions.discovery, "entra.tenant-not-found"),
    "tenant.found": fresh,
    "tenant.mismatch": after(fresh, edit(organization=lambda kit: {"id": kit.OTHER_TENANT})),
    "tenant.organization": fresh,
    "tenant.domain-verified": fresh,
    "tenant.domain-unverified": setting(domains=lambda kit: [{"id": "fabrikam.com", "isVerified": False}]),
    "tenant.domain-absent": setting(domains=lambda kit: [{"id": "contoso.com", "isVerified": True}]),
    "tenant.plan-enabled": plans("Deleted", "Enabled"),
    "tenant.plan-warning": plans("Warning"),
    "tenant.plan-disabled": plans("Suspended"),
    "tenant.plan-missing": plans(),
    "tenant.service-principal": fresh,
    "tenant.service-principal-missing": failing(questions.service_principal, "graph.not-found"),
    "tenant.unreadable": failing(questions.DOMAINS),
    # servers
    "servers.current": fresh,
    "servers.too-old": old_server,
    "servers.legacy": lambda kit: old_server(kit, "Version 14.3 (Build 123.4)"),
    "servers.edge": lambda kit: old_server(kit, ServerRole="Edge", IsEdgeServer=True, IsMailboxServer=False),
    "servers.out-of-support": fresh,
    "servers.none": setting(servers=lambda kit: []),
    "servers.unreadable": lambda kit: old_server(kit, "no numbers"),
    # certificate
    "certificate.unreadable": failing(questions.AUTH_CONFIG),
    "certificate.server-unreadable": failing(questions.server_store("ex02.lab.example")),
    "certificate.current": fresh,
    "certificate.on-server": fresh,
    "certificate.not-on-server": lambda kit: second_store(kit, when=3),
    "certificate.missing-on-server": second_store,
    "certificate.no-private-key": lambda kit: second_store(kit, private_key=False),
    "certificate.none": after(fresh, edit(config={"CurrentCertificateThumbprint": ""})),
    "certificate.missing-everywhere": after(fresh, edit(config={"CurrentCertificateThumbprint": "F" * 40})),
    "certificate.not-found-yet": after(
        failing(questions.server_store("ex02.lab.example")), edit(config={"CurrentCertificateThumbprint": "F" * 40})
    ),
    "certificate.expired": expired,
    "certificate.not-yet-valid": current(start=lambda kit: kit.NOW + kit.DAY),
    "certificate.key-too-small": current(kind="1024"),
    "certificate.key-not-rsa": current(kind="EC"),
    "certificate.key-missing-everywhere": current(private_key=False),
    "certificate.refused-by-exchange": current(status="Revoked"),
    "certificate.expires-soon": current(end=lambda kit: kit.NOW + 59 * kit.DAY),
    "certificate.sha1": current(signature="sha1"),
    "certificate.next-staged": after(
        fresh, edit(config=lambda kit: {"NextCertificateThumbprint": "A" * 40, "NextCertificateEffectiveDate": kit.NOW})
    ),
    "certificate.hybrid": after(expired, lambda world, kit: setattr(world, "hybrid", True)),
    "certificate.replacing": expired,
    "certificate.ours-found": lambda kit: ours(kit, kit.EX01),
    "certificate.made-elsewhere": lambda kit: ours(kit, kit.EX02),
    "certificate.creation-unclear": lost_mark,
    "certificate.executing-server-unknown": after(expired, lambda world, kit: setattr(world, "executing", "")),
    "certificate.smtp-kept": lambda kit: ours_current(kit, "Federation"),
    "certificate.smtp-taken": lambda kit: ours_current(kit, "SMTP, Federation"),
    "certificate.restarts-follow": lambda kit: ours_current(kit, "Federation"),
    "certificate.path-missing": given(certificate_path=""),
    "certificate.file-agrees": lambda kit: kit.done(),
    "certificate.file-missing": fresh,
    "certificate.file-differs": file(lambda kit: kit.make_der("other")),
    "certificate.file-replaced": file(lambda kit: kit.make_der("other"), overwrite_certificate_file=True),
    "certificate.file-pem": file(CERTIFICATE_PEM),
    "certificate.file-pkcs12": file(b"\x30\x82\x01\x00\x02\x01\x03" + bytes(256)),
    "certificate.file-private-key": file(PRIVATE_PEM, overwrite_certificate_file=True),
    "certificate.file-not-certificate": file(b"no certificate"),
    "certificate.file-empty": file(b""),
    "certificate.file-folder": file(b"", "folder"),
    "certificate.file-special": file(b"", "other"),
    "certificate.file-unreadable": failing(questions.certificate_file, "file.unreadable"),
    # auth-server
    "auth-server.unreadable": failing(questions.AUTH_SERVERS),
    "auth-server.tenant-unknown": failing(questions.discovery),
    "auth-server.present": lambda kit: kit.done(),
    "auth-server.missing": fresh,
    "auth-server.other-realm": setting(auth_servers=lambda kit: [kit.auth_server(realm=kit.OTHER_TENANT)]),
    "auth-server.url-differs": setting(auth_servers=lambda kit: [kit.auth_server(url="https://old.example/1")]),
    "auth-server.url-unusual": setting(auth_servers=lambda kit: [kit.auth_server("ACS - 1", url="https://x.example")]),
    "auth-server.disabled": setting(auth_servers=lambda kit: [kit.auth_server("ACS - 1", enabled=False)]),
    "auth-server.name-taken": setting(auth_servers=lambda kit: [kit.auth_server(type="ADFS")]),
    "auth-server.foreign": setting(auth_servers=lambda kit: [kit.auth_server("SharePoint", type="ADFS")]),
    "auth-server.partner-disabled": after(fresh, lambda world, kit: world.partners[0].update(Enabled=False)),
    # service-principal
    "service-principal.unreadable": failing(questions.service_principal),
    "service-principal.missing": setting(principal=None),
    "service-principal.tenant-unknown": failing(questions.discovery),
    "service-principal.certificate-unknown": failing(questions.AUTH_CONFIG),
    "service-principal.key-present": lambda kit: kit.done(),
    "service-principal.key-missing": fresh,
    "service-principal.key-expired": keys(
        lambda kit: kit.key_object(kit.make_der(), endDateTime="2026-01-01T00:00:00Z")
    ),
    "service-principal.key-unreadable": keys(lambda kit: kit.key_object(None)),
    "service-principal.key-vanished": after(fresh, remember(keys_kept=frozenset({"AB" * 32}))),
    "service-principal.not-visible": after(fresh, remember(sent=lambda kit: {"service-principal.add-key": kit.NOW})),
    "service-principal.other-key": keys(lambda kit: kit.key_object(kit.make_der("other"))),
    "service-principal.expired-key": keys(lambda kit: kit.key_object(kit.make_der("other", end=kit.NOW - kit.DAY))),
    "service-principal.end-not-kept": keys(
        lambda kit: kit.key_object(kit.make_der("other"), endDateTime="2027-01-01T00:00:00Z")
    ),
    "service-principal.shared-trust": fresh,
    # push-proxy
    "push-proxy.unreadable": failing(questions.SHOWS_PUSH_APPS),
    "push-proxy.enabled": remembered,
    "push-proxy.proven": trial(SUCCEEDED),
    "push-proxy.not-readable": fresh,
    "push-proxy.unknown": fresh,
    "push-proxy.disabled": read_proxy(Enabled=False),
    "push-proxy.organization-differs": read_proxy(Organization="contoso.com"),
    "push-proxy.uri-differs": lambda kit: remembered(kit, Uri="https://old.example/PushNotifications"),
    "push-proxy.refuted": after(
        remembered,
        lambda world, kit: world.trials.update(trial(FAILED | {"StateAttribute1": "PushNotifications"})(kit).trials),
    ),
    # verification
    "verification.not-asked": given(probe=False),
    "verification.unreadable": failing(questions.SERVERS),
    "verification.no-server": setting(
        servers=lambda kit: [kit.server_object("ex01", ServerRole="ClientAccess", IsMailboxServer=False)]
    ),
    "verification.server-unsuitable": given(verification_server="ex09"),
    "verification.server": fresh,
    "verification.component-inactive": setting(component="Inactive"),
    "verification.restart-needed": fresh,
    "verification.restart-unknown": after(
        lambda kit: kit.done(), lambda world, kit: _with_inputs(world, windows_endpoint=False)
    ),
    "verification.not-run": fresh,
    "verification.succeeded": trial(SUCCEEDED),
    "verification.outdated": after(trial(SUCCEEDED), remember(last_change_at=lambda kit: kit.NOW + kit.DAY)),
    "verification.not-answered": trial(failure=True),
    "verification.no-result": trial(warnings=("The health manager does not answer",)),
    "verification.unfinished": trial({"ResultType": "TimedOut"}),
    "verification.proxy-not-configured": trial(FAILED | {"StateAttribute1": "PushNotifications"}),
    "verification.network": trial(FAILED | {"StateAttribute1": "Networking"}),
    "verification.authentication": trial(FAILED | {"StateAttribute1": "Authentication"}),
    "verification.unexplained": trial(FAILED | {"StateAttribute1": "Unknown"}),
    "verification.detail": trial(FAILED),
    "verification.warning": trial(SUCCEEDED, warnings=("slow",)),
    "verification.mail-not-sent": given(mail=True),
    "verification.apps-stopped": fresh,
}

blocked = after(old_server, lambda world, kit: None)
CASES |= {f"{step}.blocked": blocked for step in list(StepId)[2:]}


@case("verification.mail-accepted", "verification.mail-look")
def _mail_taken(kit: Any) -> Any:
    world = given(mail=True)(kit)
    world.trials["verification.mail"] = Answer(({"reply": "250 queued", "message_id": "<1@lab.example>"},), kit.NOW)
    return world


@case("verification.mail-refused")
def _mail_refused(kit: Any) -> Any:
    world = given(mail=True)(kit)
    world.trials["verification.mail"] = Answer((), kit.NOW, failure=kit.failed("mail.refused"))
    return world


@pytest.mark.parametrize("code", codes.FINDINGS)
def test_every_code_comes_about(code: str, kit: Any) -> None:
    world = CASES[code](kit)
    found = [item for item in world.findings() if item.code == code]
    assert found, f"{code} is not in {sorted(world.codes())}"
    assert {item.severity for item in found} == {codes.FINDINGS[code].severity}
    arguments = set(re.findall(r"\{(\w+)\}", codes.FINDINGS[code].meaning)) - {"reason"}
    assert arguments <= set(found[0].arguments) | {"not_after"}, "the table promises arguments that are not there"


@pytest.mark.parametrize("code", [code for code, entry in codes.FINDINGS.items() if entry.blocks])
def test_nothing_is_changed_while_a_grave_finding_holds(code: str, kit: Any) -> None:
    world = CASES[code](kit)
    broken = StepId(code.partition(".")[0])
    reports = world.reports()
    order = list(StepId)
    for step in order[order.index(broken) :]:
        kept = [action.id for action in reports[step].actions]
        assert not [name for name in kept if name != "verification.probe"], (step, kept)


def _used(kind: str) -> Mapping[str, set[str]]:
    """The words in the source of the steps that look like a code."""
    folder = Path(chain.__file__).parent
    pattern = re.compile(rf'"((?:{"|".join(StepId)})\.[a-z0-9-]*[a-z0-9])"')
    return {path.name: set(pattern.findall(path.read_text())) for path in folder.glob("*.py") if path.name != kind}


ABOUT = {"evidence.py", "explain.py"}
"""Modules that speak of findings and conclude none."""


def test_the_steps_use_no_word_that_is_not_in_the_tables() -> None:
    known = {*codes.FINDINGS, *codes.ACTIONS, *diagnosis_codes.FINDINGS, *diagnosis_codes.ACTIONS}
    internal = {certificate_state.THUMBPRINT.name}
    for name, words in _used("codes.py").items():
        assert words <= known | internal, name


def test_the_tables_hold_no_word_that_no_step_uses() -> None:
    words = [words for name, words in _used("codes.py").items() if name not in ABOUT]
    used = set().union(*words) | {f"{step}.blocked" for step in list(StepId)[2:]}
    assert codes.FINDINGS.keys() | codes.ACTIONS.keys() <= used


def test_a_word_that_is_not_in_the_table_cannot_be_used() -> None:
    with pytest.raises(KeyError):
        codes.finding("tenant.nonsense")


def test_could_not_find_out_says_why(kit: Any) -> None:
    """A failure severity always carries its failure, a reason, or a subject that says it all."""
    for code, entry in codes.FINDINGS.items():
        if entry.severity is not Severity.FAILURE or not code.endswith("unreadable"):
            continue
        [found, *_] = [item for item in CASES[code](kit).findings() if item.code == code]
        assert found.failure is not None or found.arguments.get("reason"), code
