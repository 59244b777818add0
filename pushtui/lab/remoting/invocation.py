"""A running cmdlet's view of its session: streams, preferences, questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pushtui.base.values import replace
from pushtui.lab.remoting.binder import Bound
from pushtui.lab.remoting.clixml import SecureText, wire
from pushtui.lab.remoting.cmdlet import CmdletSpec, ErrorSpec, RemoteObject
from pushtui.lab.remoting.errors import Failure, decorate, prompt_failed
from pushtui.lab.remoting.pipeline import Pipeline
from pushtui.lab.remoting.selection import Selection

_QUIET = ("SilentlyContinue", "Ignore")


class RunningCmdlet:
    """The :class:`~pushtui.lab.remoting.cmdlet.Invocation` that a cmdlet is handed."""

    def __init__(
        self,
        pipeline: Pipeline,
        server: str,
        user: str,
        spec: CmdletSpec,
        bound: Bound,
        suffix: str,
        *,
        on_exchange: bool,
    ) -> None:
        self.pipeline = pipeline
        self.server = server
        self.user = user
        self.parameter_set = bound.parameter_set
        self.selection: Selection | None = None
        self.first_error = ""
        self._spec = spec
        self._common = bound.common
        self._force = bool(bound.values.get("Force", False))
        self._suffix = suffix
        self._on_exchange = on_exchange
        self._yes_to_all = False
        self._no_to_all = False

    # -- streams

    def output(self, item: RemoteObject | str | int | bool) -> None:
        self.pipeline.check()
        if self.selection is not None:
            self.selection.feed(item)
        else:
            self.emit(item)

    def emit(self, item: Any) -> None:
        self.pipeline.output(wire(item))

    def error(self, error: ErrorSpec) -> None:
        self.complain(self._identified(error), self._spec.name)

    def complain(self, error: ErrorSpec, activity: str) -> None:
        """A non-terminating error, under the -ErrorAction that was asked for."""
        self.pipeline.check()
        self.first_error = self.first_error or error.identifier
        action = self._common.get("ErrorAction", "Continue")
        if action == "Stop":
            raise Failure(error, activity, stop=True)
        if action == "Inquire":
            self._ask("Action", error.message, ["&Continue", "&Halt Command"])
        if action not in _QUIET:
            self.pipeline.error(error, activity)

    def failure(self, error: ErrorSpec) -> Failure:
        """A terminating error of this cmdlet: -ErrorAction has no say in it."""
        return Failure(self._identified(error), self._spec.name)

    def _identified(self, error: ErrorSpec) -> ErrorSpec:
        """Exchange decorates its errors; PowerShell adds the class of the cmdlet to any."""
        if self._on_exchange:
            return decorate(error, self.server)
        if "," in error.identifier:
            return error
        return replace(error, identifier=f"{error.identifier},{self._suffix}")

    def warning(self, message: str) -> None:
        self.pipeline.check()
        action = self._common.get("WarningAction", "Continue")
        if action not in _QUIET:
            self.pipeline.warning(message, self._spec.name)
        if action == "Stop":
            spec = ErrorSpec(
                'The running command stopped because the preference variable "WarningPreference" or common parameter '
                f"is set to Stop: {message}",
                f"ActionPreferenceStop,{self._suffix}",
                "OperationStopped",
                "System.Management.Automation.ActionPreferenceStopException",
            )
            raise Failure(spec, self._spec.name, stop=True)

    def verbose(self, message: str) -> None:
        self.pipeline.check()
        if self._common.get("Verbose", False):
            self.pipeline.verbose(message, self._spec.name)

    def progress(self, activity: str, status: str, percent: int) -> None:
        self.pipeline.progress(activity, status, percent)

    def wait(self, seconds: float) -> None:
        self.pipeline.wait(seconds)

    # -- questions

    def should_process(self, target: str, action: str) -> bool:
        self.pipeline.check()
        text = f'Performing the operation "{action}" on target "{target}".'
        if self._common.get("WhatIf", False):
            self.pipeline.host_line(f"What if: {text}")
            return False
        asks = self._common.get("Confirm", self._spec.confirms == "asks")
        if not asks or self._yes_to_all:
            return True
        if self._no_to_all:
            return False
        question = f"Are you sure you want to perform this action?\n{text}"
        return self._decide(self._ask("Confirm", question, ["&Yes", "Yes to &All", "&No", "No to A&ll"]))

    def should_continue(self, question: str) -> bool:
        self.pipeline.check()
        if self._force:
            return True
        return self._ask("Confirm", question, ["&Yes", "&No"]) == 0

    def _decide(self, choice: int) -> bool:
        self._yes_to_all = choice == 1
        self._no_to_all = choice == 3
        return choice < 2

    def _ask(self, caption: str, question: str, labels: list[str]) -> int:
        if not self.pipeline.has_host:
            raise prompt_failed(question, self._suffix, self._spec.name)
        return self.pipeline.choose(caption, question, labels, 0)


def describe(arguments: Bound | Sequence[tuple[str | None, Any]]) -> str:
    """Parameters as text for the request log; secrets and contents of files are not in it."""
    if isinstance(arguments, Bound):
        return describe([*arguments.values.items(), *arguments.common.items()])
    return " ".join(_argument(name, value) for name, value in arguments)


def _argument(name: str | None, value: Any) -> str:
    head = f"-{name.strip('-:')}" if name else ""
    if value is True:
        return f"{head}:$true"
    if value is False:
        return f"{head}:$false"
    if isinstance(value, SecureText):
        text = "***"
    elif isinstance(value, bytes):
        text = f"<{len(value)} bytes>"
    elif isinstance(value, list | tuple):
        text = ",".join(str(item) for item in value)
    elif isinstance(value, Mapping):
        text = "<hashtable>"
    else:
        text = str(value)
    return f"{head} {text}".strip()
