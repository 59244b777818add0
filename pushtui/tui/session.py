"""What the application needs of a session: the shape of `pushtui.engine.session.Session`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pushtui.base.commands import Cmdlet
from pushtui.base.secret import Secret
from pushtui.engine.console.catalogue import Catalogue
from pushtui.engine.events import StepReport
from pushtui.engine.task import Task
from pushtui.procedure.model import Action, Consent, Finding, StepId
from pushtui.profile import Profile

if TYPE_CHECKING:
    from pushtui.engine.answers import Form
    from pushtui.engine.calls import Call
    from pushtui.engine.runs import Run
    from pushtui.engine.snapshot import Snapshot


class PlanLike(Protocol):
    """The shape of `pushtui.engine.plan.Plan`."""

    @property
    def steps(self) -> Sequence[StepId]: ...

    @property
    def actions(self) -> Sequence[Action]: ...

    @property
    def needed_consents(self) -> frozenset[Consent]: ...

    @property
    def blocked(self) -> Mapping[StepId, str]: ...

    @property
    def task(self) -> Task: ...

    @property
    def lost(self) -> Sequence[Finding]: ...


class SessionLike(Protocol):
    """One session: `check`, `plan`, `apply` and `doctor` block: for a worker thread; the rest returns at once."""

    overwrite_certificate_file: bool

    @property
    def reports(self) -> Mapping[StepId, StepReport]: ...

    @property
    def log_path(self) -> Path: ...

    @property
    def profile(self) -> Profile: ...

    def check(self, steps: Collection[StepId] = ..., *, probe: bool = False) -> None: ...

    def plan(self, steps: Collection[StepId] = ...) -> Any: ...

    def plan_task(self, task: Task) -> Any: ...

    def plan_undo(self, run_id: str = "", steps: Collection[StepId] = ..., change: int = ...) -> Any: ...

    def runs(self) -> tuple[Run, ...]: ...

    def read_keys(self) -> Any: ...

    def interrupted(self) -> Run | None: ...

    def snapshot(self) -> Snapshot: ...

    def ask(self, cmdlet: Cmdlet, width: int = ..., typed: str = ...) -> int: ...

    def typed_before(self) -> tuple[str, ...]: ...

    def learn(self, name: str) -> Catalogue: ...

    @property
    def catalogue(self) -> Catalogue: ...

    @property
    def outcome(self) -> Mapping[StepId, StepReport]: ...

    def apply(self, plan: Any, consents: frozenset[Consent]) -> None: ...

    def doctor(self) -> object: ...

    def call(self, number: int, form: Form = ...) -> Call | None: ...

    def answer(self, ask_id: str, done: bool) -> None: ...

    def skip(self, wait_id: str) -> None: ...

    def give_up_sign_in(self) -> None: ...

    def cancel(self) -> None: ...

    def close(self) -> None: ...


class PromptsLike(Protocol):
    """What a session asks the person with: the shape of `pushtui.engine.session.Prompts`."""

    def secret(self, account: str, purpose: str) -> Secret | None: ...

    def browser(self, url: str, problem: str) -> Secret | None: ...


SessionFactory = Callable[[Profile, PromptsLike, Callable[[Any], None]], SessionLike]
"""Makes a session; called on a worker thread."""
