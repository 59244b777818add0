"""`check`, `plan`, `apply` and `undo`: one command from its start to its exit code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pushtui.base.clock import SystemClock
from pushtui.base.commands import Json
from pushtui.base.errors import Cancelled, PushtuiError, UsageError
from pushtui.base.values import replace
from pushtui.base.words import _
from pushtui.commands.exit_codes import CHANGES, FINE, INTERRUPTED, NOT_DONE, PERSON
from pushtui.commands.options import Options
from pushtui.commands.terminal import Terminal
from pushtui.engine.events import StepReport
from pushtui.engine.plan import Plan
from pushtui.engine.session import Session
from pushtui.engine.threads import in_thread
from pushtui.procedure import chain
from pushtui.procedure.model import Ask, Change, Consent, Status, StepId
from pushtui.reporting import plain, sentences
from pushtui.reporting.document import document

T = TypeVar("T")


class Run:
    """One command from its start to its exit code."""

    def __init__(self, session: Session, options: Options, terminal: Terminal) -> None:
        self._session = session
        self._options = options
        self._terminal = terminal
        self._clock = SystemClock()
        self._started = self._clock.now()
        self._confirmed_plan: Plan | None = None
        self._open_code = NOT_DONE
        """Exit code of a run after which something is still waiting."""
        self._digest = ""
        """Of the file that the plan was read from."""

    def run(self) -> int:
        """Whatever happens, the result as far as it is known is printed, once."""
        self._tell_of_interrupted()
        try:
            return self._operation()
        except UsageError:
            raise
        except Cancelled:
            self._print_chain(self._confirmed_plan)
            self._terminal.tell(_("Interrupted.") + "\n")
            return INTERRUPTED
        except PushtuiError as error:
            self._print_chain(self._confirmed_plan)
            self._terminal.tell(f"pushtui: {error}\n")
            return NOT_DONE

    def _operation(self) -> int:
        operations = {"check": self._check, "plan": self._plan, "apply": self._apply, "undo": self._undo}
        return operations[self._options.command]()

    def _check(self) -> int:
        options = self._options
        self._do(lambda: self._session.check(options.steps, probe=options.probe))
        self._print_chain()
        return self._code(CHANGES)

    def _plan(self) -> int:
        plan = self._do(lambda: self._session.plan(self._options.steps))
        self._print_chain()
        if not self._options.json:
            self._terminal.print(plain.plan_text(plan))
        if self._options.out:
            self._keep(plan)
        return self._plan_code(plan)

    def _keep(self, plan: Plan) -> None:
        """Write the plan down, for `apply FILE`."""
        from pushtui.engine.plan_file import save

        session, path = self._session, Path(self._options.out)
        save(
            path,
            plan,
            session.profile,
            self._clock.now(),
            overwrite_certificate_file=session.overwrite_certificate_file,
        )
        words = _(
            "The plan is in {path}. pushtui apply {path} does exactly this, as long as it is still what is needed."
        )
        self._terminal.tell(words.format(path=path) + "\n")

    def _tell_of_interrupted(self) -> None:
        earlier = self._session.interrupted()
        if earlier is not None:
            self._terminal.tell(plain.interrupted_text(earlier))

    def _apply(self) -> int:
        return self._planned(lambda: self._session.plan(self._options.steps))

    def _undo(self) -> int:
        options = self._options

        def make() -> Plan:
            plan = self._session.plan_undo(options.run_id, options.steps, options.change)
            self._options = replace(options, steps=plan.task.steps)  # a change says which step it belongs to
            return plan

        return self._planned(make)

    def _planned(self, make: Callable[[], Plan]) -> int:
        """Make the plan and carry it out, or keep it where that is what is wanted."""
        plan = self._do(make)
        if self._options.out:
            self._terminal.tell(plain.headline(self._session.profile) + plain.plan_text(plan))
            self._keep(plan)
            self._print_chain()
            return self._plan_code(plan)
        return self._carry_out(plan, make)

    def _carry_out(self, plan: Plan, again: Callable[[], Plan]) -> int:
        """Ask for what is to be confirmed, do it, and print what came of it. `again` makes the plan as it is then."""
        consents = self._confirmed(plan)
        if consents is None:
            self._print_chain()
            return self._plan_code(plan)
        if not plan.needed_consents <= consents:
            return self._without_consent(plan, consents)
        self._confirmed_plan = plan
        self._do(lambda: self._session.apply(plan, consents, digest=self._digest))
        self._print_chain(plan)
        code = self._code(self._open_code)
        return self._show_again(again, code) if self._stopped_by_another_world() else code

    def _stopped_by_another_world(self) -> bool:
        findings = (finding for report in self._reports.values() for finding in report.findings)
        return any(finding.code == "run.plan-changed" for finding in findings)

    def _show_again(self, again: Callable[[], Plan], code: int) -> int:
        """What was not done, as it would be done now; where a person is there, it may be confirmed anew."""
        options, terminal = self._options, self._terminal
        words = _(
            "The organization is not as it was when the plan was made, so not all of it was done. What is left now:"
        )
        terminal.tell("\n" + words + "\n")
        plan = self._do(again)
        if terminal.interactive and not options.yes and not options.json:
            return self._carry_out(plan, again)
        terminal.tell(plain.plan_text(plan))
        return code

    def _do(self, operation: Callable[[], T]) -> T:
        return self._terminal.serve(in_thread(operation, self._options.command), self._session)

    # --- questions before an apply -----------------------------------------------------------------------------------

    def _confirmed(self, plan: Plan) -> frozenset[Consent] | None:
        """The consents that were given, or None where the plan was declined."""
        options, terminal = self._options, self._terminal
        if not plan.actions:
            return options.accepted
        terminal.tell(self._notices(plan) + plain.headline(self._session.profile) + plain.plan_text(plan))
        consents = set(options.accepted)
        if not options.yes:
            if not terminal.interactive:
                raise UsageError(
                    f"{options.command.replace(' ', '-')}.not-confirmed",
                    _("Nobody is there to confirm the plan"),
                    remedy=_("Look at it, then say --yes"),
                )
            if not terminal.confirm(_("Do these {count} things?").format(count=len(plan.actions))):
                return None
        for consent in sorted(plan.needed_consents - consents):
            if terminal.interactive and self._consent_typed(consent):
                consents.add(consent)
        return frozenset(consents)

    def _notices(self, plan: Plan) -> str:
        """What is to be read before the plan."""
        return "" if plan.task.undoes else plain.notices() + "\n"

    def _consent_typed(self, consent: Consent) -> bool:
        domain = self._session.profile.tenant_domain.strip()
        self._terminal.tell("\n" + sentences.consent_text(consent) + "\n")
        typed = self._terminal.ask(_("Type the tenant domain ({domain}) to consent: ").format(domain=domain))
        return typed.strip().lower() == domain.lower()

    def _without_consent(self, plan: Plan, consents: frozenset[Consent]) -> int:
        missing = " ".join(f"--accept {consent.value}" for consent in sorted(plan.needed_consents - consents))
        self._terminal.tell(_("Nothing was changed: the plan needs {missing}.").format(missing=missing) + "\n")
        self._print_chain()
        return PERSON

    # --- results -----------------------------------------------------------------------------------------------------

    def _print_chain(self, plan: Plan | None = None) -> None:
        reports, steps = self._reports, self._steps
        if self._options.json:
            self._terminal.print(
                document(
                    self._options.command,
                    self._session.profile,
                    reports,
                    steps,
                    started=self._started,
                    finished=self._clock.now(),
                    plan=plan,
                    more=self._more(),
                )
            )
        else:
            self._terminal.print(plain.headline(self._session.profile) + self._text())

    def _text(self) -> str:
        """The result for people."""
        return plain.chain(self._reports, self._steps)

    def _more(self) -> dict[str, Json]:
        """What the document has beside the steps."""
        return {}

    @property
    def _reports(self) -> Mapping[StepId, StepReport]:
        return self._session.outcome

    @property
    def _steps(self) -> Sequence[StepId]:
        return self._options.steps

    def _statuses(self) -> set[Status]:
        """Of the steps asked for; where one is blocked, of the links before it too."""
        steps, reports = self._steps, self._reports
        if any(reports[step].status is Status.BLOCKED for step in steps):
            steps = chain.needed(steps)
        return {reports[step].status for step in steps}

    def _code(self, open_code: int) -> int:
        """`open_code` is for what is neither good nor broken: a change, a wait, an unknown."""
        statuses = self._statuses()
        if Status.FAILED in statuses:
            return NOT_DONE
        if statuses & {Status.ATTENTION, Status.BLOCKED}:
            return PERSON
        return FINE if statuses <= {Status.OK, Status.SKIPPED} else open_code

    def _plan_code(self, plan: Plan) -> int:
        statuses = self._statuses()
        if Status.FAILED in statuses:
            return NOT_DONE
        if statuses & {Status.ATTENTION, Status.BLOCKED}:
            return PERSON
        open_ = Status.WAITING in statuses or any(isinstance(action, (Change, Ask)) for action in plan.actions)
        return CHANGES if open_ else FINE
