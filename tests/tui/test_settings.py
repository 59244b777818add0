"""The screen follows the settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pushtui.engine.events import AskStarted, Level, LogLine
from pushtui.procedure.model import Ask, StepId
from pushtui.settings.model import OWN_THEMES, Settings
from pushtui.tui.copies import as_text
from pushtui.tui.terminal import Terminal

SIXTEEN = Terminal(unicode=True, own_colours=False, frames=10, usable=True)


async def test_a_persons_keys_do_what_they_say_and_are_shown(drive: Any) -> None:
    keys = {"main.check-all": "C,f9", "main.plan": "", "main.help": "F2", "steps.down": "down,m"}
    async with drive(size=(120, 40), settings=Settings(keys=keys)) as it:
        bar = it.text.splitlines()[-1]
        assert "C check" in bar
        assert " plan" not in bar
        assert "Nothing yet. C checks all steps." in it.text
        await it.press("R", "p")
        assert all(not session.calls for session in it.sessions)
        await it.press("m")
        assert it.app.main.steps.selected == 1
        await it.press("f9")
        await it.until_idle()
        assert it.session.calls[0][0] == "check"
        await it.press("f2")
        await it.until_text("Help")
        assert re.search(r"C F9 +Check all steps", as_text(it.app.screen.blocks()))


async def test_no_screen_names_a_key_that_is_another_now(
    drive: Any, make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):  # or there is a profile that another test used
        monkeypatch.setenv(name, str(tmp_path))
    keys = {
        "main.attend": "f7", "profiles.new": "N", "list.choose": "f8", "list.leave": "f9", "form.save": "f6",
        "form.go-on": "f5", "form.leave": "f4", "console.complete": "f3", "main.back": "f11", "plan.agree": "Y",
    }  # fmt: skip

    def prepare(session: Any) -> None:
        session.scripted_plan = make.plan(make.actions())
        ask = Ask("verification.restart", StepId.VERIFICATION, "Restart-Service MSExchangeHM", "ex02")
        session.during = lambda each: each.emit(AskStarted(ask)) if each.calls[-1][0] == "check" else None

    async with drive(size=(120, 40), prepare=prepare, settings=Settings(keys=keys)) as it:

        def bar() -> str:
            return " ".join(" ".join(key[:2]) for key in it.app.screen.query_one("#keys").shown)

        await it.press("P")
        await it.until_text("There is no profile yet. N makes one")
        assert bar() == "F8 use it N new Up Down choose F9 back"
        await it.press("N")
        await it.until_text("New profile")
        assert bar() == "F5 next Up Down fields F6 make it F4 back"
        await it.press("f4", "greater_than_sign")
        await it.until_text("Get- or Test- cmdlet; F3 completes")
        assert "F11 close" in bar()
        await it.press("f11", "f11", "p")
        await it.until_text("happens in this order when you press Y")
        await it.press("escape")
        it.session.gate.clear()
        await it.press("R")
        await it.until_text("Restart-Service MSExchangeHM")
        await it.press("escape")
        await it.until_text("Needs you: press F7")
        await it.press("f7")
        await it.until_text("Restart-Service MSExchangeHM")


async def test_the_palette_shows_a_persons_keys(drive: Any) -> None:
    async with drive(settings=Settings(keys={"main.check-all": "f9", "main.renew": ""})) as it:
        titles = [command.title for command in it.app.get_system_commands(it.app.screen)]
        assert "Check all steps; nothing is changed  (F9)" in titles
        assert "Renew the Auth certificate, in steps over days" in titles


@pytest.mark.parametrize(
    ("terminal", "settings", "shown"),
    [
        (Terminal(True, True, 10, True), Settings(), OWN_THEMES[0]),
        (Terminal(True, True, 10, True, light=True), Settings(), OWN_THEMES[1]),
        (SIXTEEN, Settings(), OWN_THEMES[2]),
        (SIXTEEN, Settings(theme="nord"), "nord"),
    ],
)
async def test_the_theme(drive: Any, terminal: Terminal, settings: Settings, shown: str) -> None:
    async with drive(terminal=terminal, settings=settings) as it:
        assert it.app.theme == shown


async def test_symbols_and_the_length_of_the_log(drive: Any, make: Any) -> None:
    async with drive(settings=Settings(symbols="ascii", log_lines=1000)) as it:
        assert it.text.isascii()
        for number in range(7000):
            it.app.conductor.bridge.emit(LogLine(make.now, "exchange", Level.INFO, f"line {number}"))
        await it.until(lambda: it.app.main.log_pane.store.end == 7000)
        assert len(it.app.main.log_pane.view) <= 6000
