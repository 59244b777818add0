"""Which reads go together, and whose answer is whose."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.commands import Cmdlet
from pushtui.exchange.batches import OUTPUT_TYPES, Outcome, attribute, batches
from pushtui.exchange.cmdlet_errors import CmdletError

SERVERS, CONFIG = Cmdlet.of("Get-ExchangeServer"), Cmdlet.of("Get-AuthConfig")
CERTIFICATES = Cmdlet.of("Get-ExchangeCertificate")
NAMES = [*sorted(OUTPUT_TYPES), "Get-Something", "Set-AuthConfig", "Invoke-MonitoringProbe", "New-AuthServer"]


def item(kind: str) -> dict[str, Any]:
    return {"@types": (kind,), "@text": ""}


def error(cmdlet: str) -> CmdletError:
    return CmdletError("no", "X", "", "", "", "", cmdlet=cmdlet)


@given(st.lists(st.sampled_from(NAMES), max_size=12))
def test_batches_hold_every_cmdlet_once_and_keep_writes_in_place(names: list[str]) -> None:
    cmdlets = [Cmdlet.of(name) for name in names]
    plan = batches(cmdlets)
    order = [position for batch in plan for position in batch]
    assert sorted(order) == list(range(len(cmdlets)))
    for batch in plan:
        kinds = [kind for position in batch for kind in OUTPUT_TYPES.get(names[position].lower(), ())]
        assert len(kinds) == len(set(kinds)), "types tell their statements apart"
        assert len({names[position].lower() for position in batch}) == len(batch)
        assert len(batch) == 1 or all(names[position].lower() in OUTPUT_TYPES for position in batch)
    for position, cmdlet in enumerate(cmdlets):
        if not cmdlet.reads:
            at = order.index(position)
            assert set(order[:at]) == set(range(position)), "a write neither overtakes nor is overtaken"


def test_objects_by_type_errors_and_warnings_by_name() -> None:
    outcome = Outcome(
        objects=[item("Microsoft.X.ExchangeServer"), item("Selected.Deserialized.Y.AuthConfig")],
        warnings=[("Get-AuthConfig", "old")],
        errors=[error("GetExchangeServer")],
    )
    servers, config = attribute([SERVERS, CONFIG], outcome)
    assert servers is not None
    assert config is not None
    assert len(servers.objects) == len(config.objects) == 1
    assert config.warnings == ("old",)
    assert [each.cmdlet for each in servers.errors] == ["GetExchangeServer"]


def test_objects_of_unknown_types_by_the_properties_that_were_selected() -> None:
    unknown = Cmdlet.of("Get-Something", ("Name", "Result"))
    same = Cmdlet.of("Get-Other", ("Result", "Name"))
    bare = Cmdlet.of("Get-Bare")
    assert batches([SERVERS, unknown, bare, same, unknown]) == [[0, 1], [2], [3], [4]]
    mine = {**item("Selected.Lab.Unknown"), "name": "a", "Result": None}
    replies = attribute([SERVERS, unknown], Outcome(objects=[mine, item("Microsoft.X.ExchangeServer")]))
    assert [len(reply.objects) for reply in replies if reply is not None] == [1, 1]
    more = {**mine, "Third": 1}
    assert attribute([SERVERS, unknown], Outcome(objects=[more])) == [None, None]


def test_one_thing_that_nobody_owns_makes_all_uncertain() -> None:
    for outcome in (
        Outcome(objects=[item("Lab.Unknown")]),
        Outcome(objects=[{"@types": (), "@text": "text"}]),
        Outcome(errors=[error("")]),
        Outcome(errors=[error("Get-Other")]),
        Outcome(warnings=[("", "whose?")]),
    ):
        assert attribute([SERVERS, CONFIG], outcome) == [None, None]


def test_a_failed_pipeline_tells_nothing_about_what_came_after() -> None:
    outcome = Outcome(objects=[item("X.ExchangeServer")], errors=[error("Get-AuthConfig")], failed=True)
    servers, config, certificates = attribute([SERVERS, CONFIG, CERTIFICATES], outcome)
    assert servers is not None
    assert config is not None
    assert certificates is None
    assert attribute([SERVERS, CONFIG], Outcome(failed=True)) == [None, None]


def test_a_statement_that_is_to_end_the_others_gives_them_its_error() -> None:
    """A server that is gone costs one time-out: what came after it was not asked, and is not asked again."""
    first = Cmdlet.of("Get-ExchangeCertificate", Server="ex02", ErrorAction="Stop")
    cmdlets = [first, Cmdlet.of("Get-ServerComponentState", Identity="ex02"), Cmdlet.of("Get-ServerHealth")]
    for name in ("GetExchangeCertificate", ""):  # the record need not name whom the pipeline's end comes from
        replies = attribute(cmdlets, Outcome(errors=[error(name)], failed=True))
        assert [reply is not None and [each.message for each in reply.errors] for reply in replies] == [["no"]] * 3


def test_the_end_of_a_pipeline_that_another_statement_brought_about_is_asked_about_again() -> None:
    first = Cmdlet.of("Get-ExchangeCertificate", Server="ex02", ErrorAction="Stop")
    cmdlets = [first, Cmdlet.of("Get-ServerComponentState", Identity="ex02"), Cmdlet.of("Get-ServerHealth")]
    one, two, three = attribute(cmdlets, Outcome(errors=[error("GetServerComponentState")], failed=True))
    assert one is not None
    assert one.errors == ()
    assert two is not None
    assert two.errors
    assert three is None


def test_every_reply_of_a_pipeline_has_the_clock_of_its_answer() -> None:
    replies = attribute([SERVERS, CONFIG], Outcome(clock_offset=-12.5))
    assert [reply is not None and reply.clock_offset for reply in replies] == [-12.5, -12.5]
