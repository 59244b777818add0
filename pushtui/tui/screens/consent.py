"""A consent of its own: what the change means today, and the tenant domain typed as the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.widget import Widget
from textual.widgets import Input

from pushtui.base.words import _
from pushtui.procedure.model import Consent
from pushtui.reporting import sentences
from pushtui.tui.actions import bar, bindings, enter
from pushtui.tui.paragraphs import BLANK, Block, Paragraph, text
from pushtui.tui.screens.dialog import Dialog
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.key_bar import Key, KeyBar


class ConsentScreen(Dialog[bool]):
    """Dismissed with True only when the domain was typed as it is."""

    AUTO_FOCUS = "#typed"
    BINDINGS: ClassVar = bindings("consent")

    def __init__(self, consent: Consent, domain: str, symbols: Symbols) -> None:
        super().__init__(consent_heading(consent), grave=True)
        self._consent = consent
        self._domain = domain
        self._symbols = symbols

    def blocks(self) -> Sequence[Block]:
        mark = ((f"{self._symbols.dot} ", "warning"),)
        quiet = ((f"{self._symbols.dot} ", "muted"),)
        return [
            Paragraph(text(sentences.consent_text(self._consent)), lead=mark),
            BLANK,
            Paragraph(text(_reassurance(self._consent)), lead=quiet),
            Paragraph(text(sentences.notices()[0], "muted"), lead=quiet),
        ]

    def prompt(self) -> Sequence[Block]:
        return [Paragraph((*text(_("To agree, type the tenant domain: ")), *text(self._domain, "strong")))]

    def inputs(self) -> Sequence[Widget]:
        if self.is_mounted:
            return [self.query_one("#typed")]
        typed = Input(placeholder=_("type {domain} here").format(domain=self._domain), compact=True, id="typed")
        typed.cursor_blink = False
        return [typed]

    def keys(self) -> Sequence[Key]:
        agreed = self.is_mounted and self._agreed
        return [enter(_("agree"), enabled=agreed), *bar("consent")]

    @property
    def _agreed(self) -> bool:
        return self.query_one("#typed", Input).value.strip().lower() == self._domain.strip().lower() != ""

    def on_input_changed(self) -> None:
        self.query_one("#keys", KeyBar).show(self.keys())

    def on_input_submitted(self) -> None:
        if self._agreed:
            self.dismiss(True)

    def action_decline(self) -> None:
        self.dismiss(False)


def consent_heading(consent: Consent) -> str:
    """The consent in a few words."""
    return {
        Consent.SERVICE_PRINCIPAL_KEY: _("Add a key to the shared service principal"),
        Consent.REPLACE_CERTIFICATE: _("Replace the Auth certificate"),
        Consent.BREAK_TRUST: _("Remove the key that this organization signs with"),
    }[consent]


def _reassurance(consent: Consent) -> str:
    """What stays as it is."""
    return {
        Consent.SERVICE_PRINCIPAL_KEY: _(
            "The keys that are there stay; pushtui keeps a backup of them and can take the new one out again."
        ),
        Consent.REPLACE_CERTIFICATE: _(
            "The old certificate is not removed from any server. Whatever else knows it, such as a partner "
            "application, must learn the new one."
        ),
        Consent.BREAK_TRUST: _(
            "Nothing changes in Exchange, and the certificate stays; applying the service principal's step adds its "
            "key again."
        ),
    }[consent]
