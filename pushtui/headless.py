"""The commands that need no screen: progress goes to standard error, the result to standard output."""

from __future__ import annotations

import contextlib
import getpass
import os
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any, TypeVar

from pushtui.base.clock import SystemClock
from pushtui.base.commands import Json
from pushtui.base.errors import Cancelled, PushtuiError, Side, UsageError
from pushtui.base.secret import Secret
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.engine.connections import read_only_refused
from pushtui.engine.doctor.rows import DoctorRow, Verdict, ordered, worst
from pushtui.engine.events import (
    AskStarted,
    Event,
    Identity,
    Level,
    LogLine,
    ServiceBusy,
    SignInCode,
    StepReport,
    WaitStarted,
)
from pushtui.engine.plan import Plan
from pushtui.engine.session import ALL, Session
from pushtui.engine.threads import in_thread
from pushtui.entra.browser import REDIRECT
from pushtui.procedure import chain
from pushtui.procedure.model import Ask, Change, Consent, Status, StepId
from pushtui.profile import VALIDATORS, Profile
from pushtui.reporting import doctor, plain, sentences
from pushtui.reporting.document import document

T = TypeVar("T")

FINE, NOT_DONE, WRONG_USAGE, CHANGES, PERSON, INTERRUPTED = 0, 1, 2, 3, 4, 130

FAREWELL = 5.0
"""Seconds that the remote shells are given to close: one that is left open counts against the user's quota."""

_CHANGING = {"apply", "undo", "keys remove", "renew"}
_TOLD = {Level.COMMAND, Level.PROGRESS, Level.WARNING, Level.ERROR}
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said."""

    command: str
    steps: tuple[StepId, ...] = ALL
    probe: bool = False
    json: bool = False
    yes: bool = False
    accepted: frozenset[Consent] = frozenset()
    overwrite_certificate_file: bool = False
    read_only: bool = False
    keys: tuple[str, ...] = ()
    """Thumbprints or SHA-256 of the keys to remove."""
    expired: bool = False
    """Remove the keys whose end has passed."""
    within_days: float | None = None
    """Days before its end from which on `renew` renews; None: as the profile has it."""
    all_of_this_organization: bool = False
    """Remove the keys of AuthConfig's certificates."""
    run_id: str = ""
    """The run to take back; empty: the last one that changed anything."""
    form: str = "markdown"
    """How `report` is written: `markdown`, `html` or `json`."""
    out: str = ""
    """The file that a report or a script is written to, empty: standard output; or the one that a plan is kept in
    instead of applied."""
    file: str = ""
    """The plan to apply, as a file that was written before; empty: one that is made now."""


def run(profile: Profile, options: Options) -> int:
    """Do it; the exit code. Raises `UsageError` and `ReadOnlyRefused` before anything is read."""
    _refuse_bad_fields(profile)
    terminal = Terminal()
    session = Session(profile, terminal, terminal.take, read_only=options.read_only)
    session.overwrite_certificate_file = options.overwrite_certificate_file
    if options.command in _CHANGING and session.read_only and not options.out:
        raise read_only_refused(Side.LOCAL, options.command)
    with terminal.interrupts(session):
        try:
            return _runner(options)(session, options, terminal).run()
        finally:
            session.close()
            session.join(FAREWELL)


def _runner(options: Options) -> type[Run]:
    command = options.command
    if options.file:
        from pushtui.reviewed import ReviewedRun

        return ReviewedRun
    if command in {"check", "plan", "apply", "undo"}:
        return Run
    if command in {"report", "script"}:
        from pushtui.papers import ReportRun, ScriptRun

        return ReportRun if command == "report" else ScriptRun
    from pushtui.upkeep import KeysRun, RenewalRun

    return RenewalRun if command == "renew" else KeysRun


def _refuse_bad_fields(profile: Profile) -> None:
    values = (profile.tenant_domain, profile.certificate_path, profile.exchange.server)
    for (name, judge), value in zip(VALIDATORS.items(), values, strict=True):
        sentence = judge(value)
        if sentence:
            where = clean_line(str(profile.path))
            raise UsageError(f"profile.{name.replace('_', '-')}", f"{name}: {sentence.rstrip('.')}", where=where)


def run_doctor(profile: Profile, *, json: bool) -> int:
    """Test every leg and print the rows; the exit code. What came before an interruption is printed too."""
    clock, terminal, rows = SystemClock(), Terminal(), list[DoctorRow]()

    def take(event: Event) -> None:
        if isinstance(event, DoctorRow):
            rows.append(event)
        else:
            terminal.take(event)

    session, started = Session(profile, terminal, take, read_only=True), clock.now()
    interrupted = False
    with terminal.interrupts(session), contextlib.closing(session):
        try:
            terminal.serve(in_thread(session.doctor, "doctor"), session)
        except Cancelled:
            interrupted = True
    found = ordered(rows)
    if json:
        text = doctor.document(profile, found, started=started, finished=clock.now(), interrupted=interrupted)
    else:
        text = plain.headline(profile) + doctor.table(found)
    terminal.print(text)
    if interrupted:
        terminal.tell(_("Interrupted.") + "\n")
        return INTERRUPTED
    return NOT_DONE if worst(found) is Verdict.FAILED else FINE


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
        return self._planned(lambda: self._session.plan_undo(options.run_id, options.steps))

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


class Terminal:
    """Standard streams and the person behind them, if there is one."""

    def __init__(self) -> None:
        self.interactive = sys.stdin.isatty() and sys.stderr.isatty()
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._busy_until: datetime | None = None
        """Until when the cloud is left alone; counted down for a person."""
        self._counted = ""
        """The countdown that is on the screen, on a line of its own."""
        self._asking = threading.Lock()

    # --- for the session ---------------------------------------------------------------------------------------------

    def secret(self, account: str, purpose: str) -> Secret | None:
        """Ask for a credential, without an echo; None where nobody is there."""
        if not self.interactive:
            return None
        with self._asking:
            return _typed(f"{purpose}, {account}: ")

    def browser(self, url: str, problem: str) -> Secret | None:
        """Show where to sign in and take the address that the browser ended at, without an echo."""
        if not self.interactive:
            self.tell(_("A browser sign-in needs a person at a terminal; for others there is a certificate.") + "\n")
            return None
        with self._asking:
            if problem:
                self.tell(f"{problem}.\n")
            self.tell(_("To sign in, open this address in a browser on any machine:") + f"\n\n{url}\n\n")
            self.tell(
                _("The last page cannot be opened; its address starts with {start}").format(start=REDIRECT) + "\n"
            )
            return _typed(_("Paste that address (it is not shown): "))

    def take(self, event: Event) -> None:
        """An event of the session, from any thread."""
        self._events.put(event)

    # --- for the run -------------------------------------------------------------------------------------------------

    def serve(self, operation: Future[T], session: Session) -> T:
        """Show what happens until the operation is over; its result or its error."""
        while True:
            self._show_next(session)
            try:
                result = operation.result(0)
            except NotYet:
                continue
            finally:
                if operation.done():
                    while not self._events.empty():
                        self._show(self._events.get(), session)
            return result

    def _show_next(self, session: Session) -> None:
        with contextlib.suppress(Empty):
            if self._asking.locked():  # what happens meanwhile must not run into what is being typed
                time.sleep(0.05)
            else:
                self._count_down()
                self._show(self._events.get(timeout=0.1), session)

    def _show(self, event: Event, session: Session) -> None:
        match event:
            case LogLine(level=level) if level in _TOLD or event.source == "pushtui":
                self.tell(f"{event.at.astimezone():%H:%M:%S} {event.source:<8} {event.text}\n")
            case Identity():
                self.tell(sentences.identity(event) + "\n")
            case WaitStarted(wait=wait):
                text = _("{title}: up to {seconds:.0f} s")
                self.tell(text.format(title=sentences.action_title(wait), seconds=wait.seconds) + "\n")
            case SignInCode(url=url, code=code, expires=expires):
                text = _("To sign in, open {url} and type {code} before {time:%H:%M:%S}")
                self.tell(text.format(url=url, code=code, time=expires.astimezone()) + "\n")
                self.tell(sentences.code_warning() + "\n")
            case ServiceBusy(until=until):
                self._busy_until = until
            case AskStarted(ask=ask):
                self._ask_person(ask, session)
            case _:
                pass

    def _count_down(self) -> None:
        """Show how long a busy service is still left alone, where somebody watches; each second over the last."""
        left = 0.0 if self._busy_until is None else (self._busy_until - SystemClock().now()).total_seconds()
        words = _("{seconds:.0f} s left; Ctrl-C cancels").format(seconds=left) if left > 0 and self.interactive else ""
        if words != self._counted:
            self._wipe()
            self._write(words)
            self._counted = words

    def _wipe(self) -> None:
        if self._counted:
            self._counted = ""
            self._write("\r\x1b[K")

    def _ask_person(self, ask: Ask, session: Session) -> None:
        self.tell(_("To be done by you, on {where}: {command}").format(where=ask.where, command=ask.command) + "\n")
        done = self.interactive and self.confirm(_("Is it done?"))
        session.answer(ask.id, done)

    def confirm(self, question: str) -> bool:
        return self.ask(f"{question} [y/N] ").strip().lower() in {"y", "yes", _("yes")}

    def ask(self, question: str) -> str:
        """One line from the person; empty where input ended."""
        with self._asking:
            self.tell(question)
            return sys.stdin.readline()

    def tell(self, text: str) -> None:
        """To standard error; a terminal that has gone is no reason to stop."""
        self._wipe()
        self._write(text)

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)
            sys.stderr.flush()

    def print(self, text: str) -> None:
        """To standard output."""
        sys.stdout.write(text)
        sys.stdout.flush()

    @contextlib.contextmanager
    def interrupts(self, session: Session) -> Iterator[None]:
        """Signals cancel the run; a second one ends the program at once. The terminal's echo is put back."""
        modes = _modes()
        interrupted: list[int] = []

        def stop(number: int, frame: FrameType | None) -> None:
            if interrupted:
                _restore(modes)
                os._exit(INTERRUPTED)
            interrupted.append(number)
            session.cancel()
            if self._asking.locked():
                raise Cancelled  # else the question would go on waiting for its line

        before = {number: signal.signal(number, stop) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            _restore(modes)


def _typed(prompt: str) -> Secret | None:
    """One line, typed or pasted without an echo; None where there was none."""
    try:
        text = getpass.getpass(prompt, stream=sys.stderr)
    except (EOFError, OSError):
        return None
    return Secret(text) if text else None


def _modes() -> list[Any] | None:
    try:
        return termios.tcgetattr(sys.stdin.fileno())
    except (termios.error, OSError, ValueError):
        return None


def _restore(modes: list[Any] | None) -> None:
    if modes is not None:
        with contextlib.suppress(termios.error, OSError, ValueError):
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, modes)
