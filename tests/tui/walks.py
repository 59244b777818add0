"""Walks by keys alone: what each action does that can be seen, place by place as in the table of actions.

A stage is one application that is walked through from its first screen. Between the walks, keys bring it to where the
next one begins; nothing but keys ever reaches it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pushtui.base.commands import Cmdlet
from pushtui.engine.calls import Calls
from pushtui.engine.events import Level, LogLine, StepReport, WaitStarted
from pushtui.procedure.model import Finding, Severity, Status, StepId
from tests.tui.gallery import WAIT

Measure = Callable[[Any], Any]
"""Something that a person could see, or that the session was asked."""


@dataclass(frozen=True)
class Walk:
    """One action, reached by the key of the table that has not been pressed yet."""

    id: str
    measure: Measure
    after: Any
    """What the measure comes to. Before the key is pressed it must be something else."""


@dataclass(frozen=True)
class Keys:
    """Keys on the way to the next walk, and what must be true then."""

    keys: Sequence[str]
    until: Callable[[Any], object] = lambda it: True


@dataclass(frozen=True)
class Stage:
    """An application, and the way through it."""

    steps: Sequence[Walk | Keys]
    prepare: Callable[[Any, Any], None] = lambda session, make: None
    size: tuple[int, int] = (120, 40)
    options: Mapping[str, Any] = field(default_factory=dict)


# --- what is looked at -----------------------------------------------------------------------------------------------


def screen(it: Any) -> str:
    """The screen that has the keys."""
    return type(it.app.screen).__name__


def on(name: str) -> Callable[[Any], bool]:
    """That screen has the keys."""
    return lambda it: screen(it) == name


def shows(words: str) -> Measure:
    """Whether the words are on the screen."""
    return lambda it: words in it.text


def asked(it: Any) -> list[str]:
    """What the session was asked for since the last walk, each with the steps that were named."""
    calls = it.session.calls if it.sessions else []
    return [f"{name} {len(first)}" if isinstance(first, tuple) else name for name, first, *_ in calls]


def copied(it: Any) -> list[str]:
    """The first line of what was copied since the last walk."""
    return [words.splitlines()[0] for words in it.copied]


def idle(it: Any) -> bool:
    """Nothing runs."""
    return it.sessions and not it.app.conductor.state.busy


def running(it: Any) -> bool:
    """The session is at work."""
    return it.sessions and it.session.entered.is_set()


def focus(it: Any) -> str | None:
    """Where keys go to."""
    return it.app.focused.id if it.app.focused is not None else None


def selected(it: Any) -> int:
    """The step that the pointer is at."""
    return it.app.main.steps.selected + 1


def scrolled(name: str) -> Measure:
    """How far down a text is scrolled."""
    return lambda it: it.app.screen.query_one(name).scroll_offset.y


def text_at(it: Any) -> int:
    """How far down the text of the screen is scrolled."""
    return it.app.screen.query_one("#text").scroll_offset.y


def place(it: Any) -> int:
    """The row that the cursor of the log or of an entry is on."""
    return it.app.screen.query_one("#log").marked()[-1]


def marks(it: Any) -> int:
    """How many rows are marked."""
    pane = it.app.screen.query_one("#log")
    return len(pane.marked()) if pane.marking else 0


def value(it: Any) -> str:
    """What stands where one types."""
    return it.app.focused.value


def ended(it: Any) -> int | None:
    """The exit code, once there is one."""
    return it.app.return_value


# --- the main screen -------------------------------------------------------------------------------------------------


def _planned(session: Any, make: Any) -> None:
    session.scripted_plan = make.plan(make.actions())


def busy(*events: Any) -> Callable[[Any, Any], None]:
    """A check, or an apply, that stays where it has emitted these; a plan ends."""

    def prepare(session: Any, make: Any) -> None:
        def during(each: Any) -> None:
            if each.calls[-1][0] == "plan":
                each.gate.set()
                return
            each.gate.clear()
            for event in events:
                each.emit(event)

        session.scripted_plan = make.plan(make.actions())
        session.during = during

    return prepare


def _operations() -> tuple[Walk | Keys, ...]:
    """What is begun from the main screen; all of it shows a plan, or only reads."""
    back = Keys(["escape"], on("MainScreen"))
    plan = [Keys([], on("PlanScreen")), back]
    return (
        Walk("main.check-all", asked, ["check 7"]),
        Keys([], idle),
        Walk("main.check-all", asked, ["check 7"]),
        Keys([], idle),
        Walk("main.check-step", asked, ["check 1"]),
        Keys([], idle),
        Walk("main.plan", asked, ["plan 7"]),
        *plan,
        Walk("main.apply-step", asked, ["plan 1"]),
        *plan,
        Walk("main.apply-all", asked, ["plan 7"]),
        *plan,
        Walk("main.undo-step", asked, ["plan_undo"]),
        *plan,
        Walk("main.undo-all", asked, ["plan_undo"]),
        *plan,
        Walk("main.runs", screen, "RunsScreen"),
        back,
        Walk("main.renew", asked, ["task", "plan 0"]),
        *plan,
        Walk("main.keys", screen, "KeysScreen"),
        back,
        Walk("main.doctor", screen, "DoctorScreen"),
        Keys([], idle),
        back,
        Walk("main.organization", screen, "OrganizationScreen"),
        back,
        Walk("main.picture", screen, "ChainScreen"),
        back,
        Walk("main.write", screen, "PapersScreen"),
        back,
        Walk("main.copy", screen, "CopyScreen"),
        back,
        Walk("main.profiles", screen, "ProfilesScreen"),
        back,
        Walk("main.palette", screen, "Palette"),
        back,
        Walk("main.help", screen, "HelpScreen"),
        back,
        Walk("main.attend", shows("Nothing waits for you"), True),
        Walk("main.mouse", shows("The mouse is the terminal's now"), True),
        Walk("main.edit", shows("restore"), True),
        Keys(["escape"], lambda it: focus(it) == "tenant_domain"),
        Walk("fields.edit-field", shows("restore"), True),
        Keys(["escape", "escape"], lambda it: focus(it) == "steps"),
        Walk("main.next-pane", focus, "detail"),
        Walk("main.previous-pane", focus, "steps"),
        Walk("main.show-log", focus, "log"),
        Walk("main.back", focus, "steps"),
        Walk("main.zoom", shows("Trust chain"), False),
        Keys(["z"], shows("Trust chain")),
        Walk("main.higher-log", lambda it: it.app.main.query_one("#log-pane").outer_size.height, 15),
        Walk("main.lower-log", lambda it: it.app.main.query_one("#log-pane").outer_size.height, 14),
        Walk("main.repaint", lambda it: it.layouts[0], 1),
        Walk("main.sign-out", shows("(not connected)"), True),
        Walk("main.quit", ended, 0),
    )


def _while_something_runs() -> tuple[Walk | Keys, ...]:
    return (
        Keys(["R"], running),
        Walk("main.skip-wait", asked, ["skip"]),
        Walk("any.quit", screen, "QuitScreen"),
        Walk("quit.no", screen, "MainScreen"),
        Walk("main.cancel", shows("Cancelled"), True),
        Keys(["A"], on("PlanScreen")),
        Walk("plan.agree", asked, ["consents", "apply 4"]),
        Keys([], running),
        Walk("main.suspend", shows("Not while something is being applied"), True),
        Keys(["q"], on("QuitScreen")),
        Walk("quit.yes", ended, 130),
    )


# --- the chain, a step and the log -----------------------------------------------------------------------------------


def _long(session: Any, make: Any) -> None:
    """A step that says more than there is room for."""
    found = tuple(Finding("tenant.domain-verified", Severity.OK, f"{number}.example") for number in range(60))
    session.outcomes[StepId.TENANT] = StepReport(StepId.TENANT, Status.OK, found, (), make.now, 0.4)


STEPS = (
    Walk("steps.last", selected, 7),
    Walk("steps.up", selected, 6),
    Walk("steps.down", selected, 7),
    Walk("steps.first", selected, 1),
    *(Walk(f"steps.select-{number}", selected, number) for number in range(2, 8)),
    Keys(["R"], idle),
    Keys(["g"]),
    Walk("steps.open", focus, "detail"),
    Walk("detail.scroll-down", scrolled("#detail"), 1),
    Walk("detail.scroll-up", scrolled("#detail"), 0),
    Walk("detail.page-down", scrolled("#detail"), lambda y: y > 5),
    Walk("detail.page-up", scrolled("#detail"), 0),
    Walk("detail.scroll-end", scrolled("#detail"), lambda y: y > 30),
    Walk("detail.scroll-home", scrolled("#detail"), 0),
)

LINES = 100
"""Of each step in the log, one step after the other."""


def _wordy(session: Any, make: Any) -> None:
    def during(each: Any) -> None:
        for step in StepId:
            for number in range(LINES):
                level = Level.WARNING if number == 7 else Level.OUTPUT
                each.line(f"{step} says {number} {'and so on ' * 20}its end", level, step=step)

    session.during = during


def _log_line(number: int) -> int:
    """Where a step's first line is: the command that every check begins with comes before all, for the third step."""
    return 0 if number == 3 else 1 + LINES * (number - 1)


def _log() -> tuple[Walk | Keys, ...]:
    last = LINES * 7
    """The last line's place."""
    return (
        Keys(["R"], idle),
        Keys(["L"], lambda it: focus(it) == "log"),
        Walk("log.scroll-home", place, 0),
        Walk("log.scroll-down", place, 1),
        Walk("log.scroll-up", place, 0),
        Walk("log.page-down", place, lambda row: row > 5),
        Walk("log.page-up", place, 0),
        *(Walk(f"log.step-{number}", place, _log_line(number)) for number in range(7, 1, -1)),
        Walk("log.right", shows("servers says 0"), False),
        Walk("log.left", shows("servers says 0"), True),
        Walk("log.step-1", place, 1),
        Walk("log.wrap", shows("its end"), True),
        Walk("log.mark", marks, 1),
        Walk("log.mark-down", marks, 2),
        Walk("log.mark-up", marks, 1),
        Walk("log.save", screen, "SaveScreen"),
        Walk("save.other-lines", shows(f"All {last + 1} lines"), True),
        Walk("save.leave", screen, "MainScreen"),
        Walk("log.follow", lambda it: it.app.main.log_pane.following, True),
        Walk("log.find", focus, "find"),
        Keys([*"says 7 ", "enter"], lambda it: focus(it) == "log"),
        Walk("log.find-previous", place, _log_line(6) + 7),
        Walk("log.find-next", place, _log_line(7) + 7),
        Walk("log.narrow", shows("commands and problems"), True),
        Walk("log.only-side", shows("Exchange,"), True),
        Walk("log.only-step", shows("only Tenant"), True),
        Walk("log.all-lines", lambda it: bool(it.app.main.log_pane.view.filter), False),
        Walk("log.open-entry", screen, "EntryScreen"),
        Keys(["escape", "g"], lambda it: place(it) == 0),
        Walk("log.scroll-end", place, last),
    )


CONSOLE = (
    Walk("main.console", focus, "command-line"),
    Keys([*"get-e"], shows("Tab asks the server")),
    Walk("console.complete", asked, ["learn"]),
    Keys(["tab"], lambda it: value(it) == "Get-ExchangeServer "),
    Walk("console.submit", asked, ["ask"]),
    Keys([], idle),
    Walk("console.before", value, "Get-ExchangeServer"),
    Walk("console.after", value, ""),
    Walk("console.page-up", lambda it: it.app.main.log_pane.following, False),
    Walk("console.page-down", lambda it: it.app.main.log_pane.following, True),
)


# --- one command with its answer -------------------------------------------------------------------------------------


def _answered(session: Any, make: Any) -> None:
    calls, cmdlet = Calls(), Cmdlet.of("Get-AuthServer", Identity="MicrosoftSts")
    session.call = calls.find
    number = calls.begin("exchange", cmdlet, make.now, (StepId.AUTH_SERVER,), str)
    properties = "".join(f'<S N="P{each}">value {each}{" and so on" * 20}</S>' for each in range(60))
    calls.add(number, "output", f'<Obj RefId="0"><ToString>x</ToString><Props>{properties}</Props></Obj>')
    calls.end(number, make.now)
    line = LogLine(make.now, "exchange", Level.COMMAND, cmdlet.text, StepId.AUTH_SERVER, (), number)
    session.during = lambda each: each.emit(line)


ENTRY = (
    Keys(["R"], idle),
    Keys(["L", "g", "j", "enter"], shows("Answer 1 of 1")),
    Walk("entry.scroll-down", place, 1),
    Walk("entry.scroll-up", place, 0),
    Walk("entry.page-down", place, lambda row: row > 20),
    Walk("entry.page-up", place, 0),
    Walk("entry.scroll-end", place, lambda row: row > 60),
    Walk("entry.scroll-home", place, 0),
    Walk("entry.right", shows("Identity  'MicrosoftSts'"), False),
    Walk("entry.left", shows("Identity  'MicrosoftSts'"), True),
    Walk("entry.wrap", shows("wrapped"), True),
    Walk("entry.find", focus, "find"),
    Keys([*"value 5", "enter"], lambda it: focus(it) == "log"),
    Keys(["g"], lambda it: place(it) == 0),
    Walk("entry.find-next", shows("“value 5” 1 of"), True),
    Keys(["n"], shows("“value 5” 2 of")),
    Walk("entry.find-previous", shows("“value 5” 1 of"), True),
    Walk("entry.mark", marks, 1),
    Walk("entry.mark-down", marks, 2),
    Walk("entry.mark-up", marks, 1),
    Keys(["escape"], lambda it: not marks(it)),
    Walk("answer.form", shows('<S N="P'), True),
    Walk("answer.copy", screen, "CopyScreen"),
    Walk("copy.down", shows("▌ 2"), True),
    Walk("copy.up", shows("▌ 1"), True),
    Keys(["down"], shows("▌ 2")),
    Walk("copy.take", copied, ["Get-AuthServer -Identity 'MicrosoftSts'"]),
    Keys(["c"], on("CopyScreen")),
    Walk("copy.leave", screen, "EntryScreen"),
    Walk("answer.save", screen, "SaveScreen"),
    Keys(["escape"], on("EntryScreen")),
    Walk("answer.leave", screen, "MainScreen"),
)

STAGES: Mapping[str, Stage] = {
    "main": Stage(_operations(), _planned),
    "running": Stage(_while_something_runs(), busy(WaitStarted(WAIT, datetime(2026, 11, 22, 10, 32, tzinfo=UTC)))),
    "steps": Stage(STEPS, _long, size=(80, 24)),
    "log": Stage(_log(), _wordy),
    "console": Stage(CONSOLE, _wordy),
    "entry": Stage(ENTRY, _answered),
}
