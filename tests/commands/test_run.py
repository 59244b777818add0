"""`check`, `plan` and `apply` as a process, against the lab: bad input, interrupts, questions on a terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from tests.nursery import Nursery

ROOT = Path(__file__).parents[2]
PATIENCE = 60


class Lab:
    """A running lab and what it really saw."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pushtui", "lab", "--serve"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.line = json.loads(self.process.stdout.readline())
        self.profile = Path(self.line["profile"]).read_text()

    def ask(self, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.line['control']}/{path}", data, timeout=PATIENCE) as answer:
            return json.load(answer)

    def requests(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("requests")
        return found

    def writes(self) -> list[str]:
        return [entry["name"] for entry in self.requests() if entry["write"]]

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """One for all tests here: they change nothing in it, or say so."""
    running = Lab()
    yield running
    running.close()


class Program:
    """`pushtui` with a profile of its own."""

    def __init__(self, lab: Lab, folder: Path, nursery: Nursery) -> None:
        self.lab = lab
        self._nursery = nursery
        self.folder = folder
        self.path = folder / "profile.toml"
        self.certificate = folder / "auth.cer"
        self.text = lab.profile
        self.change("certificate_path", str(self.certificate))

    def change(self, key: str, value: str | None, table: str = "") -> None:
        """Another value for a key of the profile, or none."""
        document = tomlkit.parse(self.text)
        place: Any = document[table] if table else document
        if value is None:
            del place[key]
        else:
            place[key] = int(value) if value.isdigit() else value
        self.text = tomlkit.dumps(document)

    @property
    def environment(self) -> dict[str, str]:
        self.path.write_text(self.text)
        kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        return {**kept, "XDG_STATE_HOME": str(self.folder / "state"), "XDG_CONFIG_HOME": str(self.folder / "config")}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "pushtui", "-p", str(self.path), *arguments]

    def run(self, *arguments: str, before: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        """The program with these arguments; where `before` stands before it on the command line, it is started."""
        if before:
            done = subprocess.run(
                [*before, *self.command(*arguments)],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=PATIENCE * 2,
                check=False,
            )
        else:
            done = self._nursery.run(["-p", str(self.path), *arguments], self.environment)
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        return done

    def document(self, *arguments: str, before: Sequence[str] = ()) -> tuple[int, dict[str, Any]]:
        done = self.run(*arguments, "--json", before=before)
        return done.returncode, json.loads(done.stdout)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def program(lab: Lab, tmp_path: Path, nursery: Nursery) -> Program:
    return Program(lab, tmp_path, nursery)


def step(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(entry for entry in document["steps"] if entry["id"] == name)


def codes(document: dict[str, Any], name: str) -> set[str]:
    return {finding["code"] for finding in step(document, name)["findings"]}


def eventually(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.02)


# --- the document ----------------------------------------------------------------------------------------------------


def test_the_document_is_as_promised_and_alone_on_standard_output(program: Program) -> None:
    code, document = program.document("plan")
    assert code == 3
    assert list(document) == ["schema", "command", "profile", "started", "finished", "status", "steps"]
    assert (document["schema"], document["command"], document["status"]) == (1, "plan", "change-needed")
    assert [entry["id"] for entry in document["steps"]] == [
        "tenant", "servers", "certificate", "auth-server", "service-principal", "push-proxy", "verification",
    ]  # fmt: skip
    for entry in document["steps"]:
        assert list(entry) == ["id", "status", "summary", "findings", "changes"]
        for finding in entry["findings"]:
            assert list(finding)[:6] == ["code", "severity", "subject", "expected", "observed", "remedy"]
            assert {"arguments", "evidence", "explained_by"} <= set(finding)
        for change in entry["changes"]:
            assert list(change) == [
                "id", "target", "title", "command", "request", "before", "after", "risk", "undo", "undo_request",
                "result",
            ]  # fmt: skip
    [key] = [each for entry in document["steps"] for each in entry["changes"] if each["request"]["to"] == "graph"]
    assert key["request"]["method"] == "PATCH"
    assert json.loads(key["request"]["body"]).keys() == {"keyCredentials"}, "the whole body, nothing shortened"


def test_only_the_steps_that_were_asked_for_are_in_the_document(program: Program) -> None:
    code, document = program.document("check", "--step", "servers", "--step", "tenant")
    assert code == 0
    assert [entry["id"] for entry in document["steps"]] == ["tenant", "servers"]
    assert document["status"] == "ok"


def test_what_people_read_fits_eighty_columns(program: Program) -> None:
    for command in ("check", "plan"):
        output = program.run(command).stdout
        assert max(len(line) for line in output.splitlines()) <= 80
        assert "\x1b" not in output


# --- bad input: one clear sentence, nothing changed ------------------------------------------------------------------


def application_key(lab: Lab) -> tuple[Any, x509.Certificate]:
    pem = (Path(lab.line["profile"]).parent / "application.pem").read_bytes()
    return serialization.load_pem_private_key(pem, None), x509.load_pem_x509_certificate(pem)


def content(lab: Lab, kind: str) -> bytes:
    key, certificate = application_key(lab)
    match kind:
        case "pem":
            return certificate.public_bytes(serialization.Encoding.PEM)
        case "pkcs12":
            return pkcs12.serialize_key_and_certificates(
                b"x", key, certificate, None, serialization.BestAvailableEncryption(b"secret")
            )
        case "private-key":
            return key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        case "text":
            return b"this is no certificate\n"
        case "other":
            return certificate.public_bytes(serialization.Encoding.DER)
    return b""


@pytest.mark.parametrize(
    ("kind", "code", "exit_codes"),
    [
        ("pem", "certificate.file-pem", {1, 2}),
        ("pkcs12", "certificate.file-pkcs12", {1, 2}),
        ("private-key", "certificate.file-private-key", {1, 2}),
        ("text", "certificate.file-not-certificate", {1, 2}),
        ("empty", "certificate.file-empty", {1, 2}),
        ("other", "certificate.file-differs", {4}),
    ],
)
def test_a_file_that_is_something_else_is_named_and_left_alone(
    program: Program, kind: str, code: str, exit_codes: set[int]
) -> None:
    before = content(program.lab, kind)
    program.certificate.write_bytes(before)
    exit_code, document = program.document("apply", "--yes", "--step", "certificate")
    assert exit_code in exit_codes
    assert code in codes(document, "certificate")
    assert step(document, "certificate")["summary"]
    assert program.certificate.read_bytes() == before


def test_a_folder_at_the_certificate_path_is_named(program: Program) -> None:
    program.certificate.mkdir()
    exit_code, document = program.document("apply", "--yes", "--step", "certificate")
    assert exit_code in {1, 2}
    assert "certificate.file-folder" in codes(document, "certificate")


def test_a_pipe_at_the_certificate_path_holds_nobody_up(program: Program) -> None:
    os.mkfifo(program.certificate)
    exit_code, document = program.document("check", "--step", "certificate")
    assert exit_code in {1, 2}
    assert "certificate.file-special" in codes(document, "certificate")


def as_anybody() -> list[str]:
    """What a command is put behind so that root, too, is refused what a file's mode forbids."""
    if os.geteuid() != 0:
        return []
    without = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    if shutil.which("setpriv") is None or subprocess.run([*without, "true"], check=False).returncode:
        pytest.skip("root can read everything, and setpriv cannot take that away")
    return without


def test_a_file_that_cannot_be_read_is_named(program: Program) -> None:
    program.certificate.write_bytes(b"x")
    program.certificate.chmod(0)
    exit_code, document = program.document("apply", "--yes", "--step", "certificate", before=as_anybody())
    assert exit_code in {1, 2}
    assert "certificate.file-unreadable" in codes(document, "certificate")
    assert program.certificate.read_bytes() == b"x" if os.geteuid() == 0 else program.certificate.stat().st_size == 1


def test_a_folder_that_is_not_there_is_a_failed_change(program: Program) -> None:
    program.change("certificate_path", str(program.folder / "absent" / "auth.cer"))
    exit_code, document = program.document("apply", "--yes", "--step", "certificate")
    assert exit_code == 1
    finding = next(f for f in step(document, "certificate")["findings"] if f["code"] == "run.change-failed")
    assert "No such file or directory" in finding["observed"]
    assert step(document, "certificate")["changes"][0]["result"] == "failed"


def test_a_different_file_is_replaced_where_that_was_agreed(program: Program) -> None:
    program.certificate.write_bytes(content(program.lab, "other"))
    exit_code, _ = program.document("apply", "--yes", "--step", "certificate", "--overwrite-certificate-file")
    assert exit_code == 0
    assert program.certificate.read_bytes() != content(program.lab, "other")


def test_a_domain_that_nobody_has_is_not_enrolled(program: Program) -> None:
    program.change("tenant_domain", "nobody-has-this.example")
    exit_code, document = program.document("apply", "--yes")
    assert exit_code == 4
    assert codes(document, "tenant") == {"tenant.not-found"}
    assert "enrol" in step(document, "tenant")["findings"][0]["remedy"]


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "fabrikam",
        "fabrikam..com",
        "https://fabrikam.com/",
        "admin@fabrikam.com",
        "two words.example",
        "a\u202eb.com",
    ],
)
@pytest.mark.parametrize("command", ["check", "plan", "apply"])
def test_what_is_no_domain_is_one_sentence_and_nobody_is_asked(program: Program, domain: str, command: str) -> None:
    program.change("tenant_domain", domain)
    requests = len(program.lab.requests())
    done = program.run(command, "--json", *(["--yes"] if command == "apply" else []))
    assert (done.returncode, done.stdout) == (2, "")
    (sentence,) = done.stderr.splitlines()
    assert "tenant_domain: " in sentence
    assert sentence.endswith(f"({program.path}).")
    assert len(program.lab.requests()) == requests


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("password_file", "wrong", "refused"),
        ("port", "9", "Nothing answers"),
        ("server", "no-such-server.invalid", "no-such-server.invalid"),
        ("ca_file", None, "not trusted"),
        ("ca_file", "absent.pem", "absent.pem"),
    ],
)
def test_a_way_to_exchange_that_does_not_work_is_one_sentence_with_a_remedy(
    program: Program, key: str, value: str | None, words: str
) -> None:
    secret = program.folder / "wrong"
    secret.write_text("wrong")
    secret.chmod(0o600)
    program.change(key, value, "exchange")
    requests = len(program.lab.requests())
    exit_code, document = program.document("apply", "--yes")
    assert exit_code == 1
    (finding,) = step(document, "servers")["findings"]
    assert finding["code"] == "servers.unreadable"
    assert words in finding["observed"]
    assert finding["remedy"]
    assert "\n" not in step(document, "servers")["summary"]
    assert step(document, "tenant")["status"] == "ok"
    assert not [entry for entry in program.lab.requests()[requests:] if entry["write"]]


def test_a_report_is_one_file_that_says_what_a_check_says(program: Program) -> None:
    page = program.folder / "report.html"
    done = program.run("report", "--format", "html", "--out", str(page))
    assert (done.returncode, done.stdout) == (3, "")
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert page.stat().st_mode & 0o077 == 0
    document = json.loads(program.run("report", "--format", "json").stdout)
    assert document["status"] == "change-needed"
    assert {"servers", "certificates", "keys", "sources"} <= document.keys()
    assert {view["fqdn"] for view in document["servers"]} == {f"ex0{number}.lab.example" for number in (1, 2, 3)}


def test_a_script_is_printed_with_its_byte_order_mark(program: Program) -> None:
    done = program.run("script")
    assert done.returncode == 3
    assert done.stdout.startswith("\ufeff#Requires -Version 5.1")
    assert "New-AuthServer" in done.stdout


def test_a_report_that_cannot_be_written_asks_nobody_anything(program: Program) -> None:
    before = len(program.lab.requests())
    for place in ("missing/report.md", "."):
        done = program.run("report", "--out", str(program.folder / place))
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
    assert len(program.lab.requests()) == before


def test_nothing_was_changed_by_all_of_this(program: Program) -> None:
    assert program.lab.writes() == []


# --- consent and confirmation ----------------------------------------------------------------------------------------


def test_nobody_to_confirm_is_wrong_usage(program: Program) -> None:
    done = program.run("apply")
    assert done.returncode == 2
    assert "--yes" in done.stderr


def test_a_missing_consent_changes_nothing_at_all(program: Program) -> None:
    done = program.run("apply", "--yes", "--json")
    assert done.returncode == 4
    assert "--accept service-principal-key" in done.stderr
    assert json.loads(done.stdout)["status"] == "change-needed"
    assert program.lab.writes() == []
    assert not program.certificate.exists()


# --- interrupts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_run_with_130_and_what_is_known_so_far(program: Program, number: int) -> None:
    program.lab.ask("faults", {"match": "Get-AuthConfig", "effect": "stall", "seconds": 30})
    process = program.start("check", "--json")
    assert process.stderr is not None
    for line in process.stderr:
        if "Get-AuthConfig" in line:
            break
    process.send_signal(number)
    output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "Traceback" not in errors
    document = json.loads(output)
    assert document["status"] == "cancelled"
    program.lab.ask("clear", {"requests": False})


# --- a person at a terminal ------------------------------------------------------------------------------------------


class Person:
    """Somebody at a pseudo-terminal that is standard input and standard error; standard output is a pipe."""

    def __init__(self, program: Program, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            program.command(*arguments),
            cwd=ROOT,
            env=program.environment,
            stdin=slave,
            stdout=subprocess.PIPE,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.screen = ""

    def wait_for(self, text: str) -> None:
        self.wait_until(text, lambda screen: text in screen)

    def wait_until(self, text: str, there: Callable[[str], bool]) -> None:
        while not there(self.screen):
            try:
                data = os.read(self._master, 4096)
            except OSError:
                data = b""
            assert data, f"{text!r} never came: {self.screen[-2000:]}"
            self.screen += data.decode("utf-8", "replace")

    def type(self, text: str) -> None:
        os.write(self._master, f"{text}\n".encode())

    def end(self) -> tuple[int, str]:
        """Read on until the program has ended."""
        try:
            while data := os.read(self._master, 4096):
                self.screen += data.decode("utf-8", "replace")
        except OSError:
            pass
        assert self.process.stdout is not None
        output = self.process.stdout.read().decode()
        self.process.stdout.close()
        code = self.process.wait(PATIENCE)
        os.close(self._master)
        return code, output


def test_a_person_declines_the_plan_and_nothing_is_changed(program: Program) -> None:
    person = Person(program, "apply", "--json")
    person.wait_for("[y/N]")
    assert "CVE-2025-53786" in person.screen
    assert "New-AuthServer" in person.screen
    person.type("n")
    code, output = person.end()
    assert code == 3
    assert json.loads(output)["status"] == "change-needed"
    assert program.lab.writes() == []


def test_a_consent_is_given_by_typing_the_tenant_domain_and_by_nothing_else(program: Program) -> None:
    person = Person(program, "apply", "--yes", "--json")
    person.wait_for("Type the tenant domain")
    person.type("yes")
    code, _ = person.end()
    assert code == 4
    assert program.lab.writes() == []


def test_a_password_is_typed_without_an_echo(program: Program) -> None:
    profile = tomllib.loads(program.text)
    password = Path(profile["exchange"]["password_file"]).read_text()
    program.change("password_file", None, "exchange")
    person = Person(program, "check", "--step", "servers")
    person.wait_for(f"{profile['exchange']['user']}: ")
    person.type(password)
    code, output = person.end()
    assert code == 0
    assert password not in person.screen + output
    assert password not in "".join(path.read_text() for path in program.folder.rglob("*.log"))


def test_a_busy_cloud_is_counted_down_and_can_be_cancelled(program: Program, lab: Lab) -> None:
    """Two different seconds of a wait are seen, one over the other, then somebody presses Ctrl-C."""
    throttled = {"match": "GET /v1.0/organization", "effect": "status", "status": 429, "headers": {"Retry-After": "99"}}
    lab.ask("faults", throttled)
    person = Person(program, "check", "--step", "tenant")
    person.wait_for("TooManyRequests: waiting 99 s before trying again (2 of 4)")
    person.wait_until(
        "a countdown", lambda screen: len(set(re.findall(r"\r\x1b\[K(\d+) s left; Ctrl-C cancels", screen))) >= 2
    )
    person.process.send_signal(signal.SIGINT)
    code, output = person.end()
    assert code == 130
    assert "cancelled" in output


def test_without_a_terminal_a_missing_password_is_a_sentence(program: Program) -> None:
    program.change("password_file", None, "exchange")
    code, document = program.document("check")
    assert code == 1
    (finding,) = step(document, "servers")["findings"]
    assert "No password was given" in finding["observed"]
    assert "password_file" in finding["remedy"]


# --- last, because it changes the lab --------------------------------------------------------------------------------


def test_a_person_consents_and_everything_is_set_up_and_proven(tmp_path: Path, nursery: Nursery) -> None:
    own = Lab()
    try:
        program = Program(own, tmp_path, nursery)
        person = Person(program, "apply", "--json")
        person.wait_for("[y/N]")
        person.type("y")
        person.wait_for("Type the tenant domain (fabrikam.com)")
        person.type("fabrikam.com")
        code, output = person.end()
        assert code == 0, person.screen[-3000:]
        document = json.loads(output)
        assert {entry["status"] for entry in document["steps"]} == {"ok"}
        results = {change["id"]: change["result"] for entry in document["steps"] for change in entry["changes"]}
        assert set(results.values()) == {"done"}
        assert len(results) == 5
        assert len(own.writes()) == 4
    finally:
        own.close()
