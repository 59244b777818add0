"""The main screen: what its keys and its widgets ask for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.reactive import Reactive, reactive
from textual.screen import Screen
from textual.widget import Widget

from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.engine.task import Task
from pushtui.tui import presentation
from pushtui.tui.actions import bindings, key_of
from pushtui.tui.documents import step_document
from pushtui.tui.places import place_of
from pushtui.tui.screens.panes import ALONE
from pushtui.tui.screens.showing import StateScreen
from pushtui.tui.widgets.fields import Field
from pushtui.tui.widgets.lines_pane import LinesPane
from pushtui.tui.widgets.log_pane import LogPane
from pushtui.tui.widgets.rule import Rule
from pushtui.tui.widgets.step_list import StepList

if TYPE_CHECKING:
    from textual.widgets import Input

    from pushtui.tui.app import PushtuiApp
    from pushtui.tui.copies import Copyable
    from pushtui.tui.session import SessionLike
    from pushtui.tui.widgets.console import CommandLine, Console


class MainScreen(StateScreen, Screen[None]):
    """Turns keys into what the conductor is asked to do, and opens what is shown on top."""

    BINDINGS: ClassVar = bindings("main")
    AUTO_FOCUS = "#steps"
    focused: Reactive[Widget | None] = reactive(None, repaint=False)
    """As Textual's own, without painting the whole screen anew when the focus moves."""
    ENABLE_COMMAND_PALETTE = True

    @property
    def pushtui(self) -> PushtuiApp:
        """The application, by its own type."""
        return self.app  # type: ignore[return-value]  # there is only one

    # --- what keys do ----------------------------------------------------------------------------------------------

    def _try(self, name: str, do: Callable[[], object]) -> None:
        reason = presentation.why_not(self._conductor, name, self.steps.step)
        if reason:
            self.say(reason, "warning")
            return
        do()
        self.show_state()

    def action_check_all(self) -> None:
        self._try("check_all", self._conductor.check)

    def action_check_step(self) -> None:
        self._try("check_step", lambda: self._conductor.check((self.steps.step,)))

    def action_plan(self) -> None:
        self._try("plan", self._conductor.plan)

    def action_apply_step(self) -> None:
        self._try("apply_step", lambda: self._conductor.plan((self.steps.step,)))

    def action_apply_all(self) -> None:
        self._try("apply_all", self._conductor.plan)

    def action_keys(self) -> None:
        self._try("keys", self._conductor.keys)

    def action_renew(self) -> None:
        self._try("renew", lambda: self._conductor.plan_task(Task("renewal")))

    def action_organization(self) -> None:
        self._try("organization", self._conductor.organization)

    def action_picture(self) -> None:
        self.pushtui.open_picture()

    def action_write(self) -> None:
        self._try("write", self.pushtui.open_papers)

    def action_doctor(self) -> None:
        self._try("doctor", self.pushtui.open_doctor)

    def action_profiles(self) -> None:
        self._try("profiles", self._conductor.keeper.look_for_profiles)

    def action_undo_step(self) -> None:
        self._try("undo_step", lambda: self._conductor.plan_undo((self.steps.step,)))

    def action_undo_all(self) -> None:
        self._try("undo_all", self._conductor.plan_undo)

    def action_runs(self) -> None:
        self._try("runs", self._conductor.runs)

    def action_cancel(self) -> None:
        self._try("cancel", self._conductor.cancel)

    def action_back(self) -> None:
        """Close the nearest thing that is open; a check that runs is cancelled by it, a change is not."""
        if self.has("find") and self.find.display:
            self._close_find()
        elif self.has("console") and self.console.display:
            self._close_console()
        elif self.focused is self.log_pane and self.log_pane.unmark():
            return
        elif self.classes & ALONE:
            self.leave()
        elif self._conductor.state.operation in {"apply", "undo"}:
            self.say(_("{key} cancels what is being applied").format(key=key_of("cancel")), "warning")
        elif self._conductor.state.busy:
            self.action_cancel()
        else:
            self.steps.focus()

    def action_copy(self) -> None:
        """Copy what the focus is on: a line of the log, else something of the selected step."""
        if self.focused is self.log_pane:
            self.pushtui.offer_copies(self.log_pane.copies())
        else:
            self.pushtui.offer_copies(self._copies())

    def _copies(self) -> list[Copyable]:
        from pushtui.tui.copies import Copyable, of_step  # the start does not need it

        report, now = self._conductor.state.reports[self.steps.step], self._conductor.clock.now()
        step, *parts = of_step(report, step_document(report, self._symbols, now, self._conductor.state.reports))
        session = self._conductor.runner.session
        whole = [Copyable(_("The report of all steps"), partial(_report, session))] if session is not None else []
        return [step, *whole, *parts]

    def action_attend(self) -> None:
        self.pushtui.attend()

    def action_sign_out(self) -> None:
        self._try("sign_out", self._conductor.sign_out)

    def action_skip_wait(self) -> None:
        if self._conductor.state.skippable:
            self._conductor.skip()
        else:
            self.say(_("There is no countdown to skip"), "muted")

    def action_edit(self) -> None:
        def edit() -> None:
            self.leave()
            if self.has_class("-flat"):
                self.add_class("-zoom-fields")
            fields = list(self.fields.values())
            next((each for each in fields if each.problem), fields[0]).begin()

        self._try("edit", edit)

    def action_show_log(self) -> None:
        if not self.has_room(self.log_pane):
            self.leave()
            self.set_class(self.has_class("-low"), "-zoom-log")
        self.log_pane.focus()

    async def action_console(self) -> None:
        """Open the line to type into, with the log in sight."""
        if not self.has_room(self.log_pane):
            self.leave()
            self.add_class("-zoom-log")
        await self._open(self.console)
        self.console.locked = presentation.why_not(self._conductor, "ask", self.steps.step)
        self.console.open()
        self._show_keys()

    def _close_console(self) -> None:
        self.console.display = False
        self.log_pane.focus()

    def on_command_line_scrolled(self, message: CommandLine.Scrolled) -> None:
        getattr(self.log_pane, f"scroll_{message.way}")(animate=False)

    def on_console_asked(self, message: Console.Asked) -> None:
        self._conductor.ask(message.cmdlet, self.log_pane.columns, message.typed)
        self.show_state()

    def on_console_unknown(self, message: Console.Unknown) -> None:
        self._conductor.learn(message.name)
        self.show_state()

    def action_next_pane(self) -> None:
        self.focus_next()

    def action_previous_pane(self) -> None:
        self.focus_previous()

    def action_palette(self) -> None:
        self.app.action_command_palette()

    def action_repaint(self) -> None:
        self.refresh(layout=True)

    def action_help(self) -> None:
        self.pushtui.open_help(place_of(self.focused), self.steps.step)

    def action_quit(self) -> None:
        self.pushtui.ask_to_quit()

    def action_suspend(self) -> None:
        if self._conductor.state.operation in {"apply", "undo"}:
            self.say(_("Not while something is being applied"), "warning")
        else:
            self.app.action_suspend_process()

    # --- what widgets say ------------------------------------------------------------------------------------------

    def on_step_list_moved(self, message: StepList.Moved) -> None:
        self.log_pane.step = message.step
        self._show_detail(top=True)
        self._show_keys()

    def on_step_list_opened(self, message: StepList.Opened) -> None:
        if not self.has_room(self.detail):
            self.add_class("-open")
            self._show_log_height()
        self.call_after_refresh(self.detail.focus)

    def action_log_height(self, by: int) -> None:
        if not self.grow_log(by):
            self.say(_("The log can be made higher where other panes are beside it"), "muted")

    def on_rule_dragged(self, message: Rule.Dragged) -> None:
        if message.rule is self.rules[self.log_pane]:
            self.action_log_height(message.by)

    def action_mouse(self) -> None:
        """Give the mouse to the terminal, whose own selection then works, or take it."""
        mine = self.pushtui.toggle_mouse()
        words = _("The mouse works here now; {key} gives it back to the terminal")
        others = _("The mouse is the terminal's now: select and copy as everywhere")
        self.say(words.format(key=key_of("mouse")) if mine else others, "ok")

    def on_field_judged(self, message: Field.Judged) -> None:
        self._conductor.judge(message.name, message.problem)
        self._fields_rule.show(*self._fields_title(self.size.width))
        self._show_keys()

    def on_field_edited(self) -> None:
        self._show_keys()

    def on_field_kept(self, message: Field.Kept) -> None:
        self._conductor.change_field(message.name, message.value)
        self.show_state()

    def on_descendant_focus(self) -> None:
        for pane, rule in self.rules.items():
            rule.activate(pane is self.focused)
        self._show_keys()

    def on_descendant_blur(self) -> None:
        """A pane that has no room any more has lost the focus: the first that has takes it."""
        if self.focused is None and self.app.app_focus:
            next(filter(self.has_room, (self.steps, self.detail, self.log_pane)), self.steps).focus()

    def on_rows_pane_described(self, message: LinesPane.Described) -> None:
        title = _("Log")
        self.rules[self.log_pane].show(f"{title} {self._symbols.dot} {message.text}" if message.text else title)

    def on_log_pane_entry_opened(self, message: LogPane.EntryOpened) -> None:
        self.pushtui.open_entry(message.entry)

    def on_log_pane_save_asked(self) -> None:
        self.pushtui.save_log(self.log_pane)

    async def on_lines_pane_find_asked(self) -> None:
        await self._open(self.find)
        self.find.focus()

    async def _open(self, line: Widget) -> None:
        """Show a line to type into, above the keys; it is put there when it is wanted first, not by every start."""
        if not line.is_attached:
            await self.mount(line, before=self.key_bar)
        line.display = True

    def on_input_submitted(self, message: Input.Submitted) -> None:
        if message.input.id == "find":
            found = self.log_pane.search(message.value)
            self._close_find()
            if not found:
                self.say(_("“{needle}” is not in the log").format(needle=clean_line(message.value)), "warning")

    def _close_find(self) -> None:
        self.find.display = False
        self.log_pane.focus()

    def on_resize(self) -> None:
        self.fit_panes()
        self._fields_rule.show(*self._fields_title(self.size.width))


def _report(session: SessionLike) -> str:
    """The whole check for a ticket; on a thread, because what writes it is not loaded before."""
    from pushtui.reporting.papers import FORMS

    return FORMS["markdown"](session.snapshot())
