"""The journal: the append-only record of a run, intent before each change and result after it.

One JSON object a line, each on the disk (fsync) before the run goes on. A run has a file of its own, made with its
first entry, so a line that a crash tore is the last one of its file; :func:`entries` leaves it out.
"""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import re
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pushtui.base.clock import Clock
from pushtui.base.commands import Json
from pushtui.base.errors import PushtuiError
from pushtui.base.files import open_private, private_folder, problem, sync_folder, write_atomically
from pushtui.base.redaction import Redactor
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.profile import Profile

SCHEMA = 1

HOLDER = "running.json"
"""Who holds the organization's folder; of no meaning once nobody does."""
_MOMENT = 0.05


def organization_folder(state: Path, profile: Profile) -> Path:
    """Where the journals of the profile's Exchange organization are: named by the DNS suffix of its servers.

    A lab is a new organization each time, so the port that it was given counts as well.
    """
    server = profile.exchange.server.strip().lower().rstrip(".") or "unnamed"
    suffix = server.partition(".")[2]
    name = suffix if re.search("[a-z]", suffix) else server
    if profile.environment == "lab":
        name = f"lab-{name}-{profile.exchange.port or ''}".rstrip("-")
    return state / re.sub(r"[^a-z0-9.-]", "_", name).strip(".")[:100]


_STAMP = "%Y%m%dT%H%M%SZ"


def new_run_id(now: datetime, folder: Path) -> str:
    """The time, and a tail that nobody guesses. Sorts after every run in the folder: where one was begun in this second
    already, or the clock was set back since, the second after that one stands for the time."""
    known = [time for path in journals(folder) if (time := _begun(path.stem)) is not None]
    time = max([now.astimezone(UTC).replace(microsecond=0), *(each + timedelta(seconds=1) for each in known[-1:])])
    return f"{time:{_STAMP}}-{secrets.token_hex(3)}"


def _begun(run_id: str) -> datetime | None:
    try:
        return datetime.strptime(run_id.partition("-")[0], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


class Journal:
    """One run's record; safe between threads. Raises `FileProblem` where an entry cannot be kept."""

    def __init__(self, folder: Path, run_id: str, header: Mapping[str, Json], clock: Clock, redactor: Redactor) -> None:
        self.run_id = run_id
        self.path = folder / f"{run_id}.jsonl"
        self._header = header
        self._clock = clock
        self._redactor = redactor
        self._lock = threading.Lock()
        self._file = -1

    @property
    def started(self) -> bool:
        """Whether there is an entry, and so a file."""
        return self._file >= 0

    def write(self, kind: str, **values: Json) -> dict[str, Json]:
        """Keep an entry; it is on the disk when this returns. Gives back what was kept."""
        with self._lock:
            try:
                if self._file < 0:
                    private_folder(self.path.parent)
                    self._file = open_private(self.path)
                    sync_folder(self.path.parent)
                    self._append({"kind": "run", "schema": SCHEMA, "run": self.run_id, **self._header})
                return self._append({"kind": kind, **values})
            except OSError as error:
                raise problem("journal.not-written", _("The journal cannot be written"), self.path, error) from None

    def close(self) -> None:
        """Close the file; nothing can be kept afterwards."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def _append(self, entry: dict[str, Json]) -> dict[str, Json]:
        entry = {"at": self._clock.now().isoformat(), **entry}
        line = json.dumps(_redacted(entry, self._redactor), ensure_ascii=True, separators=(",", ":")) + "\n"
        data = memoryview(line.encode())
        whole = os.fstat(self._file).st_size
        try:
            while data:
                data = data[os.write(self._file, data) :]
            os.fsync(self._file)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, whole)  # half a line would spoil the next one
            raise
        return entry


def _redacted(value: Json, redactor: Redactor) -> Json:
    """The same value with every text in it redacted; done before encoding, so that the line stays valid JSON."""
    match value:
        case str():
            return redactor.redact(value)
        case list():
            return [_redacted(item, redactor) for item in value]
        case dict():
            return {key: _redacted(item, redactor) for key, item in value.items()}
        case _:
            return value


@contextmanager
def only_run(folder: Path, now: datetime) -> Iterator[None]:
    """Hold the organization's folder: one run at a time changes it. Raises `PushtuiError` where another one does.

    The lock is the system's own, so it ends with the process, however that ends. Beside it stands who holds it, for
    the others. Raises `FileProblem` where the folder cannot be written.
    """
    private_folder(folder)
    handle = _folder(folder)
    try:
        if not _locked(handle, fcntl.LOCK_EX, tries=5):
            raise PushtuiError(
                "session.other-run",
                _("Another pushtui is changing this organization right now"),
                where=_described(holder(folder) or {}),
                remedy=_("Wait until it has ended, then plan again"),
            )
        note = json.dumps({**who(), "pid": os.getpid(), "since": now.isoformat()})
        write_atomically(folder / HOLDER, note.encode())
        yield
    finally:
        os.close(handle)


def holder(folder: Path) -> dict[str, Any] | None:
    """Who changes the organization right now: their note, as far as it can be read; None while nobody does."""
    try:
        handle = _folder(folder)
    except OSError:
        return None
    try:
        if _locked(handle, fcntl.LOCK_SH):
            return None
    finally:
        os.close(handle)
    try:
        note = json.loads((folder / HOLDER).read_bytes())
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _folder(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _locked(handle: int, kind: int, tries: int = 1) -> bool:
    """Whether the lock was to be had. Who only looks holds it for a moment, which is waited for."""
    for left in reversed(range(tries)):
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if left:
                time.sleep(_MOMENT)
        else:
            return True
    return False


def _described(note: Mapping[str, Any]) -> str:
    """Who that is, on one line."""
    parts = [clean_line(str(note.get("user") or ""))]
    if note.get("ssh_client"):
        parts.append(_("from {address}").format(address=clean_line(str(note["ssh_client"]))))
    if note.get("pid"):
        parts.append(_("process {pid}").format(pid=note["pid"]))
    if note.get("since"):
        parts.append(_("since {time}").format(time=clean_line(str(note["since"])[:19].replace("T", " ")) + " UTC"))
    return ", ".join(part for part in parts if part)


def who() -> dict[str, Json]:
    """The local user, the machine, and where they came from where that is known: ``SSH_CLIENT``, ``SUDO_USER``."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    client = os.environ.get("SSH_CLIENT", os.environ.get("SSH_CONNECTION", "")).partition(" ")[0]
    sudo_user = os.environ.get("SUDO_USER", "")
    return {"user": user, "sudo_user": sudo_user, "ssh_client": client, "host": socket.gethostname()}


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """The entries of a journal, oldest first; a line that is torn or damaged is left out."""
    try:
        data = path.read_bytes()
    except OSError:
        return
    for line in data.split(b"\n"):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict) and isinstance(entry.get("kind"), str):
            yield entry


def journals(folder: Path) -> list[Path]:
    """The journals of an organization, oldest first."""
    return sorted(folder.glob("*.jsonl"))
