"""The one translation function: every word on screen goes through it, so that catalogues can be added."""

from __future__ import annotations

import gettext


def _(text: str) -> str:
    """The text in the user's language; the English text itself where there is no catalogue."""
    return gettext.dgettext("pushtui", text)
