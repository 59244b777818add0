"""What the main screen shows of the state, and when it is painted anew."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Input

from pushtui.base.words import _
from pushtui.procedure.model import StepId
from pushtui.reporting import sentences
from pushtui.tui import presentation, room
from pushtui.tui.actions import bar, enter, escape, key_of
from pushtui.tui.conductor import Conductor
from pushtui.tui.documents import step_document
from pushtui.tui.log_store import LINES_KEPT
from pushtui.tui.news import News
from pushtui.tui.screens.panes import ALONE, PanesScreen
from pushtui.tui.state import Told
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.connection_bar import ConnectionBar
from pushtui.tui.widgets.document import Document
from pushtui.tui.widgets.fields import fields
from pushtui.tui.widgets.key_bar import Key, KeyBar
from pushtui.tui.widgets.log_pane import LogPane
from pushtui.tui.widgets.pane import Pane
from pushtui.tui.widgets.rule import Rule
from pushtui.tui.widgets.step_list import StepList

if TYPE_CHECKING:
    from pushtui.tui.widgets.console import Console


class StateScreen(PanesScreen):
    """Connection, fields, chain, selected step, log and keys, as the conductor has them."""

    def __init__(
        self,
        conductor: Conductor,
        symbols: Symbols,
        width: int,
        height: int,
        *,
        log_lines: int = LINES_KEPT,
        plain: bool = False,
    ) -> None:
        super().__init__(symbols, width, height, plain=plain)
        self._conductor = conductor
        state, now = conductor.state, conductor.clock.now()
        self.connection = ConnectionBar(symbols, presentation.bar(conductor, now), id="connection")
        self.fields = fields(conductor.fields())
        self.steps = StepList([presentation.row(state, step, now) for step in StepId], symbols, id="steps")
        self.detail = Document(step_document(state.reports[self.steps.step], symbols, now, state.reports), id="detail")
        self.log_pane = LogPane(symbols, log_lines, id="log")
        self.log_pane.step = self.steps.step
        self.key_bar = KeyBar(presentation.main_keys(conductor, self.steps.step, alone=False), wraps=False, id="keys")
        self._fields_rule = Rule(*self._fields_title(width), symbols)
        self.rules = {
            self.steps: Rule(room.chain_title(width, height, symbols), "muted", symbols),
            self.detail: Rule(self._detail_title(), "muted", symbols),
            self.log_pane: Rule(_("Log"), "muted", symbols),
        }
        self.rules[self.steps].activate(True)

    def compose(self) -> ComposeResult:
        yield self.connection
        with Pane(id="fields-pane"):
            yield self._fields_rule
            yield from self.fields.values()
        with Pane(id="body"):
            for pane in (self.steps, self.detail):
                with Pane(id=f"{pane.id}-pane"):
                    yield self.rules[pane]
                    yield pane
        with Pane(id="log-pane"):
            yield self.rules[self.log_pane]
            yield self.log_pane
        yield self.key_bar

    @cached_property
    def find(self) -> Input:
        """What is typed to search the log."""
        find = Input(placeholder=_("Search the log"), compact=True, id="find")
        find.cursor_blink = find.display = False
        return find

    @cached_property
    def console(self) -> Console:
        """Where a cmdlet is typed."""
        from pushtui.tui.widgets.console import Console  # the start does not need it

        console = Console(self._symbols, id="console")
        console.display = False
        return console

    def has(self, name: str) -> bool:
        """Whether the console, or what is typed to search the log, was asked for by now."""
        return name in vars(self)

    def take(self, news: News) -> None:
        """Show what came."""
        if news.dropped:
            words = _("{count} lines only in the log file").format(count=news.dropped)
            self._conductor.state.tell(self._conductor.clock.now(), Told(words, "warning"))
        began = self._conductor.state.started
        if began is not None and began is not self._began:
            self._began = began
            self.log_pane.begin()
        if news.lines:
            self.log_pane.extend(news.lines)
        if news.catalogue is not None:
            self.console.show(news.catalogue)
        if news.typed:
            self.console.remember(news.typed)
        if news.changed or news.dropped:
            self.show_state()

    def show_state(self) -> None:
        """Bring everything that is painted up to the state; what did not change is not painted."""
        self.tick()
        for field in self.fields.values():
            field.locked = self._conductor.state.busy
        if self.has("console"):
            self.console.locked = presentation.why_not(self._conductor, "ask", self.steps.step)
        self._show_detail()
        self._show_keys()

    def switched(self) -> None:
        """Another profile is in use: show its values, and nothing of the one before."""
        for name, value in self._conductor.fields().items():
            self.fields[name].show(value)
        self._fields_rule.show(*self._fields_title(self.size.width))
        if self.has("console"):
            self.console.forget()
        self._show_detail(top=True)
        self.show_state()

    def tick(self) -> None:
        """Once a second: ages, durations and countdowns."""
        now = self._conductor.clock.now()
        for index, step in enumerate(StepId):
            self.steps.show(index, presentation.row(self._conductor.state, step, now))
        self._show_bar(now)

    _began: datetime | None = None
    """When the last operation began that the log was told of."""

    def _show_bar(self, now: datetime) -> None:
        self.connection.show(presentation.bar(self._conductor, now))

    def _show_detail(self, *, top: bool = False) -> None:
        reports, now = self._conductor.state.reports, self._conductor.clock.now()
        self.rules[self.detail].show(self._detail_title())
        self.detail.show(step_document(reports[self.steps.step], self._symbols, now, reports), top=top)

    def _detail_title(self) -> str:
        step = self.steps.step
        return f"{list(StepId).index(step) + 1} {sentences.title(step)}"

    def _show_keys(self) -> None:
        self.key_bar.show(self._keys())

    def _keys(self) -> list[Key]:
        edited = next((field for field in self.fields.values() if field.editing), None)
        if edited is not None:
            return [enter(_("keep"), enabled=not edited.problem), escape(_("restore"))]
        if self.has("find") and self.focused is self.find:
            return [enter(_("search")), (key_of("back"), _("close"), True)]
        if self.has("console") and self.focused is self.console.line:
            return [*bar("console"), (key_of("back"), _("close"), True)]
        alone = bool(self.classes & ALONE)
        if self.focused is self.log_pane:
            return presentation.log_keys(alone=alone)
        scrolls = self.focused is self.detail
        return presentation.main_keys(self._conductor, self.steps.step, alone=alone, scrolls=scrolls)

    def _fields_title(self, width: int) -> tuple[str, str]:
        """The profile's name; or, where there is no room beside the fields, what is wrong with one of them."""
        problems = self._conductor.problems
        if problems and width < self._wide:
            return next(iter(problems.values())), "error"
        return _("Profile {name}").format(name=self._conductor.profile.name), "muted"

    def say(self, words: str, ink: str = "plain") -> None:
        """One sentence in the bar."""
        now = self._conductor.clock.now()
        self._conductor.state.note(words, ink, now)
        self._show_bar(now)
