"""The standard streams: questions, progress and interrupts of a command that has no screen."""

from __future__ import annotations

import contextlib
import getpass
import os
import signal
import sys
import termios
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from datetime import datetime
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any, TypeVar

from pushtui.base.clock import SystemClock
from pushtui.base.errors import Cancelled
from pushtui.base.secret import Secret
from pushtui.base.words import _
from pushtui.commands.exit_codes import INTERRUPTED
from pushtui.engine.events import (
    AskStarted,
    Event,
    Identity,
    Level,
    LogLine,
    ServiceBusy,
    SignInCode,
    WaitStarted,
)
from pushtui.engine.session import Session
from pushtui.entra.browser import REDIRECT
from pushtui.procedure.model import Ask
from pushtui.reporting import sentences

T = TypeVar("T")


_TOLD = {Level.COMMAND, Level.PROGRESS, Level.WARNING, Level.ERROR}
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Terminal:
    """Standard streams and the person behind them, if there is one."""

    def __init__(self) -> None:
        self.interactive = sys.stdin.isatty() and sys.stderr.isatty()
        self._events: SimpleQueue[Event | None] = SimpleQueue()
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
        operation.add_done_callback(lambda _operation: self._events.put(None))  # or its end would be waited for
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

    def _show(self, event: Event | None, session: Session) -> None:
        match event:
            case LogLine(level=level) if level in _TOLD or (event.source == "pushtui" and level is Level.INFO):
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
