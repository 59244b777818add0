"""Questions that a worker thread has and a person answers."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

from pushtui.base.errors import FileProblem
from pushtui.base.files import private_folder, state_folder, write_atomically
from pushtui.base.secret import Secret


class SecretRequest:
    """A credential that somebody waits for."""

    def __init__(self, account: str, purpose: str) -> None:
        self.account = account
        self.purpose = purpose
        self._answer: Secret | None = None
        self._answered = threading.Event()

    def answer(self, secret: Secret | None) -> None:
        """Hand over the credential, or None to decline; only the first answer counts."""
        if not self._answered.is_set():
            self._answer = secret
            self._answered.set()

    def wait(self) -> Secret | None:
        """Block until it is answered."""
        self._answered.wait()
        return self._answer


class AddressRequest(SecretRequest):
    """A sign-in address to open, and somebody who waits for the one that the browser ended at."""

    def __init__(self, url: str, problem: str, file: Path | None) -> None:
        super().__init__("", "")
        self.url = url
        self.problem = problem
        self.file = file
        """Where the address can be read too, by whoever cannot copy it from the screen."""


class ScreenPrompts:
    """Asks on the screen. Workers block until they have their answer; :meth:`decline` lets all of them go."""

    def __init__(self, emit: Callable[[object], None]) -> None:
        self._emit = emit
        self._lock = threading.Lock()
        self._open: list[SecretRequest] = []

    def secret(self, account: str, purpose: str) -> Secret | None:
        """The password or client secret of `account`, or None when the person declines."""
        return self._ask(SecretRequest(account, purpose))

    def browser(self, url: str, problem: str) -> Secret | None:
        """The address that the browser ended at, or None when the person declines."""
        file = state_folder() / f"sign-in-{os.getpid()}.txt"
        try:
            private_folder(file.parent)
            write_atomically(file, f"{url}\n".encode())
            return self._ask(AddressRequest(url, problem, file))
        except FileProblem:
            return self._ask(AddressRequest(url, problem, None))
        finally:
            with contextlib.suppress(OSError):
                file.unlink()

    def _ask(self, request: SecretRequest) -> Secret | None:
        with self._lock:
            self._open.append(request)
        self._emit(request)
        try:
            return request.wait()
        finally:
            with self._lock:
                self._open.remove(request)

    def decline(self) -> None:
        """Answer whatever is open with “no”: the run was cancelled, or the program ends."""
        with self._lock:
            waiting = list(self._open)
        for request in waiting:
            request.answer(None)
