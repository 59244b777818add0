"""Nothing is lost: runs are taken back, killed runs are found and gone on with or taken back, on the real lab."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CONSENTS = ("--yes", "--accept", "service-principal-key", "--accept", "replace-certificate")
UNDO = ("--yes", "--accept", "replace-certificate")
PATIENCE = 60.0


class Killable:
    """Starts ``pushtui`` as a process that can be killed; its journals are in the state folder of the test."""

    def __init__(self, environment: dict[str, str], eventually: Callable[[Callable[[], Any]], Any]) -> None:
        self.environment = environment
        self._eventually = eventually
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        self.processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "pushtui", *map(str, arguments)],
                cwd=ROOT,
                env=self.environment,
                text=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        return self.processes[-1]

    def journals(self) -> list[Path]:
        return sorted(Path(self.environment["XDG_STATE_HOME"]).glob("pushtui/*/*.jsonl"))

    def entries(self) -> list[dict[str, Any]]:
        """Of the newest journal; the last line may be torn."""
        found = self.journals()
        lines = found[-1].read_bytes().split(b"\n")[:-1] if found else []
        return [json.loads(line) for line in lines]

    def in_flight(self) -> str:
        """The change that was sent and has no result yet."""
        entries = [entry for entry in self.entries() if entry["kind"] in {"intent", "result"}]
        return str(entries[-1]["change"]) if entries and entries[-1]["kind"] == "intent" else ""

    def kill_during(
        self, lab: Any, command: tuple[Any, ...], change: str, match: str, effect: str, skip: int = 0
    ) -> None:
        """Kill it while this change's request is held: before its effect (`stall`) or after it (`drip`)."""
        sent = sum(match in item for item in lab.writes())
        lab.ask("faults", {"match": match, "effect": effect, "seconds": 600.0, "skip": skip})
        process = self.start(*command)

        def held() -> bool:
            arrived = sum(match in item for item in lab.writes()) - sent
            return self.in_flight() == change and (effect == "stall" or arrived > skip)

        self._eventually(held)
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
        lab.ask("clear", {"faults": True, "requests": False, "mail": False})


@pytest.fixture
def killable(environment: dict[str, str], eventually: Any) -> Iterator[Killable]:
    programs = Killable(environment, eventually)
    yield programs
    for process in programs.processes:
        if process.poll() is None:
            process.kill()
        process.wait(30)


def keys(state: dict[str, Any]) -> list[str]:
    """SHA-256 of the certificates that the service principal of Exchange Online truly holds, with repetitions."""
    return sorted(key["sha256"] for key in state["tenant"]["service_principal"]["keys"])


def restorable(state: dict[str, Any]) -> dict[str, Any]:
    """What an undo must bring back."""
    organization = state["organization"]
    return {
        "keys": keys(state),
        "current": organization["auth_config"]["current"],
        "auth_servers": organization["auth_servers"],
        "proxy": organization["push_proxy"]["enabled"],
    }


def shape(state: dict[str, Any], before: dict[str, Any], exported: Path) -> dict[str, Any]:
    """A state as compared with the one before, so that two labs, which never have the same keys, can be compared."""
    organization, old = state["organization"], before["organization"]
    known = {c["thumbprint"] for server in old["servers"] for c in server["certificates"]}
    stores = [[c["thumbprint"] for c in server["certificates"]] for server in organization["servers"]]
    new = sorted({thumbprint for store in stores for thumbprint in store} - known)
    current = organization["auth_config"]["current"]
    foreign = keys(before)
    ours = [key for key in keys(state) if key not in foreign]
    content = exported.read_bytes() if exported.exists() else None
    return {
        "new certificates": len(new),
        "servers without them": sum(bool(set(new) - set(store)) for store in stores),
        "lost certificates": sorted(known - {thumbprint for store in stores for thumbprint in store}),
        "current": "new" if current in new else "as before" if current == old["auth_config"]["current"] else current,
        "next": organization["auth_config"]["next"],
        "previous": organization["auth_config"]["previous"],
        "foreign keys": [key for key in keys(state) if key in foreign] == foreign,
        "our keys": len(ours),
        "our key is the exported certificate": content is not None
        and ours == [hashlib.sha256(content).hexdigest()]
        and hashlib.sha1(content, usedforsecurity=False).hexdigest().upper() == current,
        "file": content is not None,
        "auth servers": [(server["name"], server["enabled"]) for server in organization["auth_servers"]],
        "proxy": organization["push_proxy"],
    }


def undisturbed(scenario: str) -> dict[str, Any]:
    """The shape after an apply that nothing disturbs."""
    fresh = {
        "new certificates": 0,
        "servers without them": 0,
        "lost certificates": [],
        "current": "as before",
        "next": "",
        "previous": "",
        "foreign keys": True,
        "our keys": 1,
        "our key is the exported certificate": True,
        "file": True,
        "auth servers": [("MicrosoftSts", True)],
        "proxy": {
            "enabled": True,
            "organization": "fabrikam.com",
            "uri": "https://outlook.office365.com/PushNotifications",
        },
    }
    if scenario == "expired-certificate":
        return fresh | {"new certificates": 1, "current": "new"}
    return fresh


@pytest.mark.parametrize("scenario", ["fresh", "other-keys", "expired-certificate"])
def test_apply_and_undo_come_back_to_where_it_began(scenario: str, start_lab: Any, pushtui: Any) -> None:
    lab = start_lab(scenario)
    before = lab.state()
    applied = pushtui("-p", lab.profile, "apply", *CONSENTS, "--json")
    assert applied.code == 0, applied.errors
    assert shape(lab.state(), before, lab.exported_certificate) == undisturbed(scenario)
    undone = pushtui("-p", lab.profile, "undo", *UNDO, "--json")
    assert undone.code == 0, undone.errors
    expected = restorable(before)
    if scenario == "expired-certificate":
        assert "undo.certificate-stays" in undone.codes("certificate")
        assert "stays the current one" in " ".join(undone.errors.split()), "it is said in the plan, before"
        expected["current"] = lab.state()["organization"]["auth_config"]["current"]
    assert restorable(lab.state()) == expected
    assert not lab.exported_certificate.exists()
    assert "undo.proxy-unread" in undone.codes("push-proxy")

    written = lab.writes()
    again = pushtui("-p", lab.profile, "undo", *UNDO, "--json")
    assert again.code == 0
    assert lab.writes() == written, "what is taken back is not taken back again"

    listed = json.loads(pushtui("-p", lab.profile, "runs", "--json").output)["runs"]
    assert [(run["course"], run["outcome"]) for run in listed] == [("trust", "done"), ("undo", "done")]
    assert listed[1]["undoes"] == listed[0]["id"]
    report = pushtui("-p", lab.profile, "runs", "show", listed[0]["id"]).output
    assert "New-AuthServer -Name 'MicrosoftSts'" in report
    page = pushtui("-p", lab.profile, "runs", "show", "--html", listed[0]["id"]).output
    assert page.startswith("<!DOCTYPE html>")
    assert "http://" not in page.replace("http-equiv", "")

    once_more = pushtui("-p", lab.profile, "apply", *CONSENTS, "--json")
    assert once_more.code == 0, once_more.errors
    assert len(keys(lab.state())) == len(keys(before)) + 1


KILLS = [
    ("expired-certificate", "New-ExchangeCertificate", "drip", 0, "certificate.create"),
    ("expired-certificate", "Set-AuthConfig", "stall", 1, "certificate.publish"),
    ("other-keys", "PATCH /v1.0/servicePrincipals/", "drip", 0, "service-principal.add-key"),
    ("fresh", "Enable-PushNotificationProxy", "drip", 0, "push-proxy.enable"),
]


@pytest.mark.parametrize(("scenario", "match", "effect", "skip", "change"), KILLS)
def test_a_killed_apply_is_found_gone_on_with_and_taken_back(
    scenario: str, match: str, effect: str, skip: int, change: str, start_lab: Any, pushtui: Any, killable: Killable
) -> None:
    lab = start_lab(scenario)
    before = lab.state()
    killable.kill_during(lab, ("-p", lab.profile, "apply", *CONSENTS), change, match, effect, skip)
    [interrupted] = json.loads(pushtui("-p", lab.profile, "runs", "--json").output)["runs"]
    assert interrupted["interrupted"]

    checked = pushtui("-p", lab.profile, "check", "--json")
    assert interrupted["id"] in checked.errors, "whoever starts next is told"
    assert "was interrupted while" in " ".join(checked.errors.split())

    again = pushtui("-p", lab.profile, "apply", *CONSENTS, "--json")
    assert again.code == 0, again.errors
    assert shape(lab.state(), before, lab.exported_certificate) == undisturbed(scenario)
    assert "was interrupted" not in pushtui("-p", lab.profile, "check", "--json").errors

    undone = pushtui("-p", lab.profile, "undo", *UNDO, "--json")
    assert undone.code == 0, undone.errors
    expected = restorable(before)
    if scenario == "expired-certificate":
        expected["current"] = lab.state()["organization"]["auth_config"]["current"]
    assert restorable(lab.state()) == expected, "both runs are taken back: the killed one, and that which went on"


def test_a_killed_apply_can_be_taken_back_at_once(start_lab: Any, pushtui: Any, killable: Killable) -> None:
    lab = start_lab("other-keys")
    before = lab.state()
    command = ("-p", lab.profile, "apply", *CONSENTS)
    killable.kill_during(lab, command, "service-principal.add-key", "PATCH /v1.0/servicePrincipals/", "stall")
    undone = pushtui("-p", lab.profile, "undo", *UNDO, "--json")
    assert undone.code == 0, undone.errors
    assert restorable(lab.state()) == restorable(before)
    assert not lab.exported_certificate.exists()


@pytest.mark.parametrize(
    ("change", "match", "effect"),
    [
        ("undo.push-proxy.disable", "Disable-PushNotificationProxy", "drip"),
        ("undo.service-principal.remove-key", "PATCH /v1.0/servicePrincipals/", "stall"),
    ],
)
def test_a_killed_undo_is_gone_on_with(
    change: str, match: str, effect: str, start_lab: Any, pushtui: Any, killable: Killable
) -> None:
    lab = start_lab("other-keys")
    before = lab.state()
    assert pushtui("-p", lab.profile, "apply", *CONSENTS, "--json").code == 0
    killable.kill_during(lab, ("-p", lab.profile, "undo", *UNDO), change, match, effect)
    [applied, _killed] = json.loads(pushtui("-p", lab.profile, "runs", "--json").output)["runs"]
    undone = pushtui("-p", lab.profile, "undo", *UNDO, "--json")
    assert "was interrupted while" in " ".join(undone.errors.split())
    assert f"pushtui undo {applied['id']} goes on" in " ".join(undone.errors.split())
    assert undone.code == 0, undone.errors
    assert restorable(lab.state()) == restorable(before)
    assert not lab.exported_certificate.exists()


def test_two_at_once_notice_each_other_and_a_dead_one_is_not_in_the_way(
    start_lab: Any, pushtui: Any, killable: Killable, eventually: Any
) -> None:
    lab = start_lab("fresh")
    lab.ask("faults", {"match": "New-AuthServer", "effect": "stall", "seconds": 600.0})
    first = killable.start("-p", lab.profile, "apply", *CONSENTS)
    eventually(lambda: killable.in_flight() == "auth-server.create")
    second = pushtui("-p", lab.profile, "apply", *CONSENTS)
    assert second.code == 1
    assert "Another pushtui is changing this organization right now" in " ".join(second.errors.split())
    assert f"process {first.pid}" in second.errors
    assert "interrupted" not in second.errors, "what is still running is not called interrupted"
    assert "running now" in pushtui("-p", lab.profile, "runs").output
    first.kill()
    first.wait(30)
    lab.ask("clear", {"faults": True, "requests": False, "mail": False})
    third = pushtui("-p", lab.profile, "apply", *CONSENTS, "--json")
    assert third.code == 0, third.errors


def test_one_step_of_a_run_is_taken_back(start_lab: Any, pushtui: Any) -> None:
    lab = start_lab("fresh")
    before = lab.state()
    assert pushtui("-p", lab.profile, "apply", *CONSENTS, "--json").code == 0
    undone = pushtui("-p", lab.profile, "undo", "--step", "service-principal", "--yes", "--json")
    assert undone.code == 0, undone.errors
    assert list(undone.statuses) == ["service-principal"]
    after = lab.state()
    assert keys(after) == keys(before)
    assert after["organization"]["push_proxy"]["enabled"], "the rest stays"
    listed = json.loads(pushtui("-p", lab.profile, "runs", "--json").output)["runs"]
    number = next(at for at, each in enumerate(listed[0]["changes"], 1) if each["id"] == "push-proxy.enable")
    one = pushtui("-p", lab.profile, "undo", "1", "--change", number, "--yes", "--json")
    assert one.code == 0, one.errors
    assert list(one.statuses) == ["push-proxy"]
    assert not lab.state()["organization"]["push_proxy"]["enabled"]
    assert lab.state()["organization"]["auth_servers"] == after["organization"]["auth_servers"], "the rest stays"


def test_undo_is_refused_where_it_must_not_or_cannot_be(start_lab: Any, pushtui: Any) -> None:
    lab = start_lab("fresh")
    assert pushtui("-p", lab.profile, "undo", "--yes").code == 2
    assert pushtui("-p", lab.profile, "apply", *CONSENTS, "--json").code == 0
    written = lab.writes()
    refused = pushtui("-p", lab.profile, "--read-only", "undo", "--yes")
    assert refused.code == 2
    assert "read-only" in refused.errors.lower()
    assert pushtui("-p", lab.profile, "undo", "nonsense", "--yes").code == 2
    unconfirmed = pushtui("-p", lab.profile, "undo")
    assert unconfirmed.code == 2
    assert "What does not come back" in " ".join(unconfirmed.errors.split())
    assert lab.writes() == written


def test_a_disk_that_takes_nothing_stops_the_run_before_the_first_change(
    start_lab: Any, environment: dict[str, str]
) -> None:
    lab = start_lab("fresh")
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600));"
        "from pushtui.cli import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "-p", str(lab.profile), "apply", *CONSENTS],
        cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "File too large" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert lab.writes() == []
    assert not lab.exported_certificate.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
def test_a_state_folder_that_cannot_be_written_stops_the_run(
    start_lab: Any, pushtui: Any, environment: dict[str, str]
) -> None:
    state = Path(environment["XDG_STATE_HOME"])
    state.mkdir()
    state.chmod(0o500)
    _refused_by_the_folder(start_lab("fresh"), pushtui)


def test_a_state_folder_that_is_none_stops_the_run(start_lab: Any, pushtui: Any, environment: dict[str, str]) -> None:
    Path(environment["XDG_STATE_HOME"]).write_text("a file where the folder should be")
    _refused_by_the_folder(start_lab("fresh"), pushtui)


def _refused_by_the_folder(lab: Any, pushtui: Any) -> None:
    applied = pushtui("-p", lab.profile, "apply", *CONSENTS)
    assert applied.code == 1
    assert "The folder cannot be made" in applied.errors
    assert lab.writes() == []
    assert not lab.exported_certificate.exists()
