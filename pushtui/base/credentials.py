"""Where the passwords and secrets of a profile come from: never from the command line.

In this order: the command or the file that the profile names, an environment variable (with a warning), a person. The
last of these is left to the caller.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

from pushtui.base.cancellation import Cancellation
from pushtui.base.errors import FileProblem, PushtuiError, UsageError
from pushtui.base.files import one_line, read_secret_file
from pushtui.base.secret import Secret
from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _

COMMAND_SECONDS = 30.0
"""How long a command may take to print a secret; it cannot ask for anything, because it has no terminal."""

VARIABLES = (
    "PUSHTUI_EXCHANGE_PASSWORD",
    "PUSHTUI_WINDOWS_PASSWORD",
    "PUSHTUI_MAIL_PASSWORD",
    "PUSHTUI_CLIENT_SECRET",
    "PUSHTUI_CERTIFICATE_PASSPHRASE",
)
"""The environment variables that are looked at; commands are started without them."""

_OUTPUT_LIMIT = 64 * 1024
_TOLD = 400  # characters of a failed command's complaint that are shown
_LOOK_SECONDS = 0.1  # how often a running command looks at the cancellation


@frozen
class Source:
    """What the profile says about one credential."""

    file: str = ""
    """A private file, or ``credential:NAME`` for one that systemd passes to the service."""
    command: tuple[str, ...] = ()
    """A program and its arguments; no shell is involved."""
    variable: str = ""
    """The environment variable, one of `VARIABLES`."""

    @property
    def given(self) -> bool:
        """Whether there is one without a person."""
        return bool(self.file or self.command or os.environ.get(self.variable))


def read(source: Source, warn: Callable[[str], None], cancellation: Cancellation | None = None) -> Secret | None:
    """The credential, or None where a person must be asked.

    Raises `FileProblem` for a file, `UsageError` (``credential.*``) for a command, `Cancelled` while one runs.
    """
    if source.command:
        return _printed(source.command, cancellation or Cancellation(), os.environ)
    if source.file:
        return read_secret_file(source.file)
    value = os.environ.get(source.variable, "")
    if not value:
        return None
    warn(
        _("{name} is taken from the environment, where every program that this account runs can read it").format(
            name=source.variable
        )
    )
    return Secret(value)


def refuse_two(section: str, sources: Mapping[str, tuple[str, Sequence[str]]]) -> None:
    """Raise `UsageError` where the profile names both a file and a command for one credential."""
    for name, (file, command) in sources.items():
        if file and command:
            raise UsageError(
                "settings.two-sources",
                _("[{section}] names both {name}_file and {name}_command: only one can be used").format(
                    section=section, name=name
                ),
            )


def _printed(command: Sequence[str], cancellation: Cancellation, environment: Mapping[str, str]) -> Secret:
    """What a command prints, without its last line end."""
    name = clean_line(command[0])
    kept = {key: value for key, value in environment.items() if key not in VARIABLES}
    try:
        process = subprocess.Popen(  # noqa: S603  # the admin's own command from the admin's own profile, no shell
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=kept,
            start_new_session=True,  # no terminal, so that it cannot write on our screen, and a group to end as one
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else ""
        raise _failed(name, _("It could not be started: {reason}").format(reason=reason or "?")) from None
    with process:
        try:
            output, complaint = _collect(process, name, cancellation)
            code = process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            raise _failed(name, _("It closed its output but did not end")) from None
        finally:
            if process.returncode is None:  # not reaped yet, so that the group's number is still its own
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
    if code:
        told = clean_line(complaint.decode("utf-8", "replace").strip())[:_TOLD]
        raise _failed(
            name, _("It ended with status {code}: {told}").format(code=code, told=told or _("no reason given"))
        )
    try:
        return one_line(output, name)
    except FileProblem as error:
        problem = error.what
    raise _failed(name, problem)


def _collect(process: subprocess.Popen[bytes], name: str, cancellation: Cancellation) -> tuple[bytes, bytes]:
    """Both outputs to their ends, within the time and size limits."""
    assert process.stdout is not None
    assert process.stderr is not None
    gathered = {process.stdout: bytearray(), process.stderr: bytearray()}
    deadline = time.monotonic() + COMMAND_SECONDS
    with selectors.DefaultSelector() as selector:
        for stream in gathered:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            cancellation.check()
            if time.monotonic() >= deadline:
                raise _failed(name, _("It took longer than {seconds:.0f} s").format(seconds=COMMAND_SECONDS))
            for key, _events in selector.select(_LOOK_SECONDS):
                block = os.read(key.fd, 65536)
                if not block:
                    selector.unregister(key.fileobj)
                elif len(gathered[key.fileobj]) < _OUTPUT_LIMIT:  # type: ignore[index]  # the streams registered above
                    gathered[key.fileobj] += block  # type: ignore[index]
    output, complaint = gathered.values()
    return bytes(output), bytes(complaint)


def _failed(name: str, cause: str) -> PushtuiError:
    return UsageError(
        "credential.command-failed",
        _("The command that should print the credential failed"),
        where=name,
        cause=cause,
        remedy=_("Run it by hand; it must print the secret on one line, and cannot ask for anything"),
    )
