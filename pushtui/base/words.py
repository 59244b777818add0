"""The one translation function: every word on screen and in reports goes through it.

The English sentences in the code are the keys of the catalogues (`pushtui/locale/LANGUAGE/LC_MESSAGES/pushtui.mo`).
A language is chosen before anything is said; nothing is translated while modules are imported, so that it can be.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping

DOMAIN = "pushtui"
ENGLISH = "en"
FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "locale")

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def _(text: str) -> str:
    """The text in the chosen language; the English text itself where there is no catalogue."""
    return _catalogue.gettext(text) if text else ""  # an empty key would give the catalogue's own header


def N_(text: str) -> str:  # noqa: N802  # the name by which the tools of gettext know it
    """The text as it is, marked for the catalogues: for tables, whose texts are translated where they are read."""
    return text


def languages() -> tuple[str, ...]:
    """The languages that there are words in, English first."""
    found = sorted(name for name in os.listdir(FOLDER) if os.path.isfile(_file(name))) if os.path.isdir(FOLDER) else []
    return (ENGLISH, *found)


def wanted(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The languages that the locale asks for, best first, by gettext's rules (its manual, "Locale Environment
    Variables"): the list in LANGUAGE, but only where the locale is not C."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environment[name] for name in names if environment.get(name)), "")
    if _bare(locale) in {"", "C", "POSIX"}:
        return ()
    return tuple(_bare(each) for each in (environment.get("LANGUAGE") or locale).split(":") if each)


def choose(*names: str) -> str:
    """Speak the first of these languages (``it``, ``it_IT``) that there are words in, else English; which it is."""
    for name in names:
        for language in (_bare(name), _bare(name).partition("_")[0]):
            if language == ENGLISH:
                use(gettext.NullTranslations())
                return ENGLISH
            if language.replace("_", "").isalnum() and os.path.isfile(_file(language)):
                with open(_file(language), "rb") as file:
                    use(gettext.GNUTranslations(file))
                return language
    use(gettext.NullTranslations())
    return ENGLISH


def choose_by_locale() -> str:
    """Speak the language of the process's locale; which it is."""
    return choose(*wanted(os.environ))


def use(catalogue: gettext.NullTranslations) -> None:
    """Take the words from this catalogue from now on."""
    global _catalogue  # one language for one person
    _catalogue = catalogue


def catalogue() -> gettext.NullTranslations:
    """Where the words come from now: what is made of words can be kept for as long as that is the same."""
    return _catalogue


def language() -> str:
    """The language that is spoken now, as its catalogue's header names it."""
    return str(_catalogue.info().get("language") or ENGLISH)


def _bare(locale: str) -> str:
    """``it_IT`` of ``it_IT.UTF-8@euro``; hyphens as people write them are understood."""
    return locale.partition(".")[0].partition("@")[0].replace("-", "_")


def _file(language: str) -> str:
    return os.path.join(FOLDER, language, "LC_MESSAGES", f"{DOMAIN}.mo")
