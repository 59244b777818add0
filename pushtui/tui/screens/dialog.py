"""What is shown on top of the main screen: a frame with a title, a text, perhaps a place to type, and its keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import Reactive, reactive
from textual.screen import ModalScreen
from textual.widget import Widget

from pushtui.base.words import _
from pushtui.tui.actions import bindings, key_of
from pushtui.tui.copies import Copyable, as_text
from pushtui.tui.painting import Painted
from pushtui.tui.paragraphs import Block, Paragraph, text
from pushtui.tui.widgets.document import Document
from pushtui.tui.widgets.key_bar import Key, KeyBar

Result = TypeVar("Result")


class Dialog(Painted, ModalScreen[Result]):
    """A frame in the middle of the screen, as high as its text, at most as high as the screen."""

    AUTO_FOCUS = "#text"
    BINDINGS: ClassVar = bindings("dialog")
    focused: Reactive[Widget | None] = reactive(None, repaint=False)

    def __init__(self, heading: str, *, grave: bool = False) -> None:
        super().__init__()
        self._heading = heading
        self._grave = grave

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
        return [Copyable(_("The text"), as_text(self.blocks()))]

    def action_copy(self) -> None:
        """Copy, after a question where there is more than one thing."""
        self.app.offer_copies(self.copies())  # type: ignore[attr-defined]  # there is only one application

    def scroll_keys(self) -> list[Key]:
        """The keys that scroll the text, for the key bar."""
        ways = [key_of(f"scroll_text('page_{way}')", "dialog") for way in ("up", "down")]
        return [(" ".join(ways), _("scroll"), True)]

    def inputs(self) -> Sequence[Widget]:
        """What stands between the text and the keys."""
        return ()

    def compose(self) -> ComposeResult:
        with Vertical(id="frame", classes="-grave" if self._grave else "") as frame:
            frame.border_title = self._heading
            if self._bare:
                yield Document([Paragraph(text(self._heading, "heading"))], id="heading")
            yield Document(self.blocks(), id="text")
            if prompt := self.prompt():
                yield Document(prompt, id="prompt")
            yield from self.inputs()
            yield KeyBar(self.keys(), indent=0, id="keys")

    @property
    def _bare(self) -> bool:
        """Whether there is no frame that could have the heading: in plain mode the dialog has the whole screen."""
        return self.app.has_class("-plain")

    def on_mount(self) -> None:
        self.fit()

    def on_resize(self) -> None:
        self.fit()

    def fit(self) -> None:
        """Give the text the height that it needs, as far as there is room."""
        frame, document = self.query_one("#frame"), self.query_one("#text", Document)
        outer = self.size.width if self._bare else min(self.size.width, 88)
        width = outer - (2 if self._bare else 6)
        height = sum(len(block.lines(width - 1)) for block in self.blocks())
        others = 4 + 2 * len(self.inputs()) + 2 * len(self.prompt())
        document.styles.height = max(1, min(height, self.size.height - others - 2))
        frame.styles.width = outer

    def action_scroll_text(self, way: str) -> None:
        """Scroll the text, wherever the focus is."""
        getattr(self.query_one("#text", Document), f"scroll_{way}")(animate=False)

    def show(self) -> None:
        """Lay the text out anew, because it changed."""
        self.query_one("#text", Document).show(self.blocks())
        self.query_one("#keys", KeyBar).show(self.keys())
        self.fit()
