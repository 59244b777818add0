"""Credentials and sign-in codes."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste

from pushtui.engine.events import Identity, SignInCode
from pushtui.entra.settings import EntraSettings

PASSWORD = "correct horse"  # made up


def asking(answers: list[Any]) -> Any:
    def prepare(session: Any) -> None:
        session.during = lambda each: answers.append(each.prompts.secret("admin@lab.example", "To sign in to Exchange"))

    return prepare


async def test_a_credential_is_asked_for_masked_and_handed_over(drive: Any) -> None:
    answers: list[Any] = []
    async with drive(prepare=asking(answers)) as it:
        await it.press("R")
        await it.until_text("To sign in to Exchange")
        assert "admin@lab.example" in it.text
        await it.pilot.press(*"correct", "space", *"horse")
        await it.pilot.pause()
        assert "correct" not in it.text
        assert "•" * len(PASSWORD) in it.text
        await it.press("enter")
        await it.until_idle()
        assert answers[0].reveal() == PASSWORD
        assert PASSWORD not in it.app.export_screenshot()


async def test_a_credential_can_be_declined(drive: Any) -> None:
    answers: list[Any] = []
    async with drive(prepare=asking(answers)) as it:
        await it.press("R")
        await it.until_text("To sign in to Exchange")
        await it.press("enter", "escape")
        await it.until_idle()
        assert answers == [None]


async def test_leaving_while_a_credential_is_asked_for_lets_the_worker_go(drive: Any) -> None:
    answers: list[Any] = []
    async with drive(prepare=asking(answers)) as it:
        await it.press("R")
        await it.until_text("To sign in to Exchange")
        it.app.conductor.cancel()
        await it.until(lambda: answers)
        assert answers == [None]
        await it.until(lambda: "To sign in to Exchange" not in it.text)


async def test_two_credentials_are_asked_for_one_after_the_other(drive: Any) -> None:
    answers: list[Any] = []

    def during(session: Any) -> None:
        other = threading.Thread(
            target=lambda: answers.append(session.prompts.secret("second@lab.example", "To restart")), daemon=True
        )
        other.start()
        answers.append(session.prompts.secret("first@lab.example", "To sign in"))
        other.join(10)

    async with drive(prepare=lambda session: setattr(session, "during", during)) as it:
        await it.press("R")
        for _each in range(2):
            await it.until_text("Account")
            await it.press("a", "enter")
            await it.pilot.pause()
        await it.until_idle()
        assert [answer.reveal() for answer in answers] == ["a", "a"]


async def test_the_sign_in_code_is_shown_until_the_sign_in_went_through(drive: Any, make: Any) -> None:
    signed_in = threading.Event()

    def during(session: Any) -> None:
        expires = make.now + timedelta(minutes=15)
        session.emit(SignInCode("https://microsoft.com/devicelogin", "ABCD-EFGH", expires))
        signed_in.wait(10)
        session.emit(Identity("entra", "fabrikam.com", "admin@fabrikam.com"))
        session.gate.wait(10)

    def prepare(session: Any) -> None:
        session.during = during
        session.gate.clear()

    async with drive(prepare=prepare, entra=EntraSettings(client_id="5d1e2c40")) as it:
        await it.press("R")
        await it.until_text("ABCD-EFGH")
        assert "https://microsoft.com/devicelogin" in it.text
        assert "15:00" in it.text
        assert "Through the application 5d1e2c40, to the tenant of fabrikam.com." in it.text
        assert "Only enter this code if you started this sign-in yourself" in it.text
        signed_in.set()
        await it.until(lambda: "ABCD-EFGH" not in it.text)
        assert "admin@fabrikam.com @ fabrikam.com" in it.text
        it.session.gate.set()
        await it.until_idle()


async def test_the_code_is_copied_by_a_key_and_given_up_by_leaving(drive: Any, make: Any, clipboard: list[str]) -> None:
    def prepare(session: Any) -> None:
        expires = make.now + timedelta(minutes=15)
        session.during = lambda each: each.emit(SignInCode("https://microsoft.com/devicelogin", "ABCD-EFGH", expires))
        session.gate.clear()

    async with drive(prepare=prepare) as it:
        await it.press("R")
        await it.until_text("ABCD-EFGH")
        await it.press("c")
        await it.until_text("Copied, if the terminal allows it")
        await it.press("a")
        await it.until(lambda: len(clipboard) == 2)
        assert clipboard == ["ABCD-EFGH", "https://microsoft.com/devicelogin"]
        await it.press("escape")
        await it.until(lambda: ("give up", ()) in it.session.calls)
        assert "ABCD-EFGH" not in it.text
        assert "press o" not in it.text
        it.session.gate.set()
        await it.until_idle()


ADDRESS = "https://login.microsoftonline.com/fabrikam.com/oauth2/v2.0/authorize?client_id=5d1e2c40&state=" + "s" * 300
ENDED_AT = "http://localhost:8400/?code=1.Acanary&state=s"  # made up


async def test_the_address_of_a_browser_sign_in_is_shown_copied_and_its_outcome_pasted_unseen(
    drive: Any, clipboard: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    answers: list[Any] = []

    def kept() -> list[Path]:
        return list(tmp_path.rglob("sign-in-*.txt"))

    def during(session: Any) -> None:
        answers.append(session.prompts.browser(ADDRESS, ""))
        answers.append(session.prompts.browser(ADDRESS, "This address carries no code"))

    async with drive(prepare=lambda session: setattr(session, "during", during)) as it:
        await it.press("R")
        await it.until_text("Open this address")
        (file,) = kept()
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.read_text().strip() == ADDRESS
        await it.press("ctrl+y")
        await it.until_text("Copied, if the terminal allows it")
        assert clipboard == [ADDRESS]
        it.app.screen.query_one("#typed").post_message(Paste(ENDED_AT))
        await it.pilot.pause()
        assert "canary" not in it.text
        await it.press("enter")
        await it.until_text("This address carries no code.")
        await it.press("escape")
        await it.until_idle()
        assert answers[0].reveal() == ENDED_AT
        assert answers[1] is None
    assert kept() == []
