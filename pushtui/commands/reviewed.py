"""`apply FILE`: a plan that was made and reviewed before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.commands.exit_codes import CHANGES
from pushtui.commands.run import Run
from pushtui.engine.events import StepReport
from pushtui.engine.plan import Plan
from pushtui.engine.plan_file import load
from pushtui.engine.task import PROCEDURE
from pushtui.procedure.model import StepId
from pushtui.reporting import plain


class ReviewedRun(Run):
    """What the file says is done, or not done at all: what is needed by now and is not in it is only shown."""

    _saved: Plan = Plan()

    def _operation(self) -> int:
        reviewed = load(Path(self._options.file), self._session.profile)
        self._saved, self._digest = reviewed.plan, reviewed.digest
        self._session.overwrite_certificate_file = reviewed.overwrite_certificate_file
        words = _("The plan of {time} by {user}, to be done as it was reviewed:")
        time = f"{reviewed.made.astimezone():%Y-%m-%d %H:%M}"
        self._terminal.tell(words.format(time=time, user=clean_line(reviewed.by)) + "\n\n")
        return self._carry_out(reviewed.plan, self._anew)

    def _anew(self) -> Plan:
        """The plan for the same thing, as it would be made now."""
        plan = self._saved
        return self._session.plan(plan.steps) if plan.task == PROCEDURE else self._session.plan_task(plan.task)

    def _show_again(self, again: Callable[[], Plan], code: int) -> int:
        words = _(
            "The organization is not as it was when the plan was made, so not all of it was done. What is left now:"
        )
        self._terminal.tell("\n" + words + "\n" + plain.plan_text(self._do(again)))
        self._terminal.tell(_("Make a new plan for it with pushtui plan --out FILE, or apply without a file.") + "\n")
        return code

    def _plan_code(self, plan: Plan) -> int:
        return CHANGES  # it was declined; nothing was read

    @property
    def _reports(self) -> Mapping[StepId, StepReport]:
        return self._session.outcome

    @property
    def _steps(self) -> Sequence[StepId]:
        return tuple(step for step in self._reports if step in self._saved.steps)
