"""Whatever the two organizations answer: the check comes to an end, says something readable, and only ever reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pushtui.engine.events import StepReport
from pushtui.procedure import chain
from pushtui.procedure.model import (
    Answer,
    Change,
    ExchangeRead,
    Facts,
    Failure,
    FileRead,
    GraphRead,
    Query,
    Severity,
    Status,
    StepId,
    WindowsRead,
)
from pushtui.profile import Profile
from pushtui.reporting import plain
from pushtui.reporting.document import document

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROUNDS = 12

junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.text(max_size=30),
    st.sampled_from(
        ["", "True", "\x1b[31mred", "2026-13-45", "00000002-0000-0ff1-ce00-000000000000", "A" * 40, "$null"]
    ),
    st.datetimes(timezones=st.just(UTC)),
    st.binary(max_size=40),
    st.lists(st.one_of(st.text(max_size=10), st.integers(), st.none()), max_size=4),
    st.dictionaries(st.sampled_from(["@text", "Major", "name"]), st.text(max_size=10), max_size=2),
)
failures = st.builds(
    Failure,
    st.sampled_from(["exchange.unreachable", "exchange.missing-role", "exchange.not-found", "graph.not-found", "x"]),
    st.text(min_size=1, max_size=30),
    st.sampled_from(["exchange", "graph", "entra"]),
    st.text(max_size=10),
    st.text(max_size=10),
    st.text(max_size=10),
    st.sampled_from(["", "CommandNotFoundException,X", "RpcException"]),
)


def strange(draw: Any, objects: tuple[Any, ...]) -> tuple[dict[str, Any], ...]:
    """The objects with some of their properties gone, or of another kind; or fewer, or more of them."""
    result = [dict(item) for item in objects]
    for item in result:
        for name in list(item):
            match draw(st.integers(0, 24)):
                case 0:
                    del item[name]
                case 1:
                    item[name] = draw(junk)
    match draw(st.integers(0, 14)):
        case 0:
            return ()
        case 1:
            return tuple(result * 2)
        case 2:
            return (*result, {"Name": draw(junk)})
    return tuple(result)


def answer(draw: Any, world: Any, query: Query) -> Answer:
    failure = draw(failures) if draw(st.integers(0, 9)) == 0 else None
    found = world.ask(query)
    ours = isinstance(query, FileRead)  # no organization answers it, so nobody can answer it strangely
    objects = () if failure is not None else found.objects if ours else strange(draw, found.objects)
    offset = draw(st.sampled_from([None, 0.0, -90.0, 1e9, 4000.0]))
    return Answer(objects, NOW, "random", failure=failure or found.failure, clock_offset=offset)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_check_of_anything_ends_reads_only_and_can_be_shown(kit: Any, data: Any) -> None:
    world = data.draw(st.sampled_from([kit.World, kit.done]))()
    asked: set[Query] = set()
    answers: dict[Query, Answer] = {}
    for _round in range(ROUNDS):
        facts = Facts(world.inputs, NOW, dict(answers), {}, world.memory)
        chain.reports(facts)  # half of the answers are as good a state as any
        new = {query for step in chain.STEPS for query in step.queries(facts)} - answers.keys()
        if not new:
            break
        for query in sorted(new, key=repr):
            asked.add(query)
            answers[query] = answer(data.draw, world, query)
    else:
        raise AssertionError("it goes on asking")
    for query in asked:
        match query:
            case ExchangeRead(cmdlet) | WindowsRead(cmdlet):
                assert cmdlet.reads
            case GraphRead(request):
                assert request.reads

    reports = chain.reports(facts)
    assert world.log == []
    for report in reports.values():
        assert all(isinstance(action, Change) is False or action.before != action.after for action in report.actions)
        for finding in report.findings:
            assert finding.severity is not Severity.OK or not finding.explained_by
    shown = {
        step: StepReport(step, report.status, report.findings, report.actions, NOW) for step, report in reports.items()
    }
    text = plain.chain(shown, tuple(StepId))
    assert not set("\x1b\x07\u202e") & set(text)
    assert document("check", Profile(), shown, tuple(StepId), started=NOW, finished=NOW)
    assert all(report.status is not Status.CHECKING for report in reports.values())
