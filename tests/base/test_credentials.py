"""Where credentials come from, and what happens when a source fails."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pushtui.base import credentials
from pushtui.base.cancellation import Cancellation
from pushtui.base.credentials import Source, read
from pushtui.base.errors import Cancelled, FileProblem, UsageError

WORD = "correct horse"  # made up
NAME = "PUSHTUI_EXCHANGE_PASSWORD"


def script(folder: Path, text: str) -> str:
    file = folder / "command"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o700)
    return str(file)


def refused(source: Source) -> UsageError:
    with pytest.raises(UsageError) as raised:
        read(source, pytest.fail)
    assert raised.value.code == "credential.command-failed"
    return raised.value


def test_a_command_prints_the_secret_and_loses_its_last_line_end_only(tmp_path: Path) -> None:
    command = script(tmp_path, f"printf ' {WORD} \\n'")
    found = read(Source(command=(command,)), pytest.fail)
    assert found is not None
    assert found.reveal() == f" {WORD} "


def test_no_shell_reads_the_arguments(tmp_path: Path) -> None:
    command = script(tmp_path, "printf '%s' \"$1\"")
    found = read(Source(command=(command, "$(id) `id` ; id")), pytest.fail)
    assert found is not None
    assert found.reveal() == "$(id) `id` ; id"


def test_a_command_gets_neither_our_terminal_nor_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, WORD)
    command = script(tmp_path, f'cat; (: < /dev/tty) 2>/dev/null && printf tty; printf "%s" "${{{NAME}:-without}}"')
    found = read(Source(command=(command,), variable=NAME), pytest.fail)
    assert found is not None
    assert found.reveal() == "without"


def test_a_command_that_fails_is_told_with_its_own_words_made_harmless(tmp_path: Path) -> None:
    command = script(tmp_path, "printf 'vault is \\033[2Jsealed' >&2; printf 'half a secret'; exit 3")
    error = refused(Source(command=(command,)))
    assert "status 3: vault is " in error.cause
    assert "sealed" in error.cause
    assert "\x1b" not in str(error)
    assert "half a secret" not in str(error)


@pytest.mark.parametrize("text", ["true", "printf 'two\\nlines'", "printf '\\377'"])
def test_a_command_that_prints_no_secret_is_refused_without_what_it_printed(tmp_path: Path, text: str) -> None:
    assert "lines" not in str(refused(Source(command=(script(tmp_path, text),)))).replace("one line", "")


def test_a_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    error = refused(Source(command=(str(tmp_path / "absent"),)))
    assert str(tmp_path / "absent") in error.where


def test_a_command_has_a_limited_time_and_all_of_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "COMMAND_SECONDS", 0.3)
    os.mkfifo(tmp_path / "alive")
    reader = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    command = script(tmp_path, f"exec 3> {tmp_path}/alive; sleep 60 & wait")
    assert "longer than" in refused(Source(command=(command,))).cause
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""  # the last writer has ended
    os.close(reader)


def test_a_command_ends_when_the_run_is_cancelled(tmp_path: Path) -> None:
    cancellation = Cancellation()
    threading.Timer(0.2, cancellation.cancel).start()
    with pytest.raises(Cancelled):
        read(Source(command=(script(tmp_path, "sleep 60"),)), pytest.fail, cancellation)


def test_systemd_hands_over_a_credential_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "exchange").write_text(f"{WORD}\n")
    (tmp_path / "exchange").chmod(0o440)  # how an ACL for the service's user shows
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    found = read(Source(file="credential:exchange"), pytest.fail)
    assert found is not None
    assert found.reveal() == WORD
    (tmp_path / "exchange").chmod(0o444)
    with pytest.raises(FileProblem, match="read by others"):
        read(Source(file="credential:exchange"), pytest.fail)


@pytest.mark.parametrize("name", ["", "..", "../exchange", "absent"])
def test_what_systemd_did_not_hand_over_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(FileProblem):
        read(Source(file=f"credential:{name}"), pytest.fail)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(FileProblem, match="LoadCredential=exchange"):
        read(Source(file="credential:exchange"), pytest.fail)


def test_the_environment_is_used_last_and_with_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, WORD)
    (tmp_path / "secret").write_text("from the file")
    (tmp_path / "secret").chmod(0o600)
    warned: list[str] = []
    from_file = read(Source(str(tmp_path / "secret"), variable=NAME), warned.append)
    assert from_file is not None
    assert (from_file.reveal(), warned) == ("from the file", [])
    from_environment = read(Source(variable=NAME), warned.append)
    assert from_environment is not None
    assert from_environment.reveal() == WORD
    assert len(warned) == 1
    assert NAME in warned[0]
    assert WORD not in warned[0]


def test_without_any_source_a_person_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    source = Source(variable=NAME)
    assert not source.given
    assert read(source, pytest.fail) is None


def test_a_crash_of_the_program_leaves_no_memory_on_a_disk() -> None:
    code = (
        "import resource, sys; from pushtui import cli; "
        "sys.argv = ['pushtui', '-p', '/absent.toml', 'check']; cli.main(); "
        "print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.strip() == "(0, 0)", done.stderr
