"""Local files: where they live, and how they are written so that a crash never leaves half of one."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from pushtui.base.errors import FileProblem
from pushtui.base.secret import Secret
from pushtui.base.text import clean_line
from pushtui.base.words import _

SYSTEMD_CREDENTIAL = "credential:"
_SECRET_LIMIT = 64 * 1024


def config_folder() -> Path:
    """``$XDG_CONFIG_HOME/pushtui``: the profiles."""
    return _base("XDG_CONFIG_HOME", ".config") / "pushtui"


def state_folder() -> Path:
    """``$XDG_STATE_HOME/pushtui``: journals, backups and logs."""
    return _base("XDG_STATE_HOME", ".local/state") / "pushtui"


def _base(variable: str, fallback: str) -> Path:
    """The XDG Base Directory Specification ignores relative values."""
    value = os.environ.get(variable, "")
    return Path(value) if os.path.isabs(value) else Path.home() / fallback


def private_folder(path: Path) -> Path:
    """The folder, made with mode 0700 where it was absent (parents too). Raises `FileProblem`."""
    try:
        for folder in (*reversed(path.parents), path):
            if not folder.exists():
                folder.mkdir(mode=0o700, exist_ok=True)
        if not path.is_dir():
            raise NotADirectoryError(20, "Not a directory")
    except OSError as error:
        raise problem("file.no-folder", _("The folder cannot be made"), path, error) from None
    return path


def write_atomically(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace the file as one step: whoever reads sees the old content or the new, never a part.

    A symbolic link is followed, so that a linked profile stays linked. Raises `FileProblem`.
    """
    target = Path(os.path.realpath(path))
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
        sync_folder(target.parent)
    except OSError as error:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)
        raise problem("file.not-written", _("The file cannot be written"), path, error) from None


def remove(path: Path) -> None:
    """Take the file away; one that is not there is no error. Raises `FileProblem`."""
    try:
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise problem("file.not-removed", _("The file cannot be removed"), path, error) from None


def sync_folder(path: Path) -> None:
    """Make a new name in the folder survive a power cut, as fsync does for the content."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_private(path: Path) -> int:
    """A descriptor to append to, mode 0600 from the start, never through a symbolic link. Raises `FileProblem`."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise problem("file.not-written", _("The file cannot be written"), path, error) from None


def read_private(path: str | Path, limit: int) -> bytes:
    """A small file that holds a credential and that only its owner may read; ``credential:NAME`` is systemd's.

    Checked on the open file, so that nobody can swap it in between. Raises `FileProblem`; never shows the content.
    """
    given = str(path)
    place = _systemd_credential(given) if is_systemd_credential(given) else Path(given).expanduser()
    try:
        handle = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # or a pipe would wait for its writer
        try:
            # systemd grants a service's user its credentials by an ACL, which shows as permission of the group
            _refuse_open_secret(place, os.fstat(handle), others=0o007 if is_systemd_credential(given) else 0o077)
            content = os.read(handle, limit + 1)
        finally:
            os.close(handle)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error if isinstance(error, OSError) else OSError(22, os.strerror(22))
        raise problem("file.not-read", _("The secret file cannot be read"), place, reason) from None
    if len(content) > limit:
        raise FileProblem("file.too-large", _("The secret file is too large"), where=clean_line(str(place)))
    return content


def is_systemd_credential(text: str) -> bool:
    """Whether a setting names a credential that systemd passes to the service (``LoadCredential=``)."""
    return text.startswith(SYSTEMD_CREDENTIAL)


def _systemd_credential(text: str) -> Path:
    """The file of ``credential:NAME`` (systemd: "System and Service Credentials")."""
    name, folder = text.removeprefix(SYSTEMD_CREDENTIAL), os.environ.get("CREDENTIALS_DIRECTORY", "")
    if not name or name in {".", ".."} or "/" in name or not os.path.isabs(folder):
        raise FileProblem(
            "file.no-credential",
            _("systemd passed no credential “{name}” to this process").format(name=clean_line(name)),
            remedy=_("Add LoadCredential={name}:/path/to/file to the unit").format(name=clean_line(name)),
        )
    return Path(folder) / name


def read_secret_file(path: str | Path) -> Secret:
    """The one line of a private file. Raises `FileProblem`; never shows the content."""
    return one_line(read_private(path, _SECRET_LIMIT), clean_line(str(path)))


def one_line(content: bytes, where: str) -> Secret:
    """The secret in what a file or a command gave: one line of UTF-8. Raises `FileProblem`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileProblem("file.not-text", _("A secret must be UTF-8 text"), where=where) from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text or {"\n", "\r", "\0"} & set(text):
        raise FileProblem("file.no-secret", _("A secret must be one line and nothing else"), where=where)
    return Secret(text)


def _refuse_open_secret(path: Path, status: os.stat_result, others: int = 0o077) -> None:
    where = clean_line(str(path))
    if not stat.S_ISREG(status.st_mode):
        raise FileProblem("file.not-a-file", _("A secret is expected in a file, and this is none"), where=where)
    if status.st_uid not in (os.geteuid(), 0):
        raise FileProblem("file.others-own", _("The secret file belongs to another user"), where=where)
    if status.st_mode & others:
        raise FileProblem(
            "file.others-read",
            _("The secret file can be read by others"),
            where=where,
            remedy=_("Take the permission away: chmod 600 {path}").format(path=where),
        )


def problem(code: str, what: str, path: Path, error: OSError) -> FileProblem:
    """A `FileProblem` with the system's own reason as the cause."""
    return FileProblem(
        code, what, where=clean_line(str(path)), cause=clean_line(error.strerror or type(error).__name__)
    )
