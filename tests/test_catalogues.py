"""The catalogues of words: whole, with the same placeholders, and as the program reads them."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from tests import catalogue

LANGUAGES = catalogue.languages()
PERCENT = re.compile(r"%\(\w+\)[srd]|%[srd]")


def placeholders(text: str) -> list[tuple[str | None, str | None, str | None]]:
    return sorted(
        (name, form, conversion) for _before, name, form, conversion in Formatter().parse(text) if name is not None
    )  # type: ignore[type-var]


def test_there_is_italian() -> None:
    assert "it" in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_has_its_words(language: str) -> None:
    missing = catalogue.missing(language)
    listed = "\n".join(f"  {text!r}" for text in missing)
    assert not missing, (
        f"{len(missing)} messages without words in {catalogue.po_file(language)}: run `make catalogue`, "
        f"write their msgstr there, and run it again:\n{listed}"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_program_reads_is_what_is_written(language: str) -> None:
    kept = catalogue.read(language)
    compiled = catalogue.po_file(language).with_suffix(".mo").read_bytes()
    assert compiled == catalogue.compiled(kept), "run `make catalogue`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_take_the_same_values(language: str) -> None:
    wrong = []
    for message in catalogue.read(language):
        if not message.id or not message.string:
            continue
        if PERCENT.search(message.id):
            same = sorted(PERCENT.findall(message.id)) == sorted(PERCENT.findall(message.string))
        else:
            same = placeholders(message.id) == placeholders(message.string)
        if not same:
            wrong.append((message.id, message.string))
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_begin_and_end_as_the_english_do(language: str) -> None:
    """Sentences are put together: a space, a full stop or a colon at the end is part of how they fit."""
    wrong = [
        (message.id, message.string)
        for message in catalogue.read(language)
        if message.id and message.string and _edges(message.id) != _edges(message.string)
    ]
    assert not wrong


def _edges(text: str) -> tuple[bool, bool, bool]:
    return text[:1].isspace(), text[-1:].isspace(), text.rstrip()[-1:] in {".", ":", "?", "…"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_brief_summaries_fit_their_column(language: str) -> None:
    """Those of `texts_brief` have 25 cells at 80 columns, words for statuses 13, the names of steps 18."""
    kept = catalogue.read(language)
    found = catalogue.messages()
    room = {text: 25 for text, places in found.items() if places[0].endswith("texts_brief.py")}
    room |= dict.fromkeys(STATUSES, 13) | dict.fromkeys(STEPS, 18)
    long = [
        (text, kept.get(text).string)
        for text, cells in room.items()
        if kept.get(text) and len(re.sub(r"\{[^}]*\}", "", kept.get(text).string)) > cells
    ]
    assert not long


STATUSES = (
    "unknown", "checking", "ok", "change needed", "blocked", "applying", "waiting", "attention", "failed", "cancelled",
    "skipped", "not checked",
)  # fmt: skip
STEPS = (
    "Tenant", "Exchange servers", "Auth certificate", "Auth server", "Service principal", "Push proxy", "Verification",
)  # fmt: skip
