"""`keys` and `renew` without a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pushtui.base.commands import Json
from pushtui.base.errors import UsageError
from pushtui.base.words import _
from pushtui.commands.exit_codes import CHANGES, FINE, NOT_DONE
from pushtui.commands.run import Run
from pushtui.engine.events import StepReport
from pushtui.engine.plan import Plan, actions_now
from pushtui.engine.task import Task
from pushtui.procedure.keys import Key, choose
from pushtui.procedure.model import Status, StepId, Wait
from pushtui.reporting import key_table, plain
from pushtui.reporting.filling import value_text


class TaskRun(Run):
    """A command about something else than the whole procedure: its steps are those of the session's last operation."""

    @property
    def _reports(self) -> Mapping[StepId, StepReport]:
        return self._session.outcome

    @property
    def _steps(self) -> Sequence[StepId]:
        return tuple(self._session.outcome)

    def _notices(self, plan: Plan) -> str:
        return ""


class KeysRun(TaskRun):
    """`keys list` and `keys remove`."""

    _keys: tuple[Key, ...] = ()

    def _operation(self) -> int:
        self._keys = self._do(self._session.read_keys)
        if self._options.command == "keys list":
            self._print_chain()
            return self._list_code()
        if self._list_code() != FINE:
            self._print_chain()
            return self._code(NOT_DONE)
        return self._remove()

    def _list_code(self) -> int:
        """Whether the list could be read at all."""
        return FINE if self._reports[StepId.SERVICE_PRINCIPAL].status in {Status.OK, Status.ATTENTION} else NOT_DONE

    def _remove(self) -> int:
        options = self._options
        chosen, unknown = choose(
            self._keys, options.keys, expired=options.expired, ours=options.all_of_this_organization
        )
        if unknown:
            raise UsageError(
                "keys.unknown",
                _("The service principal holds no key {name}").format(name=unknown[0]),
                remedy=_("pushtui keys shows thumbprints and SHA-256"),
            )
        if not chosen:
            self._terminal.tell(_("There is no such key: nothing is to be removed.") + "\n")
            self._print_chain()
            return FINE
        return self._planned(lambda: self._session.plan_task(Task("keys", removed_keys=chosen)))

    def _text(self) -> str:
        if self._options.command != "keys list":
            return super()._text()
        fine = all(report.status is Status.OK for report in self._reports.values())
        heading = "" if fine and self._keys else super()._text()
        return heading + key_table.keys_text(self._keys)

    def _more(self) -> dict[str, Json]:
        """The keys as they were when the command began."""
        return {"keys": [key_table.key_json(key) for key in self._keys]}


class RenewalRun(TaskRun):
    """`renew`: as much of the renewal as can be done today."""

    def _operation(self) -> int:
        self._open_code = CHANGES
        task = Task("renewal", within_days=self._options.within_days)

        def make() -> Plan:
            return self._session.plan_task(task)

        plan = self._do(make)
        if self._options.out:
            return self._planned(lambda: plan)
        if plan.now:
            return self._carry_out(plan, make)
        self._print_chain()
        return self._code(CHANGES)

    def _notices(self, plan: Plan) -> str:
        return plain.notices() + "\n"

    def _more(self) -> dict[str, Json]:
        """When there is something to do again; null where the renewal is over, or something can be done now."""
        return {"continues_at": self._continues_at()}

    def _continues_at(self) -> str | None:
        actions = self._reports[StepId.CERTIFICATE].actions
        pause = next((item for item in actions if isinstance(item, Wait) and item.pauses), None)
        return pause.arguments["until"] if pause is not None and not actions_now(actions) else None

    def _text(self) -> str:
        text, until = super()._text(), self._continues_at()
        if until is None:
            return text
        time = value_text(until)
        return (
            text + "\n" + _("Nothing to do before {time}. Run pushtui renew again after that.").format(time=time) + "\n"
        )
