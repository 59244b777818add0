"""The fields that are edited in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pushtui.procedure.model import StepId
from pushtui.profile import Profile, load


async def test_enter_edits_and_keeps_and_the_profile_has_it(drive: Any, profile: Profile) -> None:
    async with drive() as it:
        await it.press("e", *["backspace"] * 12, *"contoso.com", "enter")
        await it.until_text("Kept in the profile")
        assert load(profile.path).tenant_domain == "contoso.com"
        assert "# ours" in profile.path.read_text()
        assert it.app.conductor.profile.tenant_domain == "contoso.com"
        assert "contoso.com (not connected)" in it.text


async def test_escape_restores(drive: Any, profile: Profile) -> None:
    async with drive() as it:
        await it.press("e", "x", "y", "escape")
        assert "fabrikam.comxy" not in it.text
        assert load(profile.path).tenant_domain == "fabrikam.com"
        assert not [call for session in it.sessions for call in session.calls]


async def test_letters_are_text_in_a_field_and_commands_outside(drive: Any) -> None:
    async with drive() as it:
        await it.press("e", *"qcxA")
        assert "fabrikam.comqcxA" in it.text
        assert not [call for session in it.sessions for call in session.calls]
        await it.press("escape", "R")
        await it.until_text("All steps ok")


async def test_a_focused_field_that_is_not_edited_takes_no_letters(drive: Any) -> None:
    async with drive() as it:
        await it.press("shift+tab")
        assert it.app.main.focused.name == "exchange_server"
        await it.press("delete", "backspace", "R")
        await it.until_text("All steps ok")
        assert "ex01.lab.example" in it.text


async def test_a_changed_field_makes_everything_unknown_and_opens_a_new_session(drive: Any) -> None:
    async with drive() as it:
        await it.press("R")
        await it.until_text("All steps ok")
        await it.press("e", "tab", "tab", "enter", "x", "enter")
        await it.until(lambda: it.sessions[0].closed.is_set())
        assert it.text.count("not checked") == 7
        await it.press("tab", "R")
        await it.until_text("All steps ok")
        assert [session.profile.exchange.server for session in it.sessions] == ["ex01.lab.example", "ex01.lab.examplex"]


async def test_a_bad_value_says_what_is_wrong_and_is_not_kept(drive: Any, profile: Profile) -> None:
    async with drive() as it:
        await it.press("e", "@", "enter")
        assert "without what is before the @" in it.text
        assert "fabrikam.com@" in it.text
        assert load(profile.path).tenant_domain == "fabrikam.com"
        await it.press("backspace")
        assert "without what is before the @" not in it.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_long_value_is_seen_whole_where_nothing_stands_beside_it(drive: Any, size: tuple[int, int]) -> None:
    path = f"/srv/{'exchange-auth-' * 2}certificate.cer"
    async with drive(certificate_path=path, size=size) as it:
        assert path in it.text


async def test_a_bad_value_disables_what_depends_on_it_only(drive: Any) -> None:
    async with drive(tenant_domain="", size=(120, 40)) as it:
        assert "Type a domain of your tenant" in it.text
        await it.press("R")
        assert not [call for session in it.sessions for call in session.calls]
        await it.press("2", "r")
        await it.until_idle()
        assert it.session.calls == [("check", (StepId.SERVERS,))]


async def test_edit_goes_to_the_field_that_needs_it(drive: Any) -> None:
    async with drive(certificate_path="folder/") as it:
        await it.press("e")
        assert it.app.main.focused.name == "certificate_path"


async def test_leaving_a_field_keeps_a_good_value_and_leaves_a_bad_one_to_be_seen(drive: Any, profile: Profile) -> None:
    async with drive() as it:
        await it.press("e", "x", "tab")
        await it.until_text("Kept in the profile")
        assert load(profile.path).tenant_domain == "fabrikam.comx"
        await it.press("enter", *["backspace"] * 20, "tab")
        assert load(profile.path).certificate_path == "~/auth.cer"
        await it.press("shift+tab", "escape")
        assert "~/auth.cer" in it.text


async def test_nothing_is_edited_while_something_runs(drive: Any) -> None:
    async with drive(prepare=lambda session: session.gate.clear()) as it:
        await it.press("R", "e")
        assert "Not while something runs" in it.text
        await it.press("tab", "tab", "tab", "tab", "enter", "z")
        assert "fabrikam.comz" not in it.text


async def test_a_profile_that_cannot_be_written_says_so_and_the_value_counts(
    drive: Any, profile: Profile, tmp_path: Path
) -> None:
    blocker = tmp_path / "blocker"
    blocker.write_text("a file where a folder should be")
    async with drive(path=blocker / "profile.toml", size=(200, 60)) as it:
        await it.press("e", "x", "enter")
        await it.until(lambda: it.app.conductor.state.message[1] == "error")
        assert it.app.conductor.profile.tenant_domain == "fabrikam.comx"


@pytest.mark.parametrize("pasted", ["contoso.com\nsecond line", "con\x1b[2Jtoso.com"])
async def test_pasted_text_is_one_clean_line(drive: Any, pasted: str) -> None:
    from textual.events import Paste

    async with drive(size=(120, 40)) as it:
        await it.press("e", *["backspace"] * 12)
        it.app.post_message(Paste(pasted))
        await it.pilot.pause()
        await it.pilot.pause()
        assert "\x1b" not in it.app.main.focused.value
        assert "\n" not in it.app.main.focused.value
        assert it.app.main.focused.value.startswith("con")
