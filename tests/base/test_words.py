"""Which language is spoken, and what is said where there are no words for it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from pushtui.base import words
from pushtui.base.words import _


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    words.choose("en")


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two languages with one word each."""
    for language, word in {"it": "annulla", "pt_BR": "cancelar"}.items():
        catalogue = Catalog(locale=language)
        catalogue.add("cancel", word)
        file = io.BytesIO()
        write_mo(file, catalogue)
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "pushtui.mo").write_bytes(file.getvalue())
    (tmp_path / "xx").mkdir()
    monkeypatch.setattr(words, "FOLDER", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, ()),
        ({"LANG": "C.UTF-8"}, ()),
        ({"LANG": "it_IT.UTF-8"}, ("it_IT",)),
        ({"LANG": "de_AT", "LC_MESSAGES": "it_IT@euro"}, ("it_IT",)),
        ({"LANG": "de_AT", "LC_MESSAGES": "it_IT", "LC_ALL": "fr_CH"}, ("fr_CH",)),
        ({"LANG": "de_AT", "LANGUAGE": "sv:it:en"}, ("sv", "it", "en")),
        ({"LANG": "C", "LANGUAGE": "it"}, ()),
        ({"LANG": "it_IT", "LC_ALL": ""}, ("it_IT",)),
    ],
)
def test_the_locale_says_which_language_is_wanted(environment: Mapping[str, str], wanted: tuple[str, ...]) -> None:
    assert words.wanted(environment) == wanted


@pytest.mark.parametrize(
    ("asked", "spoken", "said"),
    [
        (("it",), "it", "annulla"),
        (("it_IT.UTF-8",), "it", "annulla"),
        (("it-CH",), "it", "annulla"),
        (("sv", "it"), "it", "annulla"),
        (("pt_BR",), "pt_BR", "cancelar"),
        (("pt",), "en", "cancel"),
        (("en_GB", "it"), "en", "cancel"),
        (("sv",), "en", "cancel"),
        (("xx",), "en", "cancel"),
        (("../../it",), "en", "cancel"),
        ((), "en", "cancel"),
    ],
)
def test_the_first_language_with_words_is_spoken(
    catalogues: Path, asked: tuple[str, ...], spoken: str, said: str
) -> None:
    assert words.choose(*asked) == spoken
    assert _("cancel") == said


def test_what_has_no_translation_is_said_in_english(catalogues: Path) -> None:
    words.choose("it")
    assert _("Nothing of the kind") == "Nothing of the kind"
    assert _("") == ""


def test_the_languages_there_are(catalogues: Path) -> None:
    assert words.languages() == ("en", "it", "pt_BR")


def test_without_any_catalogue_there_is_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "FOLDER", str(tmp_path / "absent"))
    assert words.languages() == ("en",)
    assert words.choose("it") == "en"
