"""The screen in other languages: no word escapes the catalogue, and none is cut where the English one is not."""

from __future__ import annotations

import gettext
import re
import string
from dataclasses import replace
from typing import Any

import pytest

from pushtui.base import words
from pushtui.base.commands import Cmdlet, Later
from pushtui.procedure.model import ExchangeWrite
from pushtui.tui.action_blocks import action_blocks
from pushtui.tui.copies import as_text, of_actions
from pushtui.tui.symbols import UNICODE
from tests.tui.gallery import SCENES

STRANGE = str.maketrans(string.ascii_letters, "äƀćđėƒģħïĵķŀṁńöþɋŕśţüṽŵẋÿžÄƁĆĐĖƑĢĦÏĴĶĿṀŃÖÞɊŔŚŢÜṼŴẊŸŽ")
_PLACEHOLDER = re.compile(r"(\{[^{}]*\})")
_TOKEN = re.compile(r"[^\s│╭╮╰╯─…,;:()\[\]“”·]+")
_WORD = re.compile(r"[A-Za-z]{2,}")
"""What has a digit, a dot or another sign in it is a name: of a host, a code, a file, a cmdlet, a key."""


class Strange(gettext.NullTranslations):
    """Every letter of every message in another form, the values in it as they are."""

    def gettext(self, message: str) -> str:
        parts = _PLACEHOLDER.split(message)
        return "".join(part if part.startswith("{") else part.translate(STRANGE) for part in parts)


DATA = re.compile(
    "|".join(
        [
            r"pushtui",
            # names, values, commands, what servers said
            r"fabrikam|contoso|corp|com|lab|example|admin|auth|cer|ex0\d|EX0\d|http|login|authorize|device|graph|outlook",
            r"office365|acs|metadata|json|home|config|toml|old|pass|tenant|unknown|key|has|an|by",
            r"Get|New|Remove|Enable|Disable|Invoke|Restart|Set|AuthConfig|AuthServer|AuthMetadataUrl|Identity|Name|Url",
            r"PushNotification\w*|PushProbe|Protocol|MonitoringProbe|MicrosoftSts|Organization|Service|MSExchangeHM|OnPrem",
            r"PATCH|servicePrincipals?|keyCredentials|ServicePrincipals?|Confirm|Proxy|Enabled|Uri|Uris?|proxy",
            r"CN|Other|Another|Retired|Auth|Certificate|Server|Microsoft|expires|true|false|True|False|xx+|AA+|BB+|CC+",
            r"abcdef|TZ|UTC|Nothing|answers|on|port|Use|SHA|Sign|in|to|It|was|too|late|what|looks|like",
            r"command|output|progress|info|warning|error|exchange|Mailbox|CU\d|ABCD\d+",
            # the names of keys, and of the form's fixed choices
            r"Esc|Enter|Tab|Shift|Space|PgUp|PgDn|Up|Down|Left|Right|Home|End|Ctrl|Del|Backspace|F\d+|Delete",
            r"browser|code|certificate|secret|default",
            r"Main|Enterprise|ex|fabr?i?k?a?|app|https|office|Exchange|ours|UTF|JSON|HTML|Markdown|Microsoft|TCP|TLS",
            r"dark|light|terminal|dracula|flexoki|gruvbox|monokai|nord",
        ]
    )
)
"""What is the same in every language: data of the scenes, names of Exchange's and Graph's, names of keys."""


def _escaped(text: str) -> list[str]:
    tokens = {token.strip(".'") for token in _TOKEN.findall(text)}
    return sorted(word for word in tokens if _WORD.fullmatch(word) and not DATA.fullmatch(word))


@pytest.mark.parametrize("name", SCENES)
async def test_no_word_on_the_screen_escapes_the_catalogue(
    drive: Any, make: Any, english_again: None, name: str
) -> None:
    words.use(Strange())
    scene = SCENES[name]
    async with drive(size=(120, 40), prepare=lambda session: scene.prepare(session, make), **scene.options) as it:
        await scene.act(it)
        await it.pilot.pause()
        assert not _escaped(it.text), f"{_escaped(it.text)}\n{it.text}"


@pytest.mark.parametrize("name", SCENES)
async def test_no_italian_word_is_cut_where_the_english_one_is_not(
    drive: Any, make: Any, english_again: None, name: str
) -> None:
    cut = {}
    scene = SCENES[name]
    for language in ("en", "it"):
        words.choose(language)
        async with drive(size=(80, 24), prepare=lambda session: scene.prepare(session, make), **scene.options) as it:
            await scene.act(it)
            await it.pilot.pause()
            cut[language] = [line for line in it.text.splitlines() if re.search(r"\w…", line)]
            last = it.text.splitlines()
    assert len(cut["it"]) <= len(cut["en"]), "\n".join([*cut["it"], "", *last])


def test_what_is_only_known_after_apply_is_said_in_the_persons_language(make: Any, english_again: None) -> None:
    words.use(Strange())
    change, *_others = make.actions()
    command = ExchangeWrite(Cmdlet.of("Set-AuthConfig", NewCertificateThumbprint=Later("thumbprint")))
    change = replace(change, command=command, before=None, after={"Thumbprint": str(Later("thumbprint"))})
    for told in (as_text(action_blocks(change, 1, UNICODE)), "\n".join(copied.text for copied in of_actions([change]))):
        assert "(known after apply)".translate(STRANGE) in told
        assert "known after" not in told
    assert command.text.endswith("(known after apply)"), "what is kept and compared knows no language"


async def test_the_keys_to_leave_and_for_help_are_never_left_out(drive: Any, english_again: None) -> None:
    words.choose("it")
    async with drive(size=(80, 24)) as it:
        assert it.text.splitlines()[-1].endswith("q esci  ? guida")


def test_no_label_of_a_plan_is_broken_in_two(make: Any, english_again: None) -> None:
    words.choose("it")
    told = "\n".join(as_text(action_blocks(each, 1, UNICODE)) for each in make.actions())
    assert not re.search(r"(?m)^ +[a-z]{1,3}$", told), told


def test_a_point_in_time_is_as_people_write_it_in_a_plan(make: Any) -> None:
    change = replace(make.actions()[0], before={"started": "2026-10-31T09:20:01.113193+00:00"}, after={"started": ""})
    assert "2026-10-31 09:20 UTC" in as_text(action_blocks(change, 1, UNICODE))
