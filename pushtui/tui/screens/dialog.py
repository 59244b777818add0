"""What is shown on top of the main screen: a frame with a title, a text, perhaps a place to type, and its keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.reactive import Reactive, reactive
from textual.screen import ModalScreen
from textual.widget import Widget

from pushtui.base.words import _
from pushtui.tui.actions import bindings, scroll_keys
from pushtui.tui.painting import Painted
from pushtui.tui.paragraphs import BLANK, Block, Paragraph, lines_of, text
from pushtui.tui.room import MIDDLE
from pushtui.tui.stylesheets import of_screen
from pushtui.tui.widgets.document import Document
from pushtui.tui.widgets.inked import width_of
from pushtui.tui.widgets.key_bar import Key, KeyBar

if TYPE_CHECKING:
    from pushtui.tui.copies import Copyable

Result = TypeVar("Result")

WIDEST = 88
"""Columns of a frame at most, as in the style sheet: longer lines are hard to read."""


class Dialog(Painted, ModalScreen[Result]):
    """A frame in the middle of the screen, as high as its text, at most as high as the screen."""

    AUTO_FOCUS = "#text"
    CSS_PATH = of_screen("dialogs")
    BINDINGS: ClassVar = bindings("dialog")
    READS: ClassVar = False
    """Whether the text has the keys of every text. Else it scrolls by what the dialog binds, and takes no key that is
    an answer here: ``g`` goes on with a run."""
    focused: Reactive[Widget | None] = reactive(None, repaint=False)

    def __init__(self, heading: str, *, grave: bool = False) -> None:
        super().__init__()
        self._heading = heading
        self._grave = grave
        self._fitted: Size | None = None
        """The size of the screen that everything was laid out for."""

    def blocks(self) -> Sequence[Block]:
        """The text."""
        return ()

    def prompt(self) -> Sequence[Block]:
        """A line that stays in sight below the text, above the place to type."""
        return ()

    def keys(self) -> Sequence[Key]:
        """The keys at the bottom."""
        return ()

    def copies(self) -> Sequence[Copyable]:
        """What can be copied."""
        from pushtui.tui.copies import Copyable, as_text  # to be read, it needs not be loaded

        return [Copyable(_("The text"), as_text(self.blocks()))]

    def action_copy(self) -> None:
        """Copy, after a question where there is more than one thing."""
        self.app.offer_copies(self.copies())  # type: ignore[attr-defined]  # there is only one application

    def scroll_keys(self) -> list[Key]:
        """The keys that scroll the text, for the key bar."""
        return [scroll_keys("dialog", [f"scroll_text('page_{way}')" for way in ("up", "down")])]

    def inputs(self) -> Sequence[Widget]:
        """What stands between the text and the keys."""
        return ()

    def compose(self) -> ComposeResult:
        with Vertical(id="frame", classes="-grave" if self._grave else ""):
            document = Document(id="text")
            document.can_focus = self.READS
            yield document
            if prompt := self.prompt():
                yield Document(prompt, id="prompt")
            yield from self.inputs()
            yield KeyBar(self.keys(), indent=0, id="keys")

    def on_mount(self) -> None:
        self.fit()

    def on_resize(self) -> None:
        if self._fitted != self.size:
            self.fit()

    def heading(self) -> Sequence[Block]:
        """The heading as the beginning of the text, where there is no frame for it, or no room in the frame."""
        if self.query_one("#frame").border_title:
            return ()
        return [Paragraph(text(self._heading, "heading")), *([BLANK] if self.size.height >= MIDDLE else [])]

    def fit(self) -> None:
        """Give the text the height that it needs; on a low screen that has too little, the whole screen and no air."""
        self._fitted, plain = self.size, self.app.has_class("-plain")
        if not self._fit(bare=plain) and not plain and self.size.height < MIDDLE:
            self._fit(bare=True)

    def _fit(self, *, bare: bool) -> bool:
        """Lay everything out; whether there is room for all of the text."""
        frame, document = self.query_one("#frame"), self.query_one("#text", Document)
        outer = self.size.width if bare else min(self.size.width, WIDEST)
        width = outer - (2 if bare else 6)
        frame.border_title = "" if bare or width_of(self._heading) > width else self._heading
        document.hold([*self.heading(), *self.blocks()])
        wanted = len(document.lines_at(width - 1))
        keys, prompt = self.query_one("#keys", KeyBar), len(lines_of(self.prompt(), width))
        air = 0 if bare else 4 + bool(prompt) + len(self.inputs())
        room = self.size.height - air - prompt - len(self.inputs()) - keys.lines(width)
        self.set_class(bare, "-bare")
        if prompt:
            self.query_one("#prompt").styles.height = prompt
        document.styles.height = max(1, room if bare else min(wanted, room))
        document.lay_out()
        frame.styles.width = outer
        return wanted <= room

    def action_scroll_text(self, way: str) -> None:
        """Scroll the text, wherever the focus is."""
        getattr(self.query_one("#text", Document), f"scroll_{way}")(animate=False)

    def show(self) -> None:
        """Lay the text out anew, because it changed."""
        self.query_one("#keys", KeyBar).show(self.keys())
        self.fit()
