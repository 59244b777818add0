"""A journal survives a crash at any point: what was kept before it is readable, and nothing is made up."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.clock import SystemClock
from pushtui.base.commands import Cmdlet, GraphRequest, Later
from pushtui.base.errors import FileProblem
from pushtui.base.redaction import Redactor
from pushtui.base.secret import Secret
from pushtui.engine.encoding import from_json, plain, to_json
from pushtui.engine.journal import Journal, entries, journals, new_run_id, organization_folder
from pushtui.engine.memory import Recollection
from pushtui.exchange.settings import ExchangeSettings
from pushtui.procedure.model import ExchangeWrite, FileWrite, GraphWrite, WindowsWrite
from pushtui.profile import Profile

SKI = "AB" * 20
CREATE = ExchangeWrite(Cmdlet.of("New-ExchangeCertificate", SubjectKeyIdentifier=SKI.lower(), Services="Federation"))
ENABLE = ExchangeWrite(Cmdlet.of("Enable-PushNotificationProxy", Organization="fabrikam.com"))
RESTART = WindowsWrite(Cmdlet.of("Restart-Service", Name="MSExchangeHM"), "ex01")
PATCH = GraphWrite(GraphRequest("PATCH", "/servicePrincipals/1", body="{}"))

scalars = (
    st.text(max_size=20)
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.binary(max_size=20)
    | st.datetimes(timezones=st.just(UTC))
    | st.builds(Later, st.text(max_size=8))
    | st.none()
)
values = scalars | st.lists(scalars, max_size=3).map(tuple)
cmdlets = st.builds(
    Cmdlet,
    st.text(max_size=12),
    st.lists(st.tuples(st.text(max_size=8), values), max_size=4).map(tuple),
    st.lists(st.text(max_size=8), max_size=3).map(tuple),
)
commands = (
    st.builds(ExchangeWrite, cmdlets)
    | st.builds(WindowsWrite, cmdlets, st.text(max_size=8))
    | st.builds(FileWrite, st.text(max_size=20), st.none() | st.binary(max_size=40))
    | st.builds(
        GraphWrite,
        st.builds(
            GraphRequest,
            st.sampled_from(["PATCH", "POST", "DELETE"]),
            st.text(max_size=10),
            st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=2).map(tuple),
            st.text(max_size=20),
        ),
    )
)


@given(command=commands)
def test_a_command_comes_back_from_json_as_it_was(command: Any) -> None:
    assert from_json(json.loads(json.dumps(to_json(command)))) == command


@given(value=st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers() | st.none(), max_size=4))
def test_whatever_else_is_in_a_file_is_no_command(value: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        from_json(value)


def test_answered_objects_become_json_whatever_is_in_them() -> None:
    value = {"a": b"\x00", "b": datetime(2026, 1, 2, tzinfo=UTC), "c": [1, (True, None)], "d": {"e": 1.5}, "f": object}
    text = json.dumps(plain(value))
    assert json.loads(text)["a"] == "AA=="
    assert json.loads(text)["b"] == "2026-01-02T00:00:00+00:00"


def make(folder: Path, redactor: Redactor | None = None) -> Journal:
    clock = SystemClock()
    return Journal(folder, new_run_id(clock.now(), folder), {"tenant": "fabrikam.com"}, clock, redactor or Redactor())


def record(journal: Journal) -> list[dict[str, Any]]:
    """A run as the engine writes it."""
    kept = []
    for number, command in enumerate((CREATE, PATCH, ENABLE, RESTART)):
        name, step = f"change-{number}", "verification" if command is RESTART else "certificate"
        kept.append(journal.write("intent", change=name, step=step, command=to_json(command)))
        objects: Any = [{"Name": "OnPrem-Proxy", "Enabled": True}] if command is ENABLE else []
        kept.append(journal.write("result", change=name, result="done", objects=objects))
    kept.append(journal.write("done", change="verification.wait", what="wait", skipped=False))
    journal.close()
    return kept


def test_a_journal_is_private_and_made_with_its_first_entry(tmp_path: Path) -> None:
    journal = make(tmp_path / "org")
    assert not journal.started
    assert not journal.path.parent.exists()
    record(journal)
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700
    first, second, *_ = entries(journal.path)
    assert (first["kind"], first["schema"], first["tenant"]) == ("run", 1, "fabrikam.com")
    assert second["change"] == "change-0"


@given(cut=st.integers(0, 3000))
def test_a_crash_at_any_byte_leaves_the_entries_before_it(tmp_path: Path, cut: int) -> None:
    whole = tmp_path / "whole.jsonl"
    if not whole.exists():
        journal = make(tmp_path)
        record(journal)
        journal.path.rename(whole)
    data, all_entries = whole.read_bytes(), list(entries(whole))
    torn = tmp_path / "torn.jsonl"
    torn.write_bytes(data[:cut])
    found = list(entries(torn))
    assert found == all_entries[: len(found)]
    assert len(found) >= data[:cut].count(b"\n")
    recollection = Recollection()
    for entry in found:
        recollection.take(entry)
    memory = recollection.memory()
    assert memory.certificate_identifiers == ({SKI} if len(found) > 1 else frozenset())
    sent = [entry["change"] for entry in found if entry["kind"] == "intent"]
    assert list(memory.sent) == sent
    assert (memory.push_proxy is not None) == (len(found) > 6)
    assert (memory.last_change_at is not None) == (len(found) > 1)


@given(damage=st.binary(max_size=200), at=st.integers(0, 2000))
def test_damage_in_the_middle_costs_at_most_the_line_that_it_hit(tmp_path: Path, damage: bytes, at: int) -> None:
    whole = tmp_path / "whole.jsonl"
    if not whole.exists():
        journal = make(tmp_path)
        record(journal)
        journal.path.rename(whole)
    data, all_entries = whole.read_bytes(), list(entries(whole))
    hit = data[:at].count(b"\n")
    before, after = all_entries[:hit], all_entries[hit + 1 :]
    damaged = tmp_path / "damaged.jsonl"
    damaged.write_bytes(data[:at] + damage + data[at:])
    found = list(entries(damaged))
    assert found[: len(before)] == before
    assert found[len(found) - len(after) :] == after
    recollection = Recollection()
    for entry in found:
        recollection.take(entry)
    assert set(recollection.memory().sent) >= {entry["change"] for entry in before + after if entry["kind"] == "intent"}


def test_brackets_without_end_are_a_damaged_line(tmp_path: Path) -> None:
    journal = make(tmp_path)
    kept = record(journal)
    journal.path.write_bytes(b"[" * 100_000 + b"\n" + journal.path.read_bytes())
    assert list(entries(journal.path))[1:] == kept


@given(entry=st.dictionaries(st.sampled_from(["kind", "at", "change", "command", "result", "objects", "step"]),
                             st.text(max_size=6) | st.none() | st.integers() | st.just("2026-01-01T00:00:00")
                             | st.just({"to": "exchange"}) | st.just("intent") | st.just("result")))  # fmt: skip
def test_an_entry_of_another_version_is_passed_over(entry: dict[str, Any]) -> None:
    recollection = Recollection()
    recollection.take({"kind": "intent", "at": "2026-01-01T00:00:00", "change": "x", "command": to_json(CREATE)})
    recollection.take({"kind": "unknown"} | entry)
    assert recollection.memory().certificate_identifiers == {SKI}


def test_a_refused_certificate_is_forgotten_and_an_unknown_outcome_is_not(tmp_path: Path) -> None:
    for result, known in (("failed", set()), ("unknown", {SKI})):
        folder = tmp_path / result
        journal = make(folder)
        journal.write("intent", change="certificate.create", step="certificate", command=to_json(CREATE))
        journal.write("result", change="certificate.create", result=result, objects=[])
        journal.close()
        recollection = Recollection()
        recollection.read(folder)
        assert recollection.memory().certificate_identifiers == known
        assert (recollection.memory().last_change_at is None) == (result == "failed")
        assert recollection.memory().sent == {}


@pytest.mark.parametrize(
    ("result", "enabled"), [("", None), ("unknown", None), ("failed", True), ("done", False)], ids=str
)
def test_how_the_proxy_is_after_it_was_disabled_is_known_only_when_that_was_answered(
    tmp_path: Path, result: str, enabled: bool | None
) -> None:
    journal = make(tmp_path)
    journal.write("intent", change="push-proxy.enable", step="push-proxy", command=to_json(ENABLE))
    journal.write("result", change="push-proxy.enable", result="done", objects=[{"Name": "It", "Enabled": True}])
    disable = ExchangeWrite(Cmdlet.of("Disable-PushNotificationProxy"))
    journal.write("intent", change="undo.push-proxy.disable", step="push-proxy", command=to_json(disable))
    if result:
        journal.write("result", change="undo.push-proxy.disable", result=result, objects=[])
    journal.close()
    recollection = Recollection()
    recollection.read(tmp_path)
    found = recollection.memory().push_proxy
    assert (None if found is None else found["Enabled"]) is enabled


def test_only_changes_to_the_exchange_organization_call_for_a_restart(tmp_path: Path) -> None:
    journal = make(tmp_path)
    for name, step, command in (("a", "service-principal", PATCH), ("b", "verification", RESTART)):
        journal.write("intent", change=name, step=step, command=to_json(command))
        journal.write("result", change=name, result="done", objects=[])
    journal.close()
    recollection = Recollection()
    recollection.read(tmp_path)
    assert recollection.memory().last_change_at is None


def test_secrets_do_not_reach_the_journal(tmp_path: Path) -> None:
    redactor = Redactor()
    redactor.add(Secret('pass"word'))
    journal = make(tmp_path, redactor)
    journal.write("result", change="x", result="failed", failure='the pass"word is wrong', nested=[{"a": 'pass"word'}])
    journal.close()
    text = journal.path.read_text()
    assert "pass" not in text
    assert list(entries(journal.path))[1]["nested"] == [{"a": "***"}]


def test_a_journal_that_cannot_be_kept_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "org").write_text("a file")
    with pytest.raises(FileProblem):
        make(tmp_path / "org").write("intent", change="x")


@given(st.lists(st.integers(0, 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)), max_size=8))
def test_runs_sort_in_the_order_in_which_they_were_begun_whatever_the_clock_does(times: list[datetime]) -> None:
    with TemporaryDirectory() as folder:
        made = []
        for time in [*times, *times[-1:] * 3]:
            made.append(new_run_id(time, Path(folder)))
            (Path(folder) / f"{made[-1]}.jsonl").touch()
            (Path(folder) / "zz-of-somebody-else.jsonl").touch()
        assert [path.stem for path in journals(Path(folder))][: len(made)] == made
        assert not times or made[0].startswith(f"{times[0]:%Y%m%dT%H%M%SZ}")
        assert journals(Path(folder) / "absent") == []


@pytest.mark.parametrize(
    ("server", "folder"),
    [
        ("ex01.contoso.com", "contoso.com"),
        ("EX02.contoso.com.", "contoso.com"),
        ("ex01", "ex01"),
        ("10.0.0.1", "10.0.0.1"),
        ("", "unnamed"),
        ("..", "unnamed"),
        ("a.../../etc", "etc"),
    ],
)
def test_servers_of_one_organization_share_a_folder_inside_the_state_folder(
    tmp_path: Path, server: str, folder: str
) -> None:
    found = organization_folder(tmp_path, Profile(exchange=ExchangeSettings(server=server)))
    assert found.parent == tmp_path
    assert found.name.endswith(folder)


def test_every_lab_is_an_organization_of_its_own(tmp_path: Path) -> None:
    profile = Profile(environment="lab", exchange=ExchangeSettings(server="127.0.0.1", port=1234))
    assert organization_folder(tmp_path, profile).name == "lab-127.0.0.1-1234"
    other = replace(profile, exchange=replace(profile.exchange, port=1235))
    assert organization_folder(tmp_path, profile) != organization_folder(tmp_path, other)
