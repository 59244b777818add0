"""What goes to the terminal: one frame for a screen that opens or closes, and of a line only what changed.

A screen finds its place in stages: it is laid out, its widgets are told their size, a text is wrapped and a scroll bar
comes or goes. Textual paints each stage over the whole screen, which over a slow line is seen as flicker.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from rich.console import Console, RenderableType
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate  # what is painted; tests/tui/test_process.py sees to it
from textual.app import ScreenStackError
from textual.await_complete import AwaitComplete
from textual.dom import DOMNode
from textual.geometry import Size
from textual.message_pump import MessagePump
from textual.screen import Screen

from pushtui.tui.mixins import AppPart
from pushtui.tui.pen import Pen

_ROUNDS = 3
"""How often widgets answer a layout by asking for another: sizes, then wrapped text, then its scroll bar."""
_PATIENCE = 3.0
"""Seconds after which a screen that has not come to rest is painted as it is."""


class PaintsOnce(AppPart):
    """Holds the paint back while a screen comes or goes, then paints it whole."""

    _settling = 0

    def update_styles(self, node: DOMNode, animate: bool = True) -> None:
        """As Textual's own; a node that nobody sees yet is styled when it is put in its place."""
        if node.parent is not None or node is self:
            super().update_styles(node, animate)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, ChopsUpdate):
            renderable = _Changed(renderable.chops, renderable.spans, renderable.chop_ends)
        elif isinstance(renderable, LayoutUpdate):
            renderable = _Whole(renderable.strips, renderable.region)
        if not self._settling:
            super()._display(screen, renderable)

    def push_screen(self, *arguments: Any, **options: Any) -> Any:
        """As Textual's own, painted once."""
        self.hold()
        return super().push_screen(*arguments, **options)

    def pop_screen(self) -> AwaitComplete:
        """As Textual's own, painted once."""
        closing = super().pop_screen()
        self.hold(closing)
        return closing

    def hold(self, closing: AwaitComplete | None = None) -> None:
        """Paint nothing until the screen on top has come to rest, and the one that closes has gone."""
        self._settling += 1
        self.run_worker(self._settle(closing), name="settle", group="settle")

    async def _settle(self, closing: AwaitComplete | None) -> None:
        try:
            with contextlib.suppress(TimeoutError, ScreenStackError):  # the last screen may go in the meantime
                async with asyncio.timeout(_PATIENCE):
                    while closing is not None and not closing.is_done:  # noqa: ASYNC110  # to await it here is refused
                        await asyncio.sleep(1 / 60)
                    for _round in range(_ROUNDS):
                        if not self.screen_stack:  # the application ended meanwhile
                            return
                        await _handled(self.screen, *self.screen.walk_children())
                        await _handled(self.screen)  # what they asked it for
                        if not (self.screen._layout_required or self.screen._scroll_required):
                            break
                        await _laid_out(self.screen)
        finally:
            self._settling -= 1
            if not self._settling and self.screen_stack:
                for below in self._background_screens:
                    _leave(below)
                self.screen.refresh()
                self.screen.call_later(self.screen._on_timer_update)
                self.call_after_refresh(self.painted)

    def painted(self) -> None:
        """A screen that came, or the one below a screen that went, is there to be seen."""


class Painted:
    """A screen of an application that paints once: what would not be shown is not drawn either."""

    _updating = _due = False

    def _on_timer_update(self) -> None:
        """As Textual's own, which paints after a layout, and again what is to be painted besides."""
        self._updating, self._due = True, False
        try:
            super()._on_timer_update()  # type: ignore[misc]  # a screen has this
        finally:
            self._updating = False
        if self._due:
            self._compositor_refresh()

    def _compositor_refresh(self) -> None:
        if self._updating:
            self._due = True
        elif not self.app._settling:  # type: ignore[attr-defined]  # and an application
            super()._compositor_refresh()  # type: ignore[misc]  # and this

    def _screen_resized(self, size: Size) -> None:
        """As Textual's own; a screen that is told the size that it has, as each start does three times, is laid out."""
        if size != self.outer_size:  # type: ignore[attr-defined]
            super()._screen_resized(size)  # type: ignore[misc]

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """A screen that has just been styled, as it was put together, needs not be styled again."""
        event.refresh_styles = event.refresh_styles and self.stack_updates > 0  # type: ignore[attr-defined]


class _Changed(ChopsUpdate):
    """As Textual's own, which writes a changed part of a line from the start of its widget on."""

    def render_segments(self, console: Console) -> str:
        pen = Pen(console)
        for y, x1, x2 in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                left, right = max(x, x1), min(end, x2)
                if strip is not None and left < right:
                    pen.move(left, y)
                    pen.write(strip.crop(left - x, right - x))
        return pen.text()


class _Whole(LayoutUpdate):
    """As Textual's own, written with our pen."""

    def render_segments(self, console: Console) -> str:
        pen = Pen(console)
        for y, strips in enumerate(self.strips, self.region.y):
            pen.move(self.region.x, y)
            for strip in strips:
                pen.write(strip)
        return pen.text()


def _leave(screen: Screen[Any]) -> None:
    """Forget what it had still to paint: it is painted with the whole screen on top, through which it is seen."""
    screen._dirty_widgets.clear()
    screen._compositor._dirty_regions.clear()
    screen._repaint_required = False


async def _handled(*pumps: MessagePump) -> None:
    """Wait until each has handled what was sent to it."""
    passed = [asyncio.Event() for _pump in pumps]
    for pump, event in zip(pumps, passed, strict=True):
        if not pump.call_later(event.set):
            event.set()
    for event in passed:
        await event.wait()


async def _laid_out(screen: Screen[Any]) -> None:
    """Do at once what the screen's timer would do within a sixtieth of a second."""
    screen.call_later(screen._on_timer_update)
    await _handled(screen)
