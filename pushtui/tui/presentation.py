"""From the state to what the widgets show: rows, the bar, the keys. Pure."""

from __future__ import annotations

from datetime import datetime

from pushtui.base.words import _
from pushtui.procedure.model import Status, StepId
from pushtui.reporting import sentences, step_lines
from pushtui.tui.actions import actions, key_of, scroll_keys
from pushtui.tui.actions import bar as bar_of
from pushtui.tui.activity import activity
from pushtui.tui.conductor import ALL, TASK_STEPS, Conductor
from pushtui.tui.explanations import purpose
from pushtui.tui.state import State
from pushtui.tui.times import age, countdown, duration, whole
from pushtui.tui.widgets.connection_bar import Bar
from pushtui.tui.widgets.key_bar import Key
from pushtui.tui.widgets.step_list import Row


def row(state: State, step: StepId, now: datetime) -> Row:
    """A step's row in the chain."""
    report = state.reports[step]
    unknown = report.status is Status.UNKNOWN and not report.findings
    nothing_yet = unknown or report.status is Status.CHECKING
    return Row(
        step,
        sentences.title(step),
        report.status,
        step_lines.state(report),
        purpose(step) if nothing_yet else step_lines.summary(report),
        purpose(step) if nothing_yet else step_lines.brief(report),
        age(report.at, now) if report.at else "",
        _time(state, step, now),
    )


def _time(state: State, step: StepId, now: datetime) -> str:
    """What is left of a countdown, how long the step has been running, or how long it took."""
    if state.wait is not None and state.wait.step is step and state.until is not None:
        return countdown((state.until - now).total_seconds())
    spent = state.elapsed(step, now)
    if spent is not None:
        return whole(spent.total_seconds())
    report = state.reports[step]
    return duration(report.seconds) if report.at else ""


def bar(conductor: Conductor, now: datetime) -> Bar:
    """The two lines at the top."""
    state, profile = conductor.state, conductor.profile
    exchange, entra = state.identities.get("exchange"), state.identities.get("entra")
    return Bar(
        environment=profile.environment,
        read_only=conductor.read_only,
        chain=tuple(state.reports[step].status for step in ALL),
        activity=activity(state, now),
        exchange=_as_whom(exchange.account, exchange.where) if exchange else _not_yet(profile.exchange.server),
        exchange_name=None if exchange else profile.exchange.server,
        entra=_as_whom(entra.account, entra.where) if entra else _not_yet(profile.tenant_domain),
        entra_name=None if entra else profile.tenant_domain,
    )


def _as_whom(account: str, where: str) -> str:
    return f"{account} @ {where}" if account and where else account or where


def _not_yet(where: str) -> str:
    return _("{where} (not connected)").format(where=where) if where else _("(not set)")


def why_not(conductor: Conductor, name: str, step: StepId) -> str:
    """Why an action of the main screen cannot be done now, as a sentence; empty when it can. `step` is selected."""
    match name:
        case "ask":
            return conductor.why_not((StepId.SERVERS,))
        case "check_all" | "organization" | "plan" | "undo_step" | "undo_all" | "runs":
            return conductor.why_not(ALL)
        case "doctor" | "write" | "profiles":
            return conductor.why_not(())
        case "check_step":
            return conductor.why_not((step,))
        case "apply_step":
            return conductor.why_not((step,), write=True)
        case "apply_all":
            return conductor.why_not(ALL, write=True)
        case "keys" | "renew":
            return conductor.why_not(TASK_STEPS["renewal"])
        case "cancel":
            return "" if conductor.state.busy else _("Nothing is running")
        case "sign_out":
            return conductor.why_not(())
        case "edit":
            words = _("Not while something runs; {key} cancels it").format(key=key_of("cancel"))
            return words if conductor.state.busy else ""
    return ""


def main_keys(conductor: Conductor, step: StepId, *, alone: bool, scrolls: bool = False) -> list[Key]:
    """The keys of the main screen; `alone`: a pane has the room of others, and Esc goes back; `scrolls`: a text."""
    off = [each.name for each in actions() if each.where == "main" and each.bar and why_not(conductor, each.name, step)]
    keys = bar_of("main", off=off, without=("edit", "show_log") if alone else ())
    if not alone:
        return keys
    return [(key_of("back"), _("back"), True), *([scroll_keys("detail")] if scrolls else []), *keys]


def log_keys(*, alone: bool) -> list[Key]:
    """The keys while the log has the focus; `alone`: it has the room of others, and Esc goes back."""
    main = {each.name: each for each in actions() if each.where == "main"}
    before, after = (("back",), ("copy", "zoom", "help")) if alone else ((), ("copy", "zoom", "back", "help"))
    first, last = (
        [(main[name].display.partition(" ")[0], main[name].label, True) for name in names if main[name].keys]
        for names in (before, after)
    )
    return [*first, *bar_of("log"), *last]
