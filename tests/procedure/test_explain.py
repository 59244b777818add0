"""Which finding is but a consequence of which."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pushtui.procedure import chain, codes, diagnosis_codes, explain, questions
from pushtui.procedure.model import Cause, Failure, Finding, Severity, StepId

KNOWN = {**codes.FINDINGS, **diagnosis_codes.FINDINGS}
EX02 = "ex02.lab.example"


def found(world: Any) -> list[Finding]:
    return world.findings()  # type: ignore[no-any-return]


def causes(world: Any, code: str, subject: str = "") -> set[tuple[str, str]]:
    items = [item for item in found(world) if item.code == code and subject in ("", item.subject)]
    assert items, f"{code} is not in {sorted(world.codes())}"
    return {(cause.code, cause.subject) for item in items for cause in item.explained_by}


def roots(world: Any) -> list[str]:
    return [item.code for item in explain.roots(found(world))]


def test_rules_name_codes_that_exist_and_explain_in_no_circle() -> None:
    effects: dict[str, set[str]] = {}
    for rule in explain.RULES:
        assert {rule.cause, *rule.effects} <= KNOWN.keys(), rule
        assert KNOWN[rule.cause].severity not in {Severity.OK, Severity.NOTE}, rule
        effects.setdefault(rule.cause, set()).update(rule.effects)

    def reached(code: str, seen: frozenset[str]) -> None:
        assert code not in seen, f"{code} explains itself"
        for effect in effects.get(code, ()):
            reached(effect, seen | {code})

    for code in effects:
        reached(code, frozenset())


def test_an_expired_certificate_is_the_one_cause_of_all_that_follows(kit: Any) -> None:
    world = kit.done()
    old = kit.make_der(end=kit.NOW - kit.DAY)
    for server in world.stores:
        world.stores[server] = [kit.Stored(old)]
    world.config["CurrentCertificateThumbprint"] = kit.thumb(old)
    world.principal["keyCredentials"] = [kit.key_object(old, "ours")]
    expired = ("certificate.expired", kit.thumb(old))
    for effect in (
        "certificate.replacing", "certificate.signing-affected", "certificate.file-differs",
        "service-principal.key-missing", "service-principal.expired-key",
    ):  # fmt: skip
        assert causes(world, effect) == {expired}, effect
    assert "certificate.expired" in roots(world)
    assert not {"certificate.replacing", "service-principal.key-missing"} & set(roots(world))


def test_a_refused_token_hangs_on_the_nearest_of_its_causes(kit: Any) -> None:
    """An expired certificate explains the missing key, and that the refused token: not both the same."""
    world = kit.with_current(kit.make_der(end=kit.NOW - kit.DAY))
    world.auth_servers = [kit.auth_server()]
    world.trials["verification.probe"] = kit.answer(
        {"ResultType": "Failed", "StateAttribute1": "Authentication", "StateAttribute2": "401"}
    )
    assert causes(world, "verification.authentication") == {("service-principal.key-missing", "")}
    assert causes(world, "verification.detail") == {("verification.authentication", kit.EX01)}


def test_an_unreachable_server_explains_only_what_is_unread_of_it(kit: Any) -> None:
    world = kit.done()
    world.unreachable = {EX02}
    world.failures[questions.server_store(kit.EX03)] = kit.failed("exchange.cmdlet-error", "AnotherReason")
    assert causes(world, "certificate.server-unreadable", EX02) == {("servers.unreachable", EX02)}
    assert causes(world, "certificate.server-unreadable", kit.EX03) == set()
    assert "servers.unreachable" in roots(world)


def test_a_wrong_realm_explains_what_the_probe_says(kit: Any) -> None:
    world = kit.done()
    world.auth_servers = [kit.auth_server(realm=kit.OTHER_TENANT, url=kit.OTHER_URL)]
    world.trials["verification.probe"] = kit.answer(
        {"ResultType": "Failed", "StateAttribute1": "Authentication", "StateAttribute2": "401"}
    )
    assert causes(world, "verification.authentication") == {("auth-server.other-realm", "MicrosoftSts")}
    assert roots(world)[0] == "auth-server.other-realm"


def test_a_stopped_service_host_explains_the_missing_certificate_of_its_own_server_only(kit: Any) -> None:
    world = kit.done()
    world.stopped = {EX02: {"MSExchangeServiceHost"}}
    world.stores[EX02], world.stores[kit.EX03] = [], []
    assert causes(world, "certificate.missing-on-server", EX02) == {("servers.service-stopped", EX02)}
    assert causes(world, "certificate.missing-on-server", kit.EX03) == set()


def test_a_wrong_certificate_that_was_uploaded_explains_the_missing_key(kit: Any) -> None:
    world = kit.done()
    other = kit.make_der("former")
    world.stores[kit.EX01].append(kit.Stored(other))
    world.principal["keyCredentials"] = [kit.key_object(other)]
    assert causes(world, "service-principal.key-missing") == {("service-principal.wrong-certificate", kit.thumb(other))}


def test_one_failure_is_one_cause(kit: Any) -> None:
    """Nothing of Exchange answers: the first link that says so explains the others."""
    world = kit.World()
    gone = Failure("exchange.unreachable", "No route", "exchange", "ex01.lab.example")
    world.failures = dict.fromkeys(
        (questions.SERVERS, questions.AUTH_CONFIG, questions.AUTH_SERVERS, questions.SHOWS_PUSH_APPS), gone
    )
    assert causes(world, "auth-server.unreadable") == {("servers.unreadable", "Get-ExchangeServer")}
    assert causes(world, "push-proxy.unreadable") == {("servers.unreadable", "Get-ExchangeServer")}
    assert roots(world)[0] == "servers.unreadable"


def test_what_the_account_may_not_do_is_one_cause_wherever_it_is_met(kit: Any) -> None:
    world = kit.done()
    for name in (kit.EX01, EX02, kit.EX03):
        denied = Failure("exchange.missing-role", f"Get-ExchangeCertificate on {name}", "exchange", name)
        world.failures[questions.server_store(name)] = denied
    assert [code for code in roots(world) if code.startswith("certificate.")] == ["certificate.server-unreadable"]
    assert {code for code, _ in causes(world, "certificate.not-found-yet")} == {"certificate.server-unreadable"}
    assert "service-principal.key-present" in world.codes(), "its thumbprint is AuthConfig's"


def test_what_is_held_back_names_what_holds_it_back(kit: Any) -> None:
    world = kit.World()
    world.servers[1] = kit.server_object("ex02", AdminDisplayVersion="Version 15.0 (Build 712.24)")
    assert causes(world, "push-proxy.blocked") == {("servers.too-old", EX02)}
    assert not [code for code in roots(world) if code.endswith(".blocked")]


def test_an_unknown_domain_explains_what_is_not_known_of_the_tenant(kit: Any) -> None:
    world = kit.World()
    discovery = questions.discovery(world.facts())
    world.failures[discovery] = kit.failed("entra.tenant-not-found")
    for effect in ("auth-server.tenant-unknown", "service-principal.tenant-unknown"):
        assert causes(world, effect) == {("tenant.not-found", "fabrikam.com")}


def test_what_is_well_and_what_is_only_noted_is_no_root(kit: Any) -> None:
    world = kit.done()
    world.inputs = replace(world.inputs, probe=False)
    assert set(roots(world)) <= {"servers.out-of-support", "service-principal.shared-trust"}


def test_a_root_is_found_again_from_its_consequences(kit: Any) -> None:
    world = kit.done()
    world.unreachable = {EX02}
    everything = found(world)
    [root] = [item for item in everything if item.code == "servers.unreachable"]
    [unread] = explain.consequences(root, everything)
    assert unread.explained_by == (Cause("servers.unreachable", EX02),)


# --- evidence --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["fresh", "done", "unreachable", "other-realm", "no-tenant"])
def test_a_finding_says_which_reads_it_rests_on(kit: Any, state: str) -> None:
    world = kit.World() if state in {"fresh", "no-tenant"} else kit.done()
    if state == "unreachable":
        world.unreachable = {EX02}
    if state == "other-realm":
        world.auth_servers = [kit.auth_server(realm=kit.OTHER_TENANT)]
    if state == "no-tenant":
        world.failures[questions.discovery(world.facts())] = kit.failed("entra.tenant-not-found")
    for item in found(world):
        if item.code.endswith(".blocked") or item.code in {"verification.not-run", "verification.apps-stopped"}:
            continue
        if item.code in {"push-proxy.unknown", "verification.restart-unknown"}:
            continue  # that nothing could be read is the finding
        assert item.evidence, item.code
        assert all(piece.read and piece.source for piece in item.evidence), item.code


def test_evidence_names_the_command_the_server_and_the_time(kit: Any) -> None:
    world = kit.done()
    world.stores[EX02] = []
    [lost] = [item for item in found(world) if item.code == "certificate.missing-on-server"]
    assert [piece.read for piece in lost.evidence] == [
        "Get-AuthConfig", f"Get-ExchangeCertificate -Server '{EX02}'"
    ]  # fmt: skip
    assert {piece.at for piece in lost.evidence} == {world.now}


def test_every_step_knows_what_its_findings_rest_on() -> None:
    from pushtui.procedure.evidence import _RESTS_ON, _SOURCES

    assert {f"{step}." for step in StepId} <= _RESTS_ON.keys()
    beginnings = {key for key in _RESTS_ON if not key.endswith((".", "-"))}
    assert {key for key in beginnings if key.partition(".")[0] in set(StepId)} <= KNOWN.keys()
    named = {name for names in _RESTS_ON.values() for name in names.split("+")} - {""}
    assert named - {"profile", "journal", "trial", "mail"} == _SOURCES.keys()
    assert chain.STEPS
