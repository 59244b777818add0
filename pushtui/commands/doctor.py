"""`doctor`: every leg of the way to both sides."""

from __future__ import annotations

import contextlib

from pushtui.base.clock import SystemClock
from pushtui.base.errors import Cancelled, PushtuiError
from pushtui.base.words import _
from pushtui.commands.exit_codes import FINE, INTERRUPTED, NOT_DONE
from pushtui.commands.terminal import Terminal
from pushtui.engine.doctor.rows import DoctorRow, Verdict, ordered, worst
from pushtui.engine.events import Event
from pushtui.engine.session import Session
from pushtui.engine.threads import in_thread
from pushtui.profile import Profile
from pushtui.reporting import doctor, plain


def run_doctor(profile: Profile, *, json: bool) -> int:
    """Test every leg and print the rows; the exit code. What came before an early end is printed too."""
    clock, terminal, rows = SystemClock(), Terminal(), list[DoctorRow]()

    def take(event: Event) -> None:
        if isinstance(event, DoctorRow):
            rows.append(event)
        else:
            terminal.take(event)

    session, started = Session(profile, terminal, take, read_only=True), clock.now()
    end: PushtuiError | None = None
    with terminal.interrupts(session), contextlib.closing(session):
        try:
            terminal.serve(in_thread(session.doctor, "doctor"), session)
        except PushtuiError as error:
            end = error
    found = ordered(rows)
    if json:
        text = doctor.document(profile, found, started=started, finished=clock.now(), end=end)
    else:
        text = plain.headline(profile) + doctor.table(found)
    terminal.print(text)
    if isinstance(end, Cancelled):
        terminal.tell(_("Interrupted.") + "\n")
        return INTERRUPTED
    if end is not None:
        terminal.tell(f"pushtui: {end}\n")
        return NOT_DONE
    return NOT_DONE if worst(found) is Verdict.FAILED else FINE
