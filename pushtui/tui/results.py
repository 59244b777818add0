"""What an operation came to, as the screens that show it, and what follows from what a person says there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pushtui.base.words import _
from pushtui.engine.events import StepReport
from pushtui.engine.task import Task
from pushtui.procedure.model import Status, StepId
from pushtui.reporting import sentences, step_lines
from pushtui.tui import screens
from pushtui.tui.conductor import TASK_STEPS
from pushtui.tui.news import News

if TYPE_CHECKING:
    from pushtui.engine.runs import Run
    from pushtui.procedure.keys import Key
    from pushtui.procedure.overview import Overview
    from pushtui.tui.app import PushtuiApp
    from pushtui.tui.session import PlanLike


def show(app: PushtuiApp, news: News) -> None:
    """Open what an operation came to, where it is something to look at."""
    if news.plan is not None:
        _plan(app, news.plan, news.differs)
    if news.keys is not None:
        _keys(app, news.keys, news.outcome)
    elif news.outcome:
        _outcome(app, news.outcome)
    if news.overview is not None:
        _organization(app, news.overview)
    if news.runs is not None:
        _runs(app, news.runs)
    if news.paper is not None:
        app.push_screen(screens.WrittenScreen(news.paper))


def _plan(app: PushtuiApp, plan: PlanLike, differs: str) -> None:
    if app.conductor.file_in_the_way(plan) and not app.conductor.read_only:
        _ask_for_file(app, plan)
    else:
        _open_plan(app, plan, differs)


def interrupted(app: PushtuiApp, run: Run) -> None:
    """A run came to no end: go on with it, take it back, or decide later."""

    def heard(choice: str | None) -> None:
        if choice == "go-on":
            app.conductor.go_on(run)
        elif choice == "take-back":
            app.conductor.plan_undo(run_id=run.id)
        app.main.show_state()

    app.push_screen(screens.InterruptedScreen(run), heard)


def _runs(app: PushtuiApp, runs: tuple[Run, ...]) -> None:
    """What was changed here, to take one run or one change of it back."""

    def heard(chosen: tuple[str, int] | None) -> None:
        if chosen is not None:
            run_id, change = chosen
            app.conductor.plan_undo(run_id=run_id, change=change)
        app.main.show_state()

    app.push_screen(screens.RunsScreen(runs, app.symbols), heard)


def _ask_for_file(app: PushtuiApp, plan: PlanLike) -> None:
    """Another certificate is where ours goes: replace it, or see the plan without that step."""

    def heard(replace: bool | None) -> None:
        if replace:
            app.conductor.may_replace_file = True
            app.conductor.plan(tuple(plan.steps))
            app.main.show_state()
        else:
            _open_plan(app, plan)

    report = app.conductor.state.reports[StepId.CERTIFICATE]
    app.push_screen(screens.FileScreen(app.conductor.profile.certificate_path, report), heard)


def _open_plan(app: PushtuiApp, plan: PlanLike, differs: str = "") -> None:
    if not plan.actions and not plan.blocked:
        app.main.say(_nothing(plan), "ok")
        return
    from pushtui.engine.plan import actions_now  # the start does not need it

    refusal = _("This run is read-only: the plan can be read, not applied.") if app.conductor.read_only else ""
    if plan.actions and not actions_now(plan.actions):
        refusal = sentences.action_title(plan.actions[0])

    def heard(consents: Any) -> None:
        if consents is not None:
            app.conductor.apply(plan, consents)
            app.main.show_state()

    reports = app.conductor.planned if plan.task.course in TASK_STEPS else app.conductor.state.reports
    screen = screens.PlanScreen(
        plan,
        app.conductor.profile.tenant_domain,
        app.symbols,
        refusal=refusal,
        differs=differs,
        blocked={} if plan.task.undoes else {step: step_lines.summary(reports[step]) for step in plan.blocked},
        identities=tuple(app.conductor.state.identities.values()),
    )
    app.push_screen(screen, heard)


def _nothing(plan: PlanLike) -> str:
    """What a plan without anything in it means."""
    if plan.task.undoes:
        return _("Nothing is left to take back")
    return _("Nothing has to be renewed now") if plan.task.course == "renewal" else _("Nothing has to be changed")


def _keys(app: PushtuiApp, keys: tuple[Key, ...], reports: tuple[StepReport, ...]) -> None:
    """The keys; or why there are none to show."""
    if not keys and any(report.status is not Status.OK for report in reports):
        app.push_screen(screens.OutcomeScreen(reports, app.symbols))
        return

    def heard(chosen: frozenset[str] | None) -> None:
        if chosen:
            app.conductor.plan_task(Task("keys", removed_keys=chosen))
            app.main.show_state()

    app.push_screen(screens.KeysScreen(keys, app.symbols), heard)


def _outcome(app: PushtuiApp, reports: tuple[StepReport, ...]) -> None:
    """What came of a task, and what it changed looked at again."""
    app.push_screen(screens.OutcomeScreen(reports[-1:], app.symbols))
    app.to_check = TASK_STEPS["renewal"]


def _organization(app: PushtuiApp, overview: Overview) -> None:
    def heard(again: bool | None) -> None:
        if again:
            app.conductor.organization(afresh=True)
        app.main.show_state()

    app.push_screen(screens.OrganizationScreen(overview, app.symbols, app.size.height), heard)
