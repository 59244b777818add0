"""Signing in: a credential typed where nobody sees it, and the code for the browser."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual.widget import Widget
from textual.widgets import Input

from pushtui.base.clock import Clock
from pushtui.base.secret import Secret
from pushtui.base.words import _
from pushtui.engine.events import SignInCode
from pushtui.entra.browser import REDIRECT
from pushtui.reporting import sentences
from pushtui.tui.actions import bar as keys_of
from pushtui.tui.actions import bindings, enter
from pushtui.tui.activity import LONGEST_BAR, bar_of, share
from pushtui.tui.copies import Copyable
from pushtui.tui.paragraphs import BLANK, Block, Paragraph, text
from pushtui.tui.screens.dialog import Dialog
from pushtui.tui.symbols import Symbols
from pushtui.tui.times import countdown
from pushtui.tui.widgets.key_bar import Key


class MaskedInput(Input):
    """A place to type a credential: masked, never copied out."""

    def __init__(self) -> None:
        super().__init__(password=True, compact=True, id="typed")
        self.cursor_blink = False

    def action_copy(self) -> None:
        """A credential goes to no clipboard."""

    def action_cut(self) -> None:
        """As copying."""


class SecretScreen(Dialog[Secret | None]):
    """Asks for a credential. Dismissed with it, or None when the person declines. It is kept in memory only."""

    AUTO_FOCUS = "#typed"
    BINDINGS: ClassVar = bindings("secret")

    def __init__(self, account: str, purpose: str) -> None:
        super().__init__(_("Credential"))
        self._account = account
        self._purpose = purpose

    def blocks(self) -> Sequence[Block]:
        return [
            Paragraph(text(self._purpose)),
            Paragraph((*text(_("Account") + "  ", "muted"), *text(self._account, "strong"))),
            BLANK,
            Paragraph(text(_("Kept in memory until pushtui ends; written nowhere."), "muted")),
        ]

    def inputs(self) -> Sequence[Widget]:
        return [MaskedInput()] if not self.is_mounted else [self.query_one(MaskedInput)]

    def keys(self) -> Sequence[Key]:
        return [enter(_("use it")), *keys_of("secret")]

    def on_input_submitted(self, message: Input.Submitted) -> None:
        if message.value:
            secret = Secret(message.value)
            message.input.value = ""
            self.dismiss(secret)

    def action_decline(self) -> None:
        self.query_one(MaskedInput).value = ""
        self.dismiss(None)


class BrowserScreen(Dialog[Secret | None]):
    """An address to open in a browser; dismissed with the one that it ended at, or None when the person declines."""

    AUTO_FOCUS = "#typed"
    BINDINGS: ClassVar = bindings("browser")

    def __init__(self, url: str, problem: str, file: Path | None, through: str) -> None:
        super().__init__(_("Sign in to Microsoft 365"))
        self._url = url
        self._through = through
        self._problem = problem
        self._file = file

    def blocks(self) -> Sequence[Block]:
        problem = [Paragraph(text(f"{self._problem}.", "warning")), BLANK] if self._problem else []
        file = Paragraph(text(_("It is in this file, too: {file}").format(file=self._file), "muted"))
        return [
            *problem,
            Paragraph(text(_("Open this address in any browser, on any machine, and sign in:"))),
            Paragraph(text(self._url, "accent"), lead=(("  ", "plain"),)),
            *([file] if self._file else []),
            Paragraph(text(self._through, "muted")),
            BLANK,
            Paragraph(
                text(
                    _(
                        "The last page cannot be opened, which is as it should be: copy its address, which starts "
                        "with {start}, and paste it here. It is good for a few minutes, once."
                    ).format(start=REDIRECT)
                )
            ),
        ]

    def inputs(self) -> Sequence[Widget]:
        return [MaskedInput()] if not self.is_mounted else [self.query_one(MaskedInput)]

    def keys(self) -> Sequence[Key]:
        copy, give_up = keys_of("browser")
        return [copy, enter(_("use it")), give_up]

    def copies(self) -> Sequence[Copyable]:
        return [Copyable(_("The address"), self._url)]

    def on_input_submitted(self, message: Input.Submitted) -> None:
        pasted = message.value.strip()
        message.input.value = ""
        if pasted:
            self.dismiss(Secret(pasted))

    def action_decline(self) -> None:
        self.query_one(MaskedInput).value = ""
        self.dismiss(None)


class DeviceCodeScreen(Dialog[bool | None]):
    """Shows the code to type in a browser; closes by itself when the sign-in went through.

    Dismissed with True when the person leaves it: a code that nobody watches is worth stealing.
    """

    BINDINGS: ClassVar = bindings("code")

    def __init__(self, code: SignInCode, since: datetime, clock: Clock, through: str, symbols: Symbols) -> None:
        super().__init__(_("Sign in to Microsoft 365"))
        self.code = code
        self._since = since
        self._symbols = symbols
        self._through = through
        self._clock = clock

    def blocks(self) -> Sequence[Block]:
        now = self._clock.now()
        left = countdown((self.code.expires - now).total_seconds())
        bar = bar_of(share(self._since, self.code.expires, now), LONGEST_BAR, self._symbols)
        return [
            Paragraph(text(_("Open this page in any browser, on any machine:"))),
            Paragraph(text(self.code.url, "accent"), lead=(("  ", "plain"),)),
            BLANK,
            Paragraph(text(_("and type this code:"))),
            Paragraph(text(self.code.code, "strong"), lead=(("  ", "plain"),)),
            BLANK,
            Paragraph(text(self._through, "muted")),
            Paragraph(text(_("Waiting for the sign-in. The code is good for {left}.").format(left=left), "muted")),
            *([Paragraph(text(bar, "accent"))] if bar else []),
            Paragraph(text(sentences.code_warning(), "warning")),
        ]

    def keys(self) -> Sequence[Key]:
        return keys_of("code")

    def copies(self) -> Sequence[Copyable]:
        return [Copyable(_("The code"), self.code.code)]

    def on_mount(self) -> None:
        self.set_interval(1, self.show)

    def action_copy_address(self) -> None:
        """Copy the page's address."""
        self.app.offer_copies([Copyable(_("The address"), self.code.url)])  # type: ignore[attr-defined]  # ours

    def action_give_up(self) -> None:
        self.dismiss(True)
