"""The service principal's keys: whose they are, and choosing those that are to go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.reactive import Reactive, reactive
from textual.screen import Screen
from textual.widget import Widget

from pushtui.base.words import _
from pushtui.procedure.keys import OURS, Key, choose
from pushtui.reporting import key_table
from pushtui.tui.actions import bar, bindings
from pushtui.tui.copies import Copyable, as_text
from pushtui.tui.painting import Painted
from pushtui.tui.paragraphs import BLANK, Block, Columns, Paragraph, text
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets import key_bar
from pushtui.tui.widgets.document import Document
from pushtui.tui.widgets.rule import Rule

_LABEL = 11


class KeysScreen(Painted, Screen[frozenset[str] | None]):
    """Dismissed with the SHA-256 of the chosen keys, or with None. What removing them means is shown as a plan."""

    AUTO_FOCUS = None
    BINDINGS: ClassVar = bindings("keys")
    focused: Reactive[Widget | None] = reactive(None, repaint=False)

    def __init__(self, keys: Sequence[Key], symbols: Symbols) -> None:
        super().__init__()
        self._keys = tuple(keys)
        self._symbols = symbols
        self._place = 0
        self._chosen: frozenset[str] = frozenset()

    def compose(self) -> ComposeResult:
        rule = Rule(_("Keys of the service principal: {count}").format(count=len(self._keys)), "muted", self._symbols)
        rule.activate(True)
        yield rule
        document = Document(self._blocks(), id="text")
        document.can_focus = False
        yield document
        yield key_bar.KeyBar(self._bar(), id="keys")

    def _blocks(self) -> list[Block]:
        if not self._keys:
            words = _("The service principal holds no key, so there is none to remove.")
            return [Paragraph(text(words, "muted"))]
        words = _(
            "Whoever holds the private key of one of these can act in the tenant as Exchange. For CVE-2025-53786"
            " Microsoft asks to remove those that are not needed."
        )
        blocks: list[Block] = [Paragraph(text(words, "muted")), BLANK]
        for place, key in enumerate(self._keys):
            blocks += [*self._key(place, key), BLANK]
        return blocks

    def _key(self, place: int, key: Key) -> Iterable[Block]:
        here = place == self._place
        box = "[x]" if key.sha256 in self._chosen else "[ ]"
        lead = ((f"{'>' if here else ' '} {box} ", "accent" if here else "muted"),)
        yield Paragraph(text(key.subject or _("(no certificate)"), "strong"), lead=lead)
        whose = text(key_table.owner_text(key.owner), "ok" if key.owner in OURS else "plain")
        yield self._row(_("whose"), whose)
        yield self._row(_("dates"), text(key_table.dates(key), "warning" if key.expired else "plain"))
        yield self._row(_("name"), text(key.display_name or "-"))
        yield self._row(_("thumbprint"), text(key.thumbprint or "-"))
        yield self._row("SHA-256", text(key.sha256 or _("(Graph left the key out)")))

    def _row(self, label: str, value: tuple[tuple[str, str], ...]) -> Block:
        return Columns((text(label, "muted"), value), (_LABEL, 0), indent=6, gap=1)

    def _bar(self) -> Sequence[key_bar.Key]:
        possible = {
            "choose": bool(self._keys),
            "choose_expired": any(key.expired for key in self._keys),
            "choose_ours": any(key.owner in OURS for key in self._keys),
            "remove": bool(self._chosen),
        }
        return bar("keys", off=[name for name, can in possible.items() if not can])

    def _show(self) -> None:
        document = self.query_one("#text", Document)
        blocks = self._blocks()
        document.show(blocks)
        self.query_one("#keys", key_bar.KeyBar).show(self._bar())
        width = max(1, document.scrollable_content_region.width)
        size = len(self._blocks()) // max(1, len(self._keys))
        above = sum(len(block.lines(width)) for block in blocks[: 2 + self._place * size])
        tall = document.scrollable_content_region.height
        if not document.scroll_offset.y <= above - 2 <= document.scroll_offset.y + tall - 8:
            document.scroll_to(y=max(0, above - 2), animate=False)

    def action_move(self, by: int) -> None:
        """Go to the key before or after."""
        self._place = min(max(0, self._place + by), max(0, len(self._keys) - 1))
        self._show()

    def action_choose(self) -> None:
        """Choose the key, or no longer; one whose value Graph left out cannot be."""
        if self._keys and self._keys[self._place].sha256:
            self._chosen ^= {self._keys[self._place].sha256}
            self._show()

    def action_choose_expired(self) -> None:
        self._chosen |= choose(self._keys, expired=True)[0]
        self._show()

    def action_choose_ours(self) -> None:
        self._chosen |= choose(self._keys, ours=True)[0]
        self._show()

    def action_remove(self) -> None:
        """Go on to the plan."""
        if self._chosen:
            self.dismiss(self._chosen)

    def action_copy(self) -> None:
        """Copy the list, or a value of the key."""
        things = [Copyable(_("All keys as text"), as_text(self._blocks()))]
        if self._keys:
            key = self._keys[self._place]
            values = ((_("The thumbprint"), key.thumbprint), (_("The SHA-256"), key.sha256))
            things += [Copyable(what, value) for what, value in values if value]
        self.app.offer_copies(things)  # type: ignore[attr-defined]  # there is only one application

    def action_leave(self) -> None:
        self.dismiss(None)
