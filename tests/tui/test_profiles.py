"""Choosing a profile, making one, and what a person sees who has none."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from pushtui import cli
from pushtui.profile import load
from pushtui.profiles import recent

CLIENT = "00000000-0000-0000-0000-000000000001"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of nobody's."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def profile_file(home: Path, name: str, tenant: str, **more: str) -> Path:
    path = home / "config" / "pushtui" / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f'{key} = "{value}"\n' for key, value in more.items())
    path.write_text(f'tenant_domain = "{tenant}"\n{lines}[exchange]\nserver = "ex01.{tenant}"\n')
    return path


async def test_another_profile_is_chosen_without_a_restart(drive: Any, home: Path) -> None:
    path = profile_file(home, "contoso", "contoso.com", certificate_path="~/contoso.cer")
    async with drive(size=(120, 40)) as it:
        await it.press("R")
        await it.until_idle()
        await it.until_text("All steps ok")
        first = it.session
        await it.press("P")
        await it.until_text("contoso.com")
        await it.press("enter")
        await it.until_text("Profile contoso")
        assert it.app.conductor.profile.path == path
        assert "ex01.contoso.com (not connected)" in it.text
        assert "~/contoso.cer" in it.text
        assert "All steps ok" not in it.text
        assert it.text.count("not checked") == 8, "seven rows, and the detail of one"
        await it.until(first.closed.is_set)
        await it.press("R")
        await it.until(lambda: len(it.sessions) > 1 and not it.app.conductor.state.busy)
        assert it.session.profile.tenant_domain == "contoso.com"
        assert path in recent()


async def test_no_other_profile_while_something_runs(drive: Any, home: Path) -> None:
    async with drive(prepare=lambda session: session.gate.clear()) as it:
        await it.press("R")
        await it.until(lambda: it.session.entered.is_set())
        await it.press("P")
        await it.until_text("Something is running; x cancels it")


async def test_a_profile_that_cannot_be_used_says_why_and_is_not_chosen(drive: Any, home: Path) -> None:
    profile_file(home, "broken", "contoso.com", theme="nord")
    async with drive(size=(120, 40)) as it:
        before = it.app.conductor.profile
        await it.press("P")
        await it.until_text("unknown key")
        await it.press("enter")
        assert type(it.app.screen).__name__ == "ProfilesScreen"
        await it.press("escape")
        assert it.app.conductor.profile == before


async def test_a_profile_that_vanishes_is_told(drive: Any, home: Path) -> None:
    path = profile_file(home, "contoso", "contoso.com")
    async with drive(size=(120, 40)) as it:
        await it.press("P")
        await it.until_text("contoso.com")
        path.unlink()
        await it.press("enter")
        await it.until_text("There is no profile at")


async def test_a_long_list_keeps_the_pointer_in_sight(drive: Any, home: Path) -> None:
    for number in range(30):
        profile_file(home, f"p{number:02}", f"p{number:02}.example")
    async with drive(size=(80, 24)) as it:
        await it.press("P")
        await it.until_text("p00.example")
        await it.press(*["down"] * 29)
        assert "> p29" in it.text
        await it.press(*["k"] * 29)
        assert "> p00" in it.text


async def test_a_profile_is_made_by_the_form_with_checks_as_one_types(drive: Any, home: Path) -> None:
    profile_file(home, "taken", "contoso.com")
    async with drive(size=(80, 24)) as it:
        await it.press("P")
        await it.until_text("contoso.com")
        await it.press("n")
        await it.until_text("New profile")
        assert "pushtui -p NAME starts with it" in it.text
        form = it.app.screen
        form.query_one("#name").value = ""
        await it.press(*"taken")
        assert "There is a profile “taken” already" in it.text
        await it.press("2", "enter", *"fabrikam")
        assert "A tenant domain has a dot" in it.text
        await it.press(*".com", "enter", *"ex01.contoso.com", "down", *"admin", "tab")
        await it.press("up")
        assert "Type the account with its domain" in it.text
        await it.press(*"@contoso.com", "f2")
        assert it.app.focused.id == "client_id"
        await it.press(*CLIENT, "enter")
        await it.until_text("Profile taken2")
    profile = load(home / "config" / "pushtui" / "taken2.toml")
    assert (profile.tenant_domain, profile.exchange.user) == ("fabrikam.com", "admin@contoso.com")
    assert profile.certificate_path == "~/exchange-auth.cer"


async def test_each_way_to_sign_in_asks_for_what_it_needs(drive: Any, home: Path) -> None:
    key = home / "app.pem"
    key.write_text("x")
    key.chmod(0o644)
    async with drive(size=(80, 24)) as it:
        await it.press("P")
        await it.until_text("There is no profile yet")
        await it.press("n")
        await it.until_text("New profile")
        assert "certificate" not in it.text.replace("exchange-auth.cer", "").lower().replace("certificate file", "")
        form = it.app.screen
        for name, value in (("tenant_domain", "fabrikam.com"), ("exchange_server", "ex01.contoso.com")):
            form.query_one(f"#{name}").value = value
        form.query_one("#client_id").value = CLIENT
        form.query_one("#method").focus()
        form.query_one("#method").value = "secret"
        await it.until_text("Its secret in a file")
        await it.press("tab", "tab", *"absent")
        await it.until_text("The secret file cannot be read")
        await it.press(*["backspace"] * 6, "tab", *"pass show x")
        await it.until_text("such as: pass show entra/pushtui")
        form.query_one("#method").value = "certificate"
        await it.until_text("Its certificate")
        assert "Its secret" not in it.text
        form.query_one("#certificate_file").focus()
        form.query_one("#certificate_file").value = str(key)
        await it.until_text("✗")
        key.chmod(0o600)
        await it.press("end", "x", "backspace")
        await it.until(lambda: "✗" not in it.text)
        await it.press("enter")
        await it.until_text("Profile default")
    entra = load(home / "config" / "pushtui" / "default.toml").entra
    assert (entra.method, entra.certificate_file, entra.secret_command) == ("certificate", str(key), ())


async def test_the_form_can_be_left(drive: Any, home: Path) -> None:
    async with drive() as it:
        await it.press("P")
        await it.until_text("There is no profile yet")
        await it.press("n")
        await it.until_text("New profile")
        await it.press("escape")
        await it.until_text("Trust chain")
    assert not (home / "config").exists()


# --- the welcome -----------------------------------------------------------------------------------------------------


async def welcomed(it: Any) -> None:
    await it.until_text("Where do you want to begin?")


async def test_the_lab_is_a_key_away(drive: Any, home: Path) -> None:
    lab = profile_file(home, "lab", "fabrikam.example", environment="lab").rename(home / "lab.toml")
    started, told = threading.Event(), threading.Event()

    def start() -> Path:
        started.set()
        told.wait(30)
        return lab

    async with drive(size=(120, 40), application={"welcome": True, "lab": start}) as it:
        await welcomed(it)
        await it.press("enter")
        await it.until_text("The lab is starting")
        await it.until(started.is_set)
        told.set()
        await it.until_text("On the lab now")
        assert it.app.conductor.profile.tenant_domain == "fabrikam.example"
    assert lab not in recent()


async def test_a_new_profile_the_doctor_or_just_looking(drive: Any, home: Path) -> None:
    async with drive(application={"welcome": True}) as it:
        await welcomed(it)
        assert "Try it on the lab" not in it.text
        await it.press("enter")
        await it.until_text("New profile")
        assert it.app.screen.query_one("#name").value == "default"
    async with drive(application={"welcome": True}) as it:
        await welcomed(it)
        await it.press("down", "enter")
        await it.until(lambda: it.sessions and ("doctor",) in it.session.calls)
    async with drive(application={"welcome": True}) as it:
        await welcomed(it)
        await it.press("escape")
        await it.until_text("Trust chain")


async def test_who_has_profiles_is_offered_them_first(drive: Any, home: Path) -> None:
    profile_file(home, "contoso", "contoso.com")
    async with drive(application={"welcome": True}) as it:
        await welcomed(it)
        await it.press("enter")
        await it.until_text("ex01.contoso.com")


@pytest.mark.parametrize(
    ("arguments", "there", "welcome"),
    [([], False, True), ([], True, False), (["-p", "default"], True, False)],
)
def test_the_command_line_welcomes_who_has_no_default_profile(
    home: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], there: bool, welcome: bool
) -> None:
    if there:
        profile_file(home, "default", "fabrikam.com")
    shown: dict[str, Any] = {}
    monkeypatch.setattr("pushtui.cli._refuse_without_terminal", lambda: None)
    monkeypatch.setattr("pushtui.tui.launch.run", lambda *_arguments, **options: shown.update(options) or 0)
    monkeypatch.setattr("pushtui.engine.loading.start", lambda: None)
    assert cli.main(arguments) == 0
    assert shown["welcome"] is welcome
    assert callable(shown["lab"])
