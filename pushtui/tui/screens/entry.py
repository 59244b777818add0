"""One entry of the log in full: the command, its parameters and all its output, to read, search, copy and keep."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.reactive import Reactive, reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.engine.events import LogLine
from pushtui.tui.actions import bar, bindings
from pushtui.tui.copies import Copyable
from pushtui.tui.entry_text import entry_lines
from pushtui.tui.painting import Painted
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.inked import Piece
from pushtui.tui.widgets.key_bar import KeyBar
from pushtui.tui.widgets.lines_pane import LinesPane
from pushtui.tui.widgets.rule import Rule

if TYPE_CHECKING:
    from pushtui.engine.answers import Form
    from pushtui.engine.calls import Call


class Texts:
    """Lines that stay as they are, as rows."""

    def __init__(self, lines: Sequence[Piece]) -> None:
        self.lines = list(lines)

    def __len__(self) -> int:
        return len(self.lines)

    def number(self, place: int) -> int:
        """A row's number is its place."""
        return place

    def place(self, number: int) -> int:
        """A row's place is its number."""
        return number

    def text(self, place: int) -> str:
        """The row's text."""
        return self.lines[place][0]

    def texts(self, first: int, end: int) -> Sequence[str]:
        """The rows' texts."""
        return [words for words, _ink in self.lines[first:end]]


class EntryPane(LinesPane):
    """Shows the lines of an entry, from the first."""

    BINDINGS: ClassVar = bindings("entry")

    def __init__(self, symbols: Symbols, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        self.texts = Texts([])
        super().__init__(self.texts, symbols, id=id)

    def show(self, lines: Sequence[Piece]) -> None:
        """Show these lines."""
        self.texts.lines[:] = lines
        self._cache.clear()  # other rows have the same numbers now
        self.rows_replaced()
        self.action_scroll_home()

    def ink_of(self, place: int) -> str:
        return self.texts.lines[place][1]

    def paused(self) -> str:
        """Nothing comes after its end."""
        return ""


class EntryScreen(Painted, Screen[None]):
    """Shows a line of the log with what was answered, which is fetched and laid out on a thread."""

    BINDINGS: ClassVar = bindings("answer")
    AUTO_FOCUS = "#log"
    focused: Reactive[Widget | None] = reactive(None, repaint=False)

    def __init__(self, entry: LogLine, symbols: Symbols, find_call: Callable[[int, Form], Call | None]) -> None:
        super().__init__()
        self._entry = entry
        self._find_call = find_call
        self._form: Form = "json"
        self._call: Call | None = None
        self._rule = Rule(_("Log entry"), "muted", symbols)
        self._rule.activate(True)
        self.pane = EntryPane(symbols, id="log")
        self.find = Input(placeholder=_("Search the text"), compact=True, id="find")
        self.find.cursor_blink = self.find.display = False

    def compose(self) -> ComposeResult:
        yield self._rule
        yield self.pane
        yield self.find
        yield KeyBar(bar("answer", without=() if self._entry.call else ("form",)), id="keys")

    def on_mount(self) -> None:
        self.pane.show(entry_lines(self._entry, None) if not self._entry.call else [(_("Reading"), "muted")])
        self._load()

    def _load(self) -> None:
        if self._entry.call:
            self.run_worker(self._read(), exclusive=True, name="entry")

    async def _read(self) -> None:
        def read() -> tuple[Any, list[Piece]]:
            call = self._find_call(self._entry.call, self._form)
            return call, entry_lines(self._entry, call)

        self._call, lines = await asyncio.to_thread(read)
        self.pane.show(lines)

    def action_form(self) -> None:
        """The objects in the other form."""
        self._form = "clixml" if self._form == "json" else "json"
        self._load()

    def whole(self) -> str:
        """All lines as text."""
        return "".join(f"{text}\n" for text, _ink in self.pane.texts.lines)

    def action_copy(self) -> None:
        """Copy the marked lines; where none are, all or the command."""
        if self.pane.marking:
            lines = "".join(f"{self.pane.texts.text(place)}\n" for place in self.pane.marked())
            things = [Copyable(_("The lines"), lines)]
        else:
            things = [Copyable(_("All of it"), self.whole())]
            if self._call is not None:
                things.append(Copyable(_("The command"), self._call.told.text))
        self.app.offer_copies(things)  # type: ignore[attr-defined]  # there is only one application

    def action_save(self) -> None:
        """Write all of it to a file."""
        self.app.save_text(_("answer"), self.whole())  # type: ignore[attr-defined]  # there is only one application

    def action_leave(self) -> None:
        """Close the search, then mark nothing, then go back."""
        if self.find.display:
            self._close_find()
        elif not self.pane.unmark():
            self.dismiss(None)

    def on_rows_pane_described(self, message: LinesPane.Described) -> None:
        title = _("Log entry")
        self._rule.show(f"{title}: {message.text}" if message.text else title)

    def on_lines_pane_find_asked(self) -> None:
        self.find.display = True
        self.find.focus()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        found = self.pane.search(message.value)
        self._close_find()
        if not found:
            words = _("“{needle}” is not in the text").format(needle=clean_line(message.value))
            self.query_one(KeyBar).tell(words, "warning")

    def _close_find(self) -> None:
        self.find.display = False
        self.pane.focus()
