"""Whether a change that was computed anew is the one that was confirmed: the same object, from the same value to the
same value, by the same command.

Three things may differ: what was ``(known after apply)`` and is known since a change of this run gave it; what a change
calls `volatile`, such as a date; and a list that others write, too, of which only what is added and what is taken out
counts. The value before is what was shown, or what an earlier change of the same run left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pushtui.base.commands import Cmdlet, Json, Later, Value
from pushtui.base.values import frozen
from pushtui.procedure.model import (
    Change,
    ExchangeWrite,
    FileRemove,
    FileWrite,
    GraphWrite,
    WindowsWrite,
)

LATER = str(Later(""))
"""How a value that is not known yet stands among values for people."""


@dataclass(slots=True)
class Progress:
    """What this run has sent so far."""

    left: dict[str, tuple[Json, ...]] = field(default_factory=dict)
    """Target → the value that was sent to it last; with the one before it, where what came of that is not known."""
    gave: bool = False
    """Whether something was made whose value the plan could not know."""

    def note(self, change: Change) -> None:
        """This one was sent."""
        self.take(change.target, change.after, volatile=change.volatile)

    def take(self, target: str, after: Json, *unless: Json, volatile: Collection[str] = ()) -> None:
        """This value was sent to it; `unless`: what else it may have now, where the outcome is not known."""
        self.left[target] = (after, *unless)
        given = (str(value) for name, value in _properties(after).items() if name not in volatile)
        self.gave = self.gave or LATER in given


def difference(planned: Change, now: Change, progress: Progress) -> str:
    """What is not as it was confirmed, as a name and two values; empty where the two agree."""
    return _Comparison(planned, now, progress).found()


@frozen
class _Comparison:
    planned: Change
    now: Change
    progress: Progress

    def found(self) -> str:
        planned, now = self.planned, self.now
        if planned.consent is not now.consent or planned.risk is not now.risk:
            return _told("", planned.consent or planned.risk, now.consent or now.risk)
        if not self._same(planned.target, now.target):
            return _told("", planned.target, now.target)
        return (self._list() if planned.backup else self._before() or self._after()) or self._command()

    def _before(self) -> str:
        """Where the world is not as it was shown."""
        expected = self.progress.left.get(self.now.target, (self.planned.before,))
        found = [self._unlike(each) for each in expected]
        return "" if "" in found else found[0]

    def _unlike(self, expected: Json) -> str:
        """Where it is not this value."""
        now = self.now
        if not (isinstance(expected, dict) and isinstance(now.before, dict)):
            return "" if self._same(expected, now.before) else _told("", expected, now.before)
        for name, value in expected.items():
            if name in now.before and name not in now.volatile and not self._same(value, now.before[name]):
                return _told(name, value, now.before[name])
        return ""

    def _after(self) -> str:
        """Where it would become something else. What neither of them changes does not count."""
        planned, now = self.planned, self.now
        if not (isinstance(planned.after, dict) and isinstance(now.after, dict)):
            return "" if self._same(planned.after, now.after) else _told("", planned.after, now.after)
        for name in dict.fromkeys((*_changed(planned), *_changed(now))):
            old, new = planned.after.get(name), now.after.get(name)
            if name not in now.volatile and not self._same(old, new):
                return _told(name, old, new)
        return ""

    def _list(self) -> str:
        """Where it would add, or take out, something else. One that is pinned is good for the whole list only."""
        planned, now = self.planned, self.now
        for name in dict.fromkeys((*_properties(planned.after), *_properties(now.after))):
            was, becomes = _items(planned, name)
            is_, will_be = _items(now, name)
            for old, new in ((becomes - was, will_be - is_), (was - becomes, is_ - will_be)):
                hidden = self.progress.gave and old[LATER] == old.total() == new.total()
                if old != new and not hidden:
                    return _told(name, sorted(old), sorted(new))
            if planned.pinned and was != is_:
                return _told(name, sorted(was), sorted(is_))
        return ""

    def _command(self) -> str:
        match self.planned.command, self.now.command:
            case (ExchangeWrite(old), ExchangeWrite(new)):
                return self._cmdlet(old, new)
            case (WindowsWrite(old, there), WindowsWrite(new, here)):
                return _told("", there, here) if there != here else self._cmdlet(old, new)
            case (GraphWrite(old), GraphWrite(new)) if (old.method, old.path) == (new.method, new.path):
                return ""  # its body is the list, compared as that
            case (FileWrite(there, old), FileWrite(here, new)) if there == here:
                hidden = old is None and self.progress.gave
                return "" if hidden or old == new else _told("", there, here)
            case (FileRemove(there), FileRemove(here)) if there == here:
                return ""
        return _told("", self.planned.command.text, self.now.command.text)

    def _cmdlet(self, planned: Cmdlet, now: Cmdlet) -> str:
        old, new = dict(planned.parameters), dict(now.parameters)
        if planned.name != now.name or list(old) != list(new):
            return _told("", planned.text, now.text)
        for name, value in old.items():
            if name not in self.now.volatile and not self._same_parameter(value, new[name]):
                return _told(name, value, new[name])
        return ""

    def _same_parameter(self, planned: Value, now: Value) -> bool:
        return planned == now or (isinstance(planned, Later) and self.progress.gave)

    def _same(self, planned: Json, now: Json) -> bool:
        if isinstance(planned, list) and isinstance(now, list):
            return _counted(planned) == _counted(now)
        return planned == now or (planned == LATER and self.progress.gave and isinstance(now, str))


def _changed(change: Change) -> list[str]:
    """The properties that it gives another value."""
    before, after = _properties(change.before), _properties(change.after)
    return [name for name, value in after.items() if name not in before or before[name] != value]


def _items(change: Change, name: str) -> tuple[Counter[str], Counter[str]]:
    """A list before and after."""
    before, after = _properties(change.before).get(name), _properties(change.after).get(name)
    return _counted(before), _counted(after)


def _counted(value: Json) -> Counter[str]:
    return Counter(str(item) for item in (value if isinstance(value, list) else ()))


def _properties(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _told(name: str, old: object, new: object) -> str:
    words = f"{_shown(old)} → {_shown(new)}"
    return f"{name}: {words}" if name else words


def _shown(value: object) -> str:
    match value:
        case None | "" | []:
            return "–"
        case datetime():
            return value.isoformat()
        case list():
            return ", ".join(str(item) for item in value)
        case _:
            return str(value)
