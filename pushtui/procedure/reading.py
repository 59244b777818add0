"""Looking things up in the facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Answer, Facts, Failure, Finding, Properties, Query

T = TypeVar("T")


@frozen
class Reading(Generic[T]):
    """The records of an answer, or why there are none: a failure, or a `reason` where an object made no sense."""

    items: tuple[T, ...] = ()
    failure: Failure | None = None
    reason: str = ""

    @property
    def failed(self) -> bool:
        return self.failure is not None or bool(self.reason)

    @property
    def first(self) -> T | None:
        return self.items[0] if self.items else None

    def problem(self, code: str, subject: str) -> Finding:
        """That this could not be found out, as a finding; an answer of nothing is a reason, too."""
        arguments = {} if self.failure is not None else {"reason": self.reason or _("empty answer")}
        return finding(code, subject, failure=self.failure, **arguments)


def complete(facts: Facts, queries: Iterable[Query]) -> bool:
    """Whether all of these were answered, one way or another."""
    return all(query in facts.answers for query in queries)


def read(facts: Facts, query: Query, make: Callable[[Properties], T]) -> Reading[T]:
    """The answer as records; an unanswered query reads like one that answered nothing."""
    answer = facts.answers.get(query)
    return Reading() if answer is None else records(answer, make)


def records(answer: Answer, make: Callable[[Properties], T]) -> Reading[T]:
    """The objects of an answer as records."""
    if answer.failure is not None:
        return Reading(failure=answer.failure)
    items = each(answer, make)
    reason = next((item.reason for item in items if isinstance(item, Unreadable)), "")
    return Reading(
        tuple(item for item in items if not isinstance(item, Unreadable)) if not reason else (), None, reason
    )


@frozen
class Unreadable:
    """An object that makes no sense, and why."""

    properties: Properties = field(hash=False)
    reason: str


def each(answer: Answer, make: Callable[[Properties], T]) -> tuple[T | Unreadable, ...]:
    """The objects of an answer one by one, so that one that makes no sense hides no other.

    A large organization has hundreds of certificates, and every step looks at them again after every answer that
    comes in; so what was read once from an answer is kept as long as the answer is.
    """
    return cast("tuple[T | Unreadable, ...]", _each(_Kept(answer), make))


class _Kept:
    """An answer as a key of the cache: the same object, not an equal one (its objects cannot be hashed)."""

    __slots__ = ("answer",)

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and self.answer is other.answer

    def __hash__(self) -> int:
        return id(self.answer)


@lru_cache(maxsize=1024)
def _each(kept: _Kept, make: Callable[[Properties], Any]) -> tuple[Any, ...]:
    return tuple(_one(item, make) for item in kept.answer.objects)


def _one(properties: Properties, make: Callable[[Properties], Any]) -> Any:
    try:
        return make(properties)
    except ValueError as error:
        return Unreadable(properties, str(error))


def is_absence(failure: Failure | None) -> bool:
    """Whether the other side said that there is no such thing, rather than failing to answer."""
    if failure is None:
        return False
    words = f"{failure.code} {failure.identifier}".lower()
    return any(word in words for word in ("not-found", "notfound", "request_resourcenotfound"))
