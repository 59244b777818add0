"""`runs` and `runs show`: what the journals say about one organization. Reads local files only."""

from __future__ import annotations

import sys
from typing import Literal

from pushtui.base.files import state_folder
from pushtui.engine.journal import holder, organization_folder
from pushtui.engine.runs import find_run, read_runs
from pushtui.profile import Profile
from pushtui.reporting import runs
from pushtui.reporting.pages_html import page
from pushtui.reporting.pages_markdown import markdown

Form = Literal["markdown", "html", "json"]


def list_runs(profile: Profile, *, json: bool) -> int:
    """Print the list, oldest first; the exit code."""
    folder = organization_folder(state_folder(), profile)
    found, busy = read_runs(folder), holder(folder) is not None
    sys.stdout.write(runs.listing_json(profile, found, busy=busy) if json else runs.listing(found, busy=busy))
    return 0


def show_run(profile: Profile, run_id: str, form: Form) -> int:
    """Print one run; the exit code. Raises `UsageError` for one that is not there."""
    folder = organization_folder(state_folder(), profile)
    run = find_run(read_runs(folder), run_id)
    written = {"markdown": markdown, "html": page}
    sys.stdout.write(written[form](runs.blocks(run)) if form in written else runs.run_json(run))
    return 0
