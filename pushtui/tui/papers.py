"""Papers from the screen: a report or a script is made on a worker thread and kept beside the journals."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pushtui.base.files import private_folder, state_folder, write_atomically

if TYPE_CHECKING:
    from pushtui.tui.session import SessionLike

SCRIPT = "script"


def make(session: SessionLike, form: str, now: datetime) -> Path:
    """The private file that it is written to. Raises `FileProblem`, and for a script, which reads afresh, whatever a
    plan raises."""
    from pushtui.reporting.papers import FORMS, SUFFIXES  # they read certificates, which the start does not need
    from pushtui.reporting.script import script

    if form == SCRIPT:
        plan = session.plan()
        text = script(plan, session.snapshot())
    else:
        text = FORMS[form](session.snapshot())
    domain = re.sub(r"[^a-z0-9.-]", "_", session.profile.tenant_domain.lower())[:80] or "unnamed"
    path = private_folder(state_folder() / "papers") / f"{domain}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{SUFFIXES[form]}"
    write_atomically(path, text.encode())
    return path
