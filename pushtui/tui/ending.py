"""How the application ends, whoever wants it to: a person, a signal, a terminal that is gone, a defect."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading

from pushtui.base import defects
from pushtui.tui import hangup, screens
from pushtui.tui.conductor import Conductor
from pushtui.tui.mixins import AppPart

CLOSING_SECONDS = 0.8
"""How long the end waits for the session to close itself."""
HANGUP_SECONDS = 3.0
"""How long a lost terminal lets a change that is under way note its outcome."""


class Ends(AppPart):
    """Ends within a second, with the session closed behind it."""

    conductor: Conductor
    leaving = False
    """Whether the end has begun: nothing is shown any more."""
    _gone = False

    def ask_to_quit(self) -> None:
        """Quit, after a question while something runs."""
        if not self.conductor.state.busy:
            self.leave(0)
        elif isinstance(self.screen, screens.QuitScreen):
            self.leave(130)
        else:
            self.push_screen(
                screens.QuitScreen(self.conductor.state.operation),
                lambda quitting: self.leave(130) if quitting else None,
            )

    async def action_quit(self) -> None:
        self.ask_to_quit()

    def leave(self, code: int) -> None:
        """Close the session, at most so long as it may take, and end."""
        if not self.leaving:
            self.leaving = True
            self.run_worker(self._leave(code), exclusive=True, name="leave")

    async def _leave(self, code: int) -> None:
        loop, closed = asyncio.get_running_loop(), asyncio.Event()
        self.conductor.runner.close(lambda: loop.call_soon_threadsafe(closed.set))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(closed.wait(), CLOSING_SECONDS)
        self.exit(code, return_code=code)

    def listen_to_signals(self) -> None:
        """End on SIGTERM, and when the terminal goes away."""
        if threading.current_thread() is threading.main_thread() and not self.is_headless:
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTERM, self.leave, 143)
            loop.add_signal_handler(signal.SIGHUP, self._hung_up)
            hangup.watch(sys.stdin.fileno(), lambda: loop.call_soon_threadsafe(self._hung_up))

    def _hung_up(self) -> None:
        """The terminal is gone: nothing can be painted or read any more, so end without either."""
        if self._gone:
            return
        self.leaving = self._gone = True

        def end() -> None:
            runner = self.conductor.runner
            runner.cancel()
            runner.join(HANGUP_SECONDS)
            closed = threading.Event()
            runner.close(closed.set)
            closed.wait(CLOSING_SECONDS)
            from pushtui.engine.connections import farewell

            farewell()
            os._exit(129)

        threading.Thread(target=end, name="pushtui-hangup", daemon=True).start()

    def _fatal_error(self) -> None:
        """A defect: a sentence in place of Textual's traceback, which shows values."""
        error = sys.exception() or self._exception  # that of a worker comes in a wrapping
        if error is not None and not self._exit_renderables:
            self._exit_renderables.append(f"pushtui: {defects.kept(error)}")
        self.bell()
        self._close_messages_no_wait()
