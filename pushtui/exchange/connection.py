"""A session with one endpoint: cmdlets in, replies out, and only errors of our own.

A session is one shell on the server, opened when it is first needed and again when it is gone. It belongs to one
thread. What goes wrong is translated here, and raised outside of the handler that caught it, so that no request,
response or traceback of the libraries hangs on it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import Cmdlet, Later
from pushtui.base.errors import Cancelled, PushtuiError, ReadOnlyRefused, UsageError
from pushtui.base.secret import Secret
from pushtui.base.text import clean
from pushtui.base.words import _
from pushtui.exchange.batches import Outcome, Reply, attribute, batches, whole
from pushtui.exchange.cmdlet_errors import CmdletError
from pushtui.exchange.connection_failures import timed_out
from pushtui.exchange.endpoint import Endpoint
from pushtui.exchange.failures import answer_lost, translate
from pushtui.exchange.fates import Failure, Fate
from pushtui.exchange.lines import StreamLine
from pushtui.exchange.recovery import Recovery
from pushtui.exchange.sign_in_failures import kerberos_missing
from pushtui.exchange.sockets import Sockets
from pushtui.exchange.tickets import installed

if TYPE_CHECKING:
    from pushtui.exchange.shell import Pipeline, Shell

__all__ = ["CmdletError", "Connection", "Reply", "StreamLine"]

IDLE_SECONDS = 20.0
"""A connection idle for longer may be gone without our knowing: a write takes a new one."""
MAX_UNRELEASED = 50
"""Finished commands that a shell may keep before they are released in passing."""
FAREWELL_SECONDS = 2.0
"""What stopping or closing may cost, each."""


class _Phase(Enum):
    OPENING = "opening"
    SENDING = "sending"
    RUNNING = "running"


class Connection:
    """One session, for the one thread that owns it; others may only read `in_doubt` and call :meth:`abort`."""

    def __init__(
        self, endpoint: Endpoint, password: Secret | None, *, read_only: bool, listen: Callable[[StreamLine], None]
    ) -> None:
        self.endpoint = endpoint
        self.identity = ""
        """As whom the session is signed in, once it is open."""
        self.in_doubt: Cmdlet | None = None
        """A write that has been sent and not been answered yet."""
        self._password = password
        self._read_only = read_only
        self._listen = listen
        self._sockets = Sockets()
        self._aborted = False
        self._shell: Shell | None = None
        self._pipeline: Pipeline | None = None
        self._phase = _Phase.OPENING
        self._last_used = 0.0

    def run(self, cmdlets: Sequence[Cmdlet], cancellation: Cancellation, timeout: float) -> list[Reply]:
        """The replies, in the order of the cmdlets; errors of the cmdlets themselves are in them.

        Reads that can be told apart go out as one pipeline. A write goes alone, and is sent a second time only where
        the first provably did not reach anything. Raises `ReadOnlyRefused` before anything is sent, `AnswerLost`
        where a write was sent and its outcome is unknown (a cancellation included), else `Cancelled`,
        `Unreachable`, `SignInRefused`, `AccessDenied` or `RequestRefused`.
        """
        self._permit(cmdlets)
        deadline = time.monotonic() + timeout
        replies: list[Reply] = [Reply()] * len(cmdlets)
        for batch in batches(cmdlets):
            statements = [cmdlets[position] for position in batch]
            for position, reply in zip(batch, self._ask(statements, cancellation, deadline), strict=True):
                replies[position] = reply
        return replies

    def tidy(self) -> None:
        """Release what the server keeps of finished commands; for idle moments. Never raises."""
        if self._shell is not None and self._shell.unreleased:
            self._shell.release(FAREWELL_SECONDS)

    def close(self) -> None:
        """Delete the shell on the server; never raises, and takes a few seconds at most."""
        shell, self._shell = self._shell, None
        if shell is not None:
            shell.close(FAREWELL_SECONDS)

    def abort(self) -> None:
        """End the call that another thread is in, and every later one but :meth:`close`; for other threads."""
        self._aborted = True
        self._sockets.abort()

    def _permit(self, cmdlets: Sequence[Cmdlet]) -> None:
        for cmdlet in cmdlets:
            if self._read_only and not cmdlet.reads:
                raise ReadOnlyRefused(
                    f"{self.endpoint.side.value}.read-only",
                    _("{cmdlet} was not sent: this run is read-only").format(cmdlet=cmdlet.name),
                    side=self.endpoint.side,
                    where=self.endpoint.where,
                )
            for name, value in cmdlet.parameters:
                if any(isinstance(item, Later) for item in (value if isinstance(value, tuple) else (value,))):
                    raise UsageError(
                        f"{self.endpoint.side.value}.value-unknown",
                        _("{cmdlet} was not sent: -{name} is not known yet").format(cmdlet=cmdlet.name, name=name),
                        side=self.endpoint.side,
                    )

    def _ask(self, statements: list[Cmdlet], cancellation: Cancellation, deadline: float) -> list[Reply]:
        """Their replies; what a common pipeline leaves unclear is asked again alone."""
        outcome = self._exchange(statements, cancellation, deadline)
        if len(statements) == 1:
            return [whole(outcome)]
        return [
            whole(self._exchange([cmdlet], cancellation, deadline)) if reply is None else reply
            for cmdlet, reply in zip(statements, attribute(statements, outcome), strict=True)
        ]

    def _exchange(self, statements: list[Cmdlet], cancellation: Cancellation, deadline: float) -> Outcome:
        """One pipeline, sent a second time where that is safe."""
        recovery = Recovery()
        while True:
            cancellation.check()
            if self._aborted:
                raise Cancelled
            result = self._attempt(statements, cancellation, deadline)
            if isinstance(result, Outcome):
                for cmdlet in statements:
                    self._listen(StreamLine("done", "", cmdlet))
                return result
            opening = self._phase is _Phase.OPENING
            may_repeat = recovery.allows(result, opening=opening) and time.monotonic() + recovery.pause < deadline
            error = self._judge(result, statements[0], may_repeat=may_repeat)
            if error is not None:
                self._tell_failure(error, statements)
                raise error.with_traceback(None)
            self._listen(StreamLine("progress", _("The connection was lost; asking again")))
            cancellation.wait(recovery.pause)

    def _tell_failure(self, error: PushtuiError, statements: list[Cmdlet]) -> None:
        """Why there will be no answer: one line for all, and a word to each."""
        if not isinstance(error, Cancelled):
            self._listen(StreamLine("error", clean(error.what), statements[0] if len(statements) == 1 else None))
        for cmdlet in statements:
            self._listen(StreamLine("lost", clean(str(error)), cmdlet))

    def _attempt(self, statements: list[Cmdlet], cancellation: Cancellation, deadline: float) -> Outcome | Failure:
        """What came of one try. The exceptions of the libraries end here."""
        self._phase = _Phase.OPENING
        writing = None if statements[0].reads else statements[0]
        try:
            shell = self._ready(writing is not None, deadline)
            for cmdlet in statements:
                self._listen(StreamLine("command", clean(cmdlet.text), cmdlet))
            self._phase, self.in_doubt = _Phase.SENDING, writing
            self._pipeline = shell.start(statements, _left(deadline))
            self._phase = _Phase.RUNNING
            return self._collect(self._pipeline, cancellation, deadline)
        except PushtuiError as error:
            return Failure(error, Fate.NEVER_LEFT)
        except Exception as error:
            return translate(error, self.endpoint)
        finally:
            self.in_doubt = None
            self._last_used = time.monotonic()

    def _collect(self, pipeline: Pipeline, cancellation: Cancellation, deadline: float) -> Outcome | Failure:
        """Everything that the pipeline answers, in slices between which an end can be asked for."""
        while not pipeline.done:
            left = deadline - time.monotonic()
            if cancellation.requested or left <= 0:
                pipeline.stop(FAREWELL_SECONDS)
                ended = Cancelled() if cancellation.requested else timed_out(self.endpoint)
                return Failure(ended, Fate.STOPPED)
            for line in pipeline.poll(left):
                self._listen(line)
        return pipeline.outcome

    def _judge(self, failure: Failure, cmdlet: Cmdlet, *, may_repeat: bool) -> PushtuiError | None:
        """The error to raise, or None where the same can safely be sent again."""
        shell, fate = self._shell, failure.fate
        if self._phase is _Phase.OPENING or shell is None:
            return None if may_repeat else failure.error
        lost = not cmdlet.reads and (self._phase is _Phase.RUNNING or fate is Fate.UNKNOWN)
        again = may_repeat and not lost
        if fate is Fate.SHELL_GONE:
            self._shell = None
        elif fate is Fate.UNREAD and shell.used:
            shell.refresh()
        elif fate is Fate.UNKNOWN:
            if again:
                shell.refresh()
            else:
                self.close()
        elif fate not in (Fate.NEVER_LEFT, Fate.REFUSED):
            again = False
        if self._phase is _Phase.RUNNING and self._shell is not None and self._pipeline is not None:
            # It would keep the only runspace of the shell busy.
            self._pipeline.stop(FAREWELL_SECONDS)
        if again:
            return None
        return answer_lost(cmdlet, self.endpoint, failure.error) if lost else failure.error

    def _ready(self, writing: bool, deadline: float) -> Shell:
        """The shell: opened where there is none, on a fresh connection where an old one would put a write at risk."""
        if self._shell is None:
            self._shell = self._opened(deadline)
        elif writing and time.monotonic() - self._last_used > IDLE_SECONDS:
            self._shell.refresh()
        if self._shell.unreleased >= MAX_UNRELEASED:
            self._shell.release(_left(deadline))
        return self._shell

    def _opened(self, deadline: float) -> Shell:
        if self.endpoint.auth == "kerberos" and not installed():
            raise kerberos_missing(self.endpoint)
        from pushtui.exchange.shell import Shell  # pypsrp and requests cost half a second: here, on our thread

        shell = Shell(self.endpoint, self._password, self._sockets)
        try:
            shell.open(_left(deadline))
        except BaseException:
            shell.close(FAREWELL_SECONDS)
            raise
        self.identity = shell.identity
        return shell


def _left(deadline: float) -> float:
    return max(0.5, deadline - time.monotonic())
