"""What happens now, or what came out last: in words, and as a bar where it is known how far it has got. Pure."""

from __future__ import annotations

from datetime import datetime

from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.engine.events import Counted
from pushtui.procedure.model import Status, Wait
from pushtui.reporting import sentences
from pushtui.tui.actions import key_of
from pushtui.tui.state import TOLD, State
from pushtui.tui.symbols import Symbols
from pushtui.tui.times import countdown, whole
from pushtui.tui.widgets.inked import width_of

LONGEST_BAR = 24
"""Cells of a bar at most: a longer one tells no more."""
_SHORTEST_BAR = 6
_GOOD_BAR = 10


@frozen
class Activity:
    """One thing that happens, in more words and in fewer."""

    words: str
    ink: str = "plain"
    title: str = ""
    """The same in full, where there is room for it."""
    share: float | None = None
    """How much of it is through, 0 to 1; None where nobody knows."""
    figures: str = ""
    """How far it has got, and how long it takes."""
    brief: str = ""
    """The same in a few cells."""
    hint: str = ""
    """What a key does about it."""
    settled: bool = False
    """Whether it takes one line, and not as much as it needs."""
    in_full: str = ""
    """What a key does where that line has no room for all of it."""

    def line(self, room: int, symbols: Symbols) -> str:
        """All of it in `room` cells, as far as there is room: the title goes first, then the bar, then the hint."""
        drawn = self.share is not None and bool(symbols.filled)
        for words, figures, hint, least in (
            (self.title, self.figures, self.hint, _GOOD_BAR),
            (self.words, self.figures, self.hint, _GOOD_BAR),
            (self.words, self.brief, self.hint, _SHORTEST_BAR),
            (self.words, self.brief, self.hint, 0),
            (self.words, self.brief, "", 0),
        ):
            parts = [words, *filter(None, [", ".join(filter(None, (figures, hint)))])]
            left = room - width_of(" ".join(parts))
            if drawn and least:
                parts.insert(1, bar_of(self.share or 0.0, min(LONGEST_BAR, left - 1), symbols))
                left -= least + 1
            if words and left >= 0:
                return " ".join(parts)
        return self.words


def bar_of(share: float, width: int, symbols: Symbols) -> str:
    """``████░░░░░░``; full only when all of it is through."""
    filled = min(int(share * width), width)
    return symbols.filled * filled + symbols.empty * (width - filled)


def share(began: datetime, end: datetime, now: datetime) -> float:
    """How much of a time is over, 0 to 1."""
    return min(1.0, max(0.0, (now - began) / (end - began))) if end > began else 1.0


def activity(state: State, now: datetime) -> Activity:
    """What happens now, or what came out last."""
    if state.notice_until is not None and now < state.notice_until:
        return Activity(*state.notice)
    if not state.operation:
        return _told(state, now)
    if state.cancelling:
        return Activity(_("Cancelling"), "warning")
    return _needed(state, now) or _waiting(state, now) or _working(state, now)


def _told(state: State, now: datetime) -> Activity:
    """What came out last: while it is new in as much room as it needs."""
    words, ink, title = state.message
    if not words:
        return Activity(_("Ready"), "muted")
    if state.told is None or now < state.told + TOLD:
        return Activity(words, ink, title)
    in_full = "" if ink == "ok" else _("{key} shows all").format(key=key_of("attend"))
    return Activity(words, ink, title, settled=True, in_full=in_full)


def _needed(state: State, now: datetime) -> Activity | None:
    """What waits for a person."""
    key = key_of("attend")
    if state.asks:
        return Activity(_("Needs you: press {key}").format(key=key), "warning")
    if state.code is not None:
        words = _("Sign-in: press {key}").format(key=key)
        return _until(words, "warning", state.code_since, state.code.expires, now)
    return None


def _waiting(state: State, now: datetime) -> Activity | None:
    """What waits for time to pass."""
    if state.wait is not None and state.until is not None:
        hint = _("{key} skips").format(key=key_of("skip_wait")) if state.skippable else ""
        title = sentences.action_title(state.wait)
        return _until(_what(state.wait), "accent", state.waits_since, state.until, now, title, hint)
    if state.busy_until is not None and now < state.busy_until:
        hint = _("{key} cancels").format(key=key_of("cancel"))
        return _until(_("Cloud busy"), "warning", state.busy_since, state.busy_until, now, hint=hint)
    return None


def _until(
    words: str, ink: str, began: datetime | None, end: datetime, now: datetime, title: str = "", hint: str = ""
) -> Activity:
    began = began or now
    brief = countdown((end - now).total_seconds())
    figures = _("{left} left of {all}").format(left=brief, all=countdown((end - began).total_seconds()))
    return Activity(words, ink, title, share(began, end, now), figures, brief, hint)


def _what(wait: Wait) -> str:
    """What is waited for, in some twenty cells."""
    return {
        "verification.wait": _("Probes are loading"),
        "certificate.distribution": _("Servers take a copy"),
        "service-principal.visible": _("Tenant takes the key"),
        "renewal.visible": _("Tenant takes the key"),
    }.get(wait.id) or _("Waiting")


def _working(state: State, now: datetime) -> Activity:
    """What takes as long as it takes."""
    words = {
        "undo": _("Taking back"),
        "check": _("Checking"),
        "plan": _("Planning"),
        "apply": _("Applying"),
        "keys": _("Reading"),
        "runs": _("Reading"),
        "doctor": _("Testing"),
        "write": _("Writing"),
        "organization": _("Reading"),
        "console": _("Asking"),
    }.get(state.operation, "")
    spent = whole((now - state.started).total_seconds()) if state.started else ""
    counted = state.counted.get("changes") or state.counted.get("reads")
    if counted is None or not counted.total:
        return Activity(words, "accent", _sending(state), figures=spent, brief=spent)
    figures = f"{_parts(counted)}, {spent}"
    brief = f"{counted.done}/{counted.total}, {spent}"
    return Activity(words, "accent", _sending(state), counted.done / counted.total, figures, brief)


def _parts(counted: Counted) -> str:
    words = _("{done} of {total} changes") if counted.what == "changes" else _("{done} of {total} reads")
    return words.format(done=counted.done, total=counted.total)


def _sending(state: State) -> str:
    """What is being done to a step, as its plan says it."""
    reports = (state.reports[step] for step in state.steps)
    return next(
        (
            sentences.action_title(each.actions[0])
            for each in reports
            if each.status is Status.APPLYING and each.actions
        ),
        "",
    )
