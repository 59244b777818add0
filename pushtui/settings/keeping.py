"""Keeps a setting that was chosen on the screen: everything else in the file, comments too, stays as it is."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from pushtui.base.errors import UsageError
from pushtui.base.files import private_folder, problem, write_atomically
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.settings.language import settings_file

_one_at_a_time = Lock()


def keep(name: str, value: str | bool | int | float) -> Path:
    """Write the setting into the settings file, which is made where it is absent; where that is.

    Raises `UsageError` where the file is no TOML, and `FileProblem` where it cannot be read or written.
    """
    import tomlkit
    from tomlkit.exceptions import ParseError

    path = Path(settings_file())
    with _one_at_a_time:
        try:
            document = tomlkit.parse(path.read_text("utf-8-sig") if path.exists() else "")
        except (ParseError, UnicodeDecodeError) as error:
            raise UsageError(
                "settings.not-toml",
                _("{path} is not TOML").format(path=clean_line(str(path))),
                cause=clean_line(str(error)),
            ) from None
        except OSError as error:
            raise problem("settings.unreadable", _("The settings cannot be read"), path, error) from None
        if name in document:
            document[name] = value
        else:  # before any table, or it would be a key of that
            document = tomlkit.parse(tomlkit.dumps({name: value}) + tomlkit.dumps(document))
        private_folder(path.parent)
        write_atomically(path, tomlkit.dumps(document).encode())
    return path
