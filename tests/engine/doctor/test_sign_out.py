"""What is left of a session that was closed, as it is for signing out and at the end: nothing that signs anybody in."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pushtui.base.redaction import Redactor
from pushtui.base.secret import Secret
from pushtui.engine.session import Session
from pushtui.procedure.model import StepId


def secrets() -> Iterator[str]:
    for found in gc.get_objects():
        if type(found) is Secret:
            yield found.reveal()


class Person:
    """Types the password."""

    def __init__(self, password: str) -> None:
        self.password = password
        self.asked = 0

    def secret(self, account: str, purpose: str) -> Secret:
        self.asked += 1
        return Secret(self.password)


def test_passwords_and_tokens_are_dropped_and_sessions_are_closed(
    lab: Any, end_session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    profile = replace(lab.profile, exchange=replace(lab.profile.exchange, password_file=""))
    password = lab.running.line()["exchange"]["password"]
    person = Person(password)
    session = Session(profile, person, lambda event: None, read_only=True)
    session.check((StepId.TENANT, StepId.SERVERS))
    assert person.asked == 1
    assert lab.running.state()["shells"]["exchange"] != {}
    held = set(secrets())
    assert password in held
    assert any(secret.startswith("eyJ") for secret in held), "a token"

    end_session(session)
    assert lab.running.state()["shells"] == {"exchange": {}, "windows": {}}
    del session
    gc.collect()
    assert not {secret for secret in secrets() if secret == password or secret.startswith("eyJ")}
    assert not [found for found in gc.get_objects() if type(found) is Redactor], "it knows every secret of a run"
