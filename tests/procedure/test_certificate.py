"""The Auth certificate: kept where it is usable, replaced in the safe order, distributed, exported."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pushtui.procedure import certificate, certificate_file, questions
from pushtui.procedure.model import Answer, Consent, FileRemove, FileWrite, Risk, Status, StepId, Wait

STEP = StepId.CERTIFICATE


def texts(world: Any) -> dict[str, str]:
    return {item.id: item.command.text for item in world.actions(STEP) if not isinstance(item, Wait)}


def expired(kit: Any) -> Any:
    return kit.with_current(kit.make_der(end=kit.NOW - kit.DAY))


def test_a_valid_certificate_is_kept_whatever_its_name(kit: Any) -> None:
    world = kit.with_current(kit.make_der("any name at all"))
    assert list(texts(world)) == ["certificate.export"]


def test_the_new_one_is_made_where_the_session_executes_as_the_procedure_prints_it(kit: Any) -> None:
    world = expired(kit)
    world.executing = kit.EX02
    commands = texts(world)
    assert commands["certificate.create"].startswith(
        "New-ExchangeCertificate -FriendlyName 'Exchange S2S OAuth' -DomainName 'lab.example' -Services 'Federation' "
        "-KeySize 2048 -PrivateKeyExportable:$true -SubjectKeyIdentifier '"
    )
    assert commands["certificate.create"].endswith(f"-Server '{kit.EX02}' -Confirm:$false")
    assert "Force" not in commands["certificate.create"], "the SMTP default must not be overwritten silently"


def test_an_expired_one_is_replaced_by_staging_and_publishing(kit: Any) -> None:
    commands = texts(expired(kit))
    assert commands["certificate.stage"] == (
        "Set-AuthConfig -NewCertificateThumbprint (known after apply) "
        "-NewCertificateEffectiveDate '2026-11-22T12:00:00Z' -Force:$true -Confirm:$false"
    )
    assert commands["certificate.publish"] == (
        "Set-AuthConfig -PublishCertificate:$true -ClearPreviousCertificate:$true -Force:$true -Confirm:$false"
    )


def test_every_forced_prompt_is_named(kit: Any) -> None:
    for make in (expired, lambda kit: kit.with_current(kit.make_der(kind="1024"))):
        for action in make(kit).actions(STEP):
            if not isinstance(action, Wait) and "-Force" in action.command.text:
                assert action.arguments["prompt"]
                assert action.risk is Risk.ORG_WIDE


def test_where_there_was_none_the_new_one_is_made_current_at_once(world: Any) -> None:
    world.config["CurrentCertificateThumbprint"] = ""
    commands = texts(world)
    assert list(commands) == ["certificate.create", "certificate.assign", "certificate.export"]
    assert commands["certificate.assign"].startswith("Set-AuthConfig -CertificateThumbprint (known after apply)")


def test_one_that_still_serves_is_kept_as_the_previous_one_and_can_come_back(kit: Any) -> None:
    small = kit.make_der(kind="1024")
    world = kit.with_current(small)
    publish = world.action("certificate.publish")
    assert "ClearPrevious" not in publish.command.text
    assert publish.consent is Consent.REPLACE_CERTIFICATE
    assert kit.thumb(small) in publish.undo.text


def test_a_usable_staged_one_is_published_instead_of_making_another(kit: Any) -> None:
    world = expired(kit)
    new = kit.make_der("next")
    world.stores[kit.EX01].append(kit.Stored(new))
    world.config |= {"NextCertificateThumbprint": kit.thumb(new), "NextCertificateEffectiveDate": kit.NOW + kit.DAY}
    assert list(texts(world)) == ["certificate.publish", "certificate.export"]
    assert world.action("certificate.export").command.content == new


def test_one_that_we_asked_for_before_is_used_whoever_answered(kit: Any) -> None:
    world = expired(kit)
    world.memory = replace(world.memory, certificate_identifiers=frozenset({"AB" * 16}))
    world.stores[kit.EX01].append(kit.Stored(kit.make_der("ours", identifier="AB" * 16)))
    assert list(texts(world)) == ["certificate.stage", "certificate.publish", "certificate.export"]


def test_one_that_we_asked_for_long_ago_and_that_has_expired_is_passed_over(kit: Any) -> None:
    world = expired(kit)
    world.memory = replace(world.memory, certificate_identifiers=frozenset({"AB" * 16}))
    world.stores[kit.EX01].append(kit.Stored(kit.make_der("ours", end=kit.NOW - kit.DAY, identifier="AB" * 16)))
    assert "certificate.create" in texts(world)


def test_no_certificate_is_made_on_a_server_whose_store_cannot_be_read(kit: Any) -> None:
    world = expired(kit)
    world.failures[questions.server_store(kit.EX01)] = kit.failed()
    assert texts(world) == {}
    assert "certificate.creation-unclear" in world.codes()


def test_no_certificate_is_made_on_a_server_that_the_organization_does_not_list(kit: Any) -> None:
    world = expired(kit)
    world.executing = "ex09.elsewhere.example"
    world.stores[world.executing] = [kit.Stored(kit.make_der())]
    assert texts(world) == {}
    assert "certificate.executing-server-unknown" in world.codes()


def test_a_short_name_in_the_identity_is_the_server_it_means(kit: Any) -> None:
    world = expired(kit)
    world.answers[questions.EXECUTING_STORE] = Answer(({"Identity": {"@text": "EX02\\AA"}},), kit.NOW)
    actions = certificate.actions(world.facts())
    assert actions[0].target == kit.EX02  # type: ignore[union-attr]


def test_none_is_made_while_a_silent_server_may_still_have_the_right_one(world: Any, kit: Any) -> None:
    world.config["CurrentCertificateThumbprint"] = "F" * 40
    world.failures[questions.server_store(kit.EX03)] = kit.failed()
    assert texts(world) == {}
    assert world.reports()[STEP].status is Status.FAILED


def test_the_mark_is_the_same_within_a_day_and_another_for_another_purpose(kit: Any) -> None:
    world = expired(kit)

    def mark() -> str:
        return str(world.action("certificate.create").arguments["identifier"])

    first = mark()
    world.now += timedelta(hours=3)
    assert mark() == first
    assert len(bytes.fromhex(first)) == 16
    assert first == first.upper()
    world.now += kit.DAY
    assert mark() != first
    world.now -= kit.DAY
    world.inputs = replace(world.inputs, tenant_domain="contoso.com")
    world.domains = [{"id": "contoso.com", "isVerified": True}]
    assert mark() != first


def test_not_yet_everywhere_is_waited_for(world: Any, kit: Any) -> None:
    world.stores[kit.EX03] = []
    world.config["WhenChangedUTC"] = kit.NOW - timedelta(hours=1)
    report = world.reports()[STEP]
    waits = [item for item in report.actions if isinstance(item, Wait)]
    assert [wait.reads for wait in waits] == [(questions.server_store(kit.EX03),)]
    world.file = {"kind": "file", "content": kit.make_der()}
    assert world.reports()[STEP].status is Status.WAITING


def test_what_is_missing_for_days_needs_a_person_but_holds_nothing_else_up(world: Any, kit: Any) -> None:
    world.stores[kit.EX03] = []
    reports = world.reports()
    assert reports[STEP].status is Status.ATTENTION
    assert reports[StepId.AUTH_SERVER].status is Status.CHANGE_NEEDED


def test_the_certificate_is_chosen_by_authconfigs_thumbprint_among_many_of_its_name(world: Any, kit: Any) -> None:
    for days in (1, 2, 3):
        world.stores[kit.EX01].insert(0, kit.Stored(kit.make_der("Auth", end=kit.NOW + days * kit.DAY)))
    [export] = world.actions(STEP)
    assert export.command == FileWrite(world.inputs.certificate_path, kit.make_der())


def test_a_strange_certificate_in_a_store_hides_no_other(world: Any, kit: Any) -> None:
    world.stores[kit.EX02].append(kit.Stored(kit.make_der("strange"), raw=b"nonsense"))
    assert world.reports()[STEP].status is Status.CHANGE_NEEDED
    world.stores[kit.EX02][0].raw = b"nonsense"
    rows = {item.subject: item.code for item in world.reports()[STEP].findings}
    assert rows[kit.EX02] == "certificate.server-unreadable"


def test_what_the_organization_signs_with_is_known_to_the_other_steps(world: Any, kit: Any) -> None:
    wanted = certificate.trusted(world.facts())
    assert wanted is not None
    assert wanted.der == kit.make_der()  # type: ignore[union-attr]
    world.failures[questions.AUTH_CONFIG] = kit.failed()
    assert certificate.trusted(world.fresh()) is None


# --- the file ---------------------------------------------------------------------------------------------------------


def test_exactly_the_certificate_is_written(world: Any, kit: Any) -> None:
    export = world.action("certificate.export")
    assert export.command == FileWrite("/exports/auth.cer", kit.make_der())
    assert export.undo == FileRemove("/exports/auth.cer")


def test_a_different_file_is_only_replaced_when_that_was_agreed(world: Any, kit: Any) -> None:
    other = kit.make_der("other")
    world.file = {"kind": "file", "content": other}
    report = world.reports()[STEP]
    [found] = [item for item in report.findings if item.code == "certificate.file-differs"]
    assert (found.expected, found.observed) == (kit.thumb(kit.make_der()), kit.thumb(other))
    assert report.actions == ()
    world.inputs = replace(world.inputs, overwrite_certificate_file=True)
    export = world.action("certificate.export")
    assert export.undo == FileWrite("/exports/auth.cer", other)


def test_an_older_export_of_ours_is_replaced_without_a_question(kit: Any) -> None:
    old = kit.make_der(end=kit.NOW - kit.DAY)
    world = kit.with_current(old)
    world.file = {"kind": "file", "content": old}
    report = world.reports()[STEP]
    assert "certificate.file-replaced" in {item.code for item in report.findings}
    assert report.status is Status.CHANGE_NEEDED
    assert world.action("certificate.export").undo == FileWrite("/exports/auth.cer", old)


def test_the_previous_ones_export_is_replaced_too(world: Any, kit: Any) -> None:
    previous = kit.make_der("previous")
    world.config["PreviousCertificateThumbprint"] = kit.thumb(previous)
    world.file = {"kind": "file", "content": previous}
    assert world.action("certificate.export").command == FileWrite("/exports/auth.cer", kit.make_der())


@pytest.mark.parametrize(
    ("content", "codes"), [(None, set()), (b"-----BEGIN CERTIFICATE-----\n", {"certificate.file-pem"})]
)
def test_a_file_is_not_compared_with_what_nobody_knows(
    world: Any, kit: Any, content: bytes | None, codes: set[str]
) -> None:
    world.failures[questions.AUTH_CONFIG] = kit.failed()
    world.file = {"kind": "file", "content": kit.make_der() if content is None else content}
    found = {item.code for item in world.reports()[STEP].findings}
    assert {code for code in found if ".file-" in code} == codes


@pytest.mark.parametrize("kind", ["folder", "other"])
def test_what_is_no_file_is_never_written(world: Any, kind: str) -> None:
    world.file = {"kind": kind}
    world.inputs = replace(world.inputs, overwrite_certificate_file=True)
    assert world.reports()[STEP].status is Status.FAILED
    assert world.actions(STEP) == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "certificate.file-empty"),
        (b" \n", "certificate.file-empty"),
        (b"-----BEGIN CERTIFICATE-----\n", "certificate.file-pem"),
        (b"notes\n-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n", "certificate.file-private-key"),
        (b"\x30\x80\x02\x01\x03rest", "certificate.file-pkcs12"),
        (b"\x30\x82\x0a\x00\x02\x01\x03rest", "certificate.file-pkcs12"),
        (b"\x30\x82\x0a\x00\x30\x82", "certificate.file-not-certificate"),
        (b"hello", "certificate.file-not-certificate"),
    ],
)
def test_each_kind_of_file_is_told_apart(data: bytes, code: str) -> None:
    assert certificate_file.identify(data).code == code


def test_der_with_something_after_it_is_not_the_certificate(kit: Any) -> None:
    content = certificate_file.identify(kit.make_der() + b"\n")
    assert content.code == "certificate.file-not-certificate"


@pytest.mark.parametrize("data", [b"-----BEGIN RSA PRIVATE KEY-----", b"\x30\x80\x02\x01\x03"])
def test_a_private_key_is_never_overwritten(world: Any, data: bytes) -> None:
    world.file = {"kind": "file", "content": data}
    world.inputs = replace(world.inputs, overwrite_certificate_file=True)
    assert world.actions() == [] or {item.id for item in world.actions()} == {"verification.probe"}
