"""A plan in a file runs exactly as it was reviewed, for the organization that it was made for, or not at all."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.errors import FileProblem, UsageError
from pushtui.engine.journal import entries
from pushtui.engine.plan_file import load, save
from pushtui.procedure.model import Change, Consent, StepId

BOTH = frozenset({Consent.SERVICE_PRINCIPAL_KEY, Consent.REPLACE_CERTIFICATE})
ALL_OK = dict.fromkeys([step.value for step in StepId], "ok")


def expired(world: Any, kit: Any) -> None:
    der = kit.make_der("Old", kit.NOW - 900 * kit.DAY, kit.NOW - kit.DAY)
    world.stores = {name: [kit.Stored(der)] for name in (kit.EX01, kit.EX02, kit.EX03)}
    world.config["CurrentCertificateThumbprint"] = kit.thumb(der)


@pytest.fixture
def kept(desk: Any, ports: Any, kit: Any, profile: Any, tmp_path: Path) -> Path:
    """The plan of an organization whose certificate has ended, in a file."""
    expired(ports.world, kit)
    path = tmp_path / "plan.json"
    save(path, desk.session.plan(), profile, kit.NOW, overwrite_certificate_file=True)
    return path


def test_what_was_shown_comes_back(desk: Any, ports: Any, kit: Any, profile: Any, tmp_path: Path) -> None:
    expired(ports.world, kit)
    plan, path = desk.session.plan(), tmp_path / "plan.json"
    save(path, plan, profile, kit.NOW, overwrite_certificate_file=True)
    read = load(path, profile)
    assert [type(action) for action in read.plan.actions] == [type(action) for action in plan.actions]
    for planned, again in zip(plan.actions, read.plan.actions, strict=True):
        unread = replace(planned, reads=()) if hasattr(planned, "reads") else planned
        unread = replace(unread, affects=()) if hasattr(planned, "affects") else unread
        unread = replace(unread, poll=again.poll, twice=again.twice) if hasattr(again, "poll") else unread
        assert again == unread
    assert (read.plan.steps, read.plan.task, read.plan.needed_consents) == (
        plan.steps, plan.task, plan.needed_consents,
    )  # fmt: skip
    assert (read.overwrite_certificate_file, read.made) == (True, kit.NOW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_whole_request_is_in_it(kept: Path, desk: Any, ports: Any, kit: Any, profile: Any, tmp_path: Path) -> None:
    ports.world = kit.World(now=ports.clock.now())
    ports.world.principal["keyCredentials"] = [kit.key_object(kit.make_der("someone"), "someone")]
    save(kept, desk.session.plan(), profile, kit.NOW, overwrite_certificate_file=False)
    [change] = [each for each in load(kept, profile).plan.changes if each.id == "service-principal.add-key"]
    body = json.loads(change.command.request.body)  # type: ignore[union-attr]
    assert [set(key) for key in body["keyCredentials"]] == [{"type", "usage", "key"}] * 2


def test_it_runs_as_it_was_reviewed(kept: Path, make_desk: Callable[..., Any], ports: Any, profile: Any) -> None:
    ports.clock.pass_(days=timedelta(hours=30) / timedelta(days=1))
    reviewed = load(kept, profile)
    desk = make_desk()
    desk.session.overwrite_certificate_file = reviewed.overwrite_certificate_file
    desk.session.apply(reviewed.plan, BOTH, digest=reviewed.digest)
    assert desk.statuses == ALL_OK
    header = next(entries(desk.session.journal_path))
    assert header["reviewed"] == reviewed.digest == json.loads(kept.read_text())["sha256"]


def test_what_changed_since_does_not_run(kept: Path, desk: Any, ports: Any, kit: Any, profile: Any) -> None:
    ports.world.auth_servers = [kit.auth_server(realm=kit.OTHER_TENANT, url=kit.OTHER_URL)]
    reviewed = load(kept, profile)
    desk.session.apply(reviewed.plan, BOTH, digest=reviewed.digest)
    assert "run.plan-changed" in desk.codes("auth-server")
    assert not any(text.startswith(("New-AuthServer", "Remove-AuthServer", "PATCH")) for text in ports.writes)


@pytest.mark.parametrize("name", ["New-ExchangeCertificate", "Set-AuthConfig", "PATCH", "Enable-PushNotificationProxy"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_of_it_that_was_interrupted_is_gone_on_with(
    kept: Path, make_desk: Callable[..., Any], ports: Any, profile: Any, name: str, when: str
) -> None:
    reviewed = load(kept, profile)
    first = make_desk()
    plan = reviewed.plan

    def die(text: str) -> None:
        if text.startswith(name):
            raise KeyboardInterrupt  # what no handler of ours catches: nothing more is noted

    setattr(ports, when, die)
    with pytest.raises(BaseException):  # noqa: B017
        first.session.apply(plan, BOTH, digest=reviewed.digest)
    setattr(ports, when, lambda text: None)
    second = make_desk()
    second.session.apply(plan, BOTH, digest=reviewed.digest)
    assert second.statuses == ALL_OK
    writes = [text.split()[0] for text in ports.writes]
    assert writes.count("New-ExchangeCertificate") == 1
    assert len(ports.world.principal["keyCredentials"]) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tenant_domain", "contoso.com"),
        ("certificate_path", "/elsewhere/auth.cer"),
        ("exchange", "ex01.contoso.com"),
        ("cloud", "china"),
    ],
)
def test_another_organization_or_profile_is_refused(kept: Path, profile: Any, field: str, value: str) -> None:
    changed = {"exchange": {"server": value}, "cloud": {"name": value}}.get(field)
    other = replace(profile, **{field: replace(getattr(profile, field), **changed) if changed else value})
    with pytest.raises(UsageError, match=r"another organization or profile|cannot be applied") as refused:
        load(kept, other)
    assert value.removeprefix("ex01.") in str(refused.value)


def test_another_server_of_the_same_organization_is_none(kept: Path, profile: Any) -> None:
    load(kept, replace(profile, exchange=replace(profile.exchange, server="ex02.lab.example")))


def test_what_was_changed_by_hand_is_refused(kept: Path, profile: Any) -> None:
    kept.write_text(
        kept.read_text().replace('"replace-certificate"', '"service-principal-key"').replace("ex01", "ex09")
    )
    with pytest.raises(UsageError, match="not as it was written"):
        load(kept, profile)


def test_another_version_is_refused(kept: Path, profile: Any) -> None:
    document = json.loads(kept.read_text())
    kept.write_text(json.dumps(document | {"schema": 2}))
    with pytest.raises(UsageError, match="format"):
        load(kept, profile)


@given(
    data=st.binary(max_size=200) | st.sampled_from([b"[]", b"{}", b"null", b'{"kind": "pushtui plan"}', b"[" * 90000])
)
def test_whatever_else_is_in_a_file_is_one_sentence(tmp_path: Path, profile: Any, data: bytes) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(data)
    with pytest.raises(UsageError):
        load(path, profile)


@given(cut=st.data())
def test_a_plan_with_a_part_missing_is_refused(kept: Path, profile: Any, cut: st.DataObject) -> None:
    """Also where somebody took the trouble to write the digest anew."""
    from pushtui.engine.plan_file import _digest

    document = json.loads(kept.read_text())
    place = cut.draw(st.sampled_from(["", "task", "actions"]))
    part = document["plan"][place][0] if place == "actions" else document["plan"][place] if place else document["plan"]
    name = cut.draw(st.sampled_from(sorted(part)))
    if name == "version":
        return
    del part[name]
    document["sha256"] = _digest(document["plan"])
    path = kept.with_name("cut.json")
    path.write_text(json.dumps(document))
    with pytest.raises(UsageError):
        load(path, profile)


def test_nothing_but_a_plan_is_replaced(desk: Any, kit: Any, profile: Any, tmp_path: Path) -> None:
    plan, path = desk.session.plan(), tmp_path / "notes.txt"
    path.write_text("precious")
    with pytest.raises(UsageError, match="something else"):
        save(path, plan, profile, kit.NOW, overwrite_certificate_file=False)
    assert path.read_text() == "precious"
    with pytest.raises(FileProblem):
        save(tmp_path / "absent" / "plan.json", plan, profile, kit.NOW, overwrite_certificate_file=False)
    good = tmp_path / "plan.json"
    for _ in range(2):
        save(good, plan, profile, kit.NOW, overwrite_certificate_file=False)
    assert all(isinstance(change, Change) for change in load(good, profile).plan.changes)
