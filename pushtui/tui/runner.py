"""Runs the session's operations, one at a time, each on a daemon thread of its own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pushtui.base import defects
from pushtui.base.errors import Cancelled, PushtuiError
from pushtui.base.values import frozen
from pushtui.profile import Profile
from pushtui.tui.prompts import ScreenPrompts

if TYPE_CHECKING:
    from pushtui.tui.session import SessionFactory, SessionLike


@frozen
class OperationEnded:
    """An operation's thread is through: what it gave back, or why it could not go on."""

    operation: str
    result: Any = None
    error: str = ""
    cancelled: bool = False


class Runner:
    """Owns the session. Everything here returns at once; what takes time happens on threads that nobody waits for.

    The session is made on the first operation's thread, because making one opens files.
    """

    def __init__(self, factory: SessionFactory, profile: Profile, emit: Callable[[object], None]) -> None:
        self._factory = factory
        self._emit = emit
        self._lock = threading.Lock()
        self._session: SessionLike | None = None
        self._cancelled = False
        self._thread: threading.Thread | None = None
        self.profile = profile
        self.prompts = ScreenPrompts(emit)

    @property
    def session(self) -> SessionLike | None:
        """The session, once an operation needed it."""
        return self._session

    @property
    def busy(self) -> bool:
        """Whether an operation runs."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, operation: str, call: Callable[[SessionLike], object]) -> bool:
        """Run `call` on a thread of its own; False when another operation still runs."""
        if self.busy:
            return False
        self._cancelled = False
        self._thread = threading.Thread(
            target=self._run, args=(operation, call), name=f"pushtui-{operation}", daemon=True
        )
        self._thread.start()
        return True

    def _run(self, operation: str, call: Callable[[SessionLike], object]) -> None:
        ended = OperationEnded(operation, cancelled=True)
        try:
            session = self._opened()
            if not self._cancelled:
                ended = OperationEnded(operation, call(session))
        except Cancelled:
            pass
        except PushtuiError as error:
            ended = OperationEnded(operation, error=str(error))
        except Exception as error:  # a defect: the screen stays
            ended = OperationEnded(operation, error=str(defects.kept(error)))
        self._emit(ended)

    def _opened(self) -> SessionLike:
        with self._lock:
            if self._session is None:
                self._session = self._factory(self.profile, self.prompts, self._emit)
            return self._session

    def look(self, call: Callable[[SessionLike], object]) -> None:
        """Do what only looks at local files, beside any operation; called on a worker thread."""
        with contextlib.suppress(PushtuiError, OSError):
            call(self._opened())

    def cancel(self) -> None:
        """Ask the running operation for an end."""
        self._cancelled = True
        self.prompts.decline()
        if self._session is not None:
            self._session.cancel()

    def answer(self, ask_id: str, done: bool) -> None:
        """What the person said to an ask."""
        if self._session is not None:
            self._session.answer(ask_id, done)

    def give_up_sign_in(self) -> None:
        """Nobody will enter the device code that is shown."""
        if self._session is not None:
            self._session.give_up_sign_in()

    def skip(self, wait_id: str) -> None:
        """End a countdown early."""
        if self._session is not None:
            self._session.skip(wait_id)

    def change_profile(self, profile: Profile) -> None:
        """Go on with other settings: the old session is closed behind the scenes. Only while nothing runs."""
        self.profile = profile
        with self._lock:
            old, self._session = self._session, None
        if old is not None:
            threading.Thread(target=old.close, name="pushtui-close", daemon=True).start()

    def close(self, done: Callable[[], object]) -> None:
        """Cancel and close; `done` is called, on another thread, when that is through. Nobody has to wait for it."""
        self.cancel()
        session = self._session

        def close() -> None:
            try:
                if session is not None:
                    session.close()
            finally:
                with contextlib.suppress(RuntimeError):  # whoever waited has gone
                    done()

        threading.Thread(target=close, name="pushtui-close", daemon=True).start()

    def join(self, seconds: float) -> None:
        """Wait for the running operation, at most so long."""
        if self._thread is not None:
            self._thread.join(seconds)
