"""The console: a line to type a reading cmdlet into, and above it what could come next, or what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from pushtui.base.commands import Cmdlet
from pushtui.base.errors import UsageError
from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.engine.console.catalogue import Catalogue
from pushtui.tui.actions import bindings, key_of
from pushtui.tui.paragraphs import wrap
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.inked import Inked, Piece, fitted

if TYPE_CHECKING:
    from pushtui.tui.action import Where

HISTORY = 500
"""Lines that are kept."""


class Hint(Inked, Widget):
    """Two lines of running text."""

    def __init__(self, symbols: Symbols) -> None:
        super().__init__()
        self._symbols = symbols
        self._piece: Piece = ("", "muted")

    def show(self, words: str, ink: str = "muted") -> None:
        """Say this, which is clean."""
        if (words, ink) != self._piece:
            self._piece = (words, ink)
            self.refresh()

    @property
    def words(self) -> str:
        return self._piece[0]

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        lines = wrap([self._piece], max(8, width - 2))
        line = lines[y] if y < len(lines) else []
        if y == self.size.height - 1 and len(lines) > self.size.height:
            rest = " ".join("".join(words for words, _ink in each) for each in lines[y:])
            line = [(fitted(rest, width - 2, self._symbols.ellipsis), self._piece[1])]
        return self.strip([(" ", "plain"), *line], width)


class CommandLine(Input):
    """The place to type. Up and Down go through what was typed before, Tab completes."""

    BINDINGS: ClassVar = bindings("console")
    PLACE: ClassVar[Where] = "console"

    @frozen
    class Scrolled(Message):
        """Somebody wants to see another part of the log: `page_up` or `page_down`."""

        way: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(
            placeholder=_("Get- or Test- cmdlet; {key} completes").format(key=key_of("complete", "console")),
            compact=True,
            id=id,
        )
        self.cursor_blink = False

    def action_scroll(self, way: str) -> None:
        """Scroll what the answers are in."""
        self.post_message(self.Scrolled(way))

    def action_past(self, by: int) -> None:
        self.call_later(self.console.recall, by)

    def action_complete(self) -> None:
        """After the keys that were pressed before: they wait in this widget's queue, while a binding is run at once."""
        self.call_later(self.console.complete)

    @property
    def console(self) -> Console:
        """What it is a part of."""
        assert isinstance(self.parent, Console)
        return self.parent

    def _on_paste(self, event: events.Paste) -> None:
        """Several lines become one."""
        self.replace(clean_line(event.text), *self.selection)
        event.stop()
        event.prevent_default()


class Console(Vertical):
    """Says what was asked for; knows nothing of whoever answers."""

    @frozen
    class Asked(Message):
        """Send this."""

        cmdlet: Cmdlet
        typed: str

    @frozen
    class Unknown(Message):
        """Completion needs this first: the parameters of a cmdlet, or ``*`` for the cmdlets."""

        name: str

    def __init__(self, symbols: Symbols, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self.hint = Hint(symbols)
        self.line = CommandLine(id="command-line")
        self.catalogue = Catalogue()
        self.locked = ""
        """Why nothing can be sent now; empty when something can."""
        self._symbols = symbols
        self._history: list[str] = []
        self._place = 0
        self._draft = ""

    def compose(self) -> ComposeResult:
        yield self.hint
        yield self.line

    def open(self) -> None:
        """Be ready to be typed into."""
        self._suggest()
        self.line.focus()

    def show(self, catalogue: Catalogue) -> None:
        """More is known: what stands there may be completed now."""
        if catalogue != self.catalogue:
            self.catalogue = catalogue
            self._suggest()

    # --- typing ----------------------------------------------------------------------------------------------------

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        self._suggest()

    def _suggest(self) -> None:
        """What could come next."""
        from pushtui.engine.console.completion import complete  # the start does not need it

        completion = complete(self.line.value, self.line.cursor_position, self.catalogue)
        if not self.line.value:
            self.hint.show(_("Get- and Test- only, and | Select-Object with names: it reads, nothing else"))
        elif completion.candidates:
            self.hint.show("  ".join(clean_line(each) for each in completion.candidates))
        elif completion.wants:
            self.hint.show(_("{key} asks the server what there is").format(key=key_of("complete", "console")))
        else:
            self.hint.show("")

    def complete(self) -> None:
        """Go on as far as there is one way to."""
        from pushtui.engine.console.completion import complete, insert

        completion = complete(self.line.value, self.line.cursor_position, self.catalogue)
        if completion.wants:
            if self.locked:
                self.hint.show(self.locked, "warning")
            else:
                self.post_message(self.Unknown(completion.wants))
            return
        text, cursor = insert(self.line.value, self.line.cursor_position, completion)
        if text != self.line.value:
            self.line.value = text
            self.line.cursor_position = cursor
        elif not completion.candidates:
            self.hint.show(_("Nothing that is known begins so"), "warning")

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Send what was typed, where it is a reading cmdlet and nothing else runs."""
        message.stop()
        if self.locked:
            self.hint.show(self.locked, "warning")
            return
        from pushtui.engine.console.parser import parse

        try:
            cmdlet = parse(message.value)
        except UsageError as error:
            self.hint.show(str(error), "warning")
            return
        typed = message.value.strip()
        self._keep(typed)
        self.line.value = ""
        self.post_message(self.Asked(cmdlet, typed))

    # --- what was typed before -------------------------------------------------------------------------------------

    def remember(self, lines: tuple[str, ...]) -> None:
        """These were typed before those that were typed by now."""
        self._history = [*(each for each in lines if each not in self._history), *self._history][-HISTORY:]
        self._place = len(self._history)

    @property
    def remembered(self) -> bool:
        """Whether there is anything to go back to."""
        return bool(self._history)

    def forget(self) -> None:
        """What was typed concerned another organization."""
        self._history, self._place, self._draft = [], 0, ""

    def _keep(self, text: str) -> None:
        self._history = [*(each for each in self._history if each != text), text][-HISTORY:]
        self._place = len(self._history)

    def recall(self, by: int) -> None:
        """An earlier line, or a later one; after the last what was being typed."""
        place = min(max(0, self._place + by), len(self._history))
        if place == self._place:
            return
        if self._place == len(self._history):
            self._draft = self.line.value
        self._place = place
        self.line.value = self._history[place] if place < len(self._history) else self._draft
        self.line.cursor_position = len(self.line.value)
