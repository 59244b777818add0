"""The organization in tables: problems first, sortable, and everything about a certificate or a key."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.procedure.model import Severity
from pushtui.procedure.overview import Presence, Use, overview
from pushtui.reporting import inventory
from pushtui.reporting.pages import Cell
from pushtui.tui.tables import GAP, Column, Table, fit
from pushtui.tui.terminal import Terminal

_SPEC = importlib.util.spec_from_file_location(
    "model_for_the_screen", Path(__file__).parent.parent / "procedure" / "conftest.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
model = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = model  # dataclasses look their module up
_SPEC.loader.exec_module(model)
KIT = model.Kit


@dataclass
class Known:
    """A snapshot, as far as the view needs one."""

    facts: Any
    findings: Any
    checked: bool = True

    def overview(self) -> Any:
        return overview(self.facts, self.findings)


def broken() -> Any:
    """EX02 lacks the certificate that AuthConfig names."""
    world = KIT.done()
    world.stores[KIT.EX02] = []
    return world


def known(world: Any) -> Known:
    facts = world.fresh()
    return Known(facts, world.findings())


def showing(world: Any) -> Any:
    def prepare(session: Any) -> None:
        session.snapshot = lambda: known(world)

    return prepare


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_problems_are_first_and_the_selected_row_is_told_in_full(drive: Any, size: tuple[int, int]) -> None:
    async with drive(size=size, prepare=showing(broken())) as it:
        await it.press("i")
        await it.until_text("[Servers: 3]")
        rows = [line for line in it.text.splitlines() if "lab.example" in line]
        assert KIT.EX02 in rows[0]
        assert "missing" in rows[0]
        await it.press("enter")
        await it.until_text("In full")
        assert "current certificate" in it.text
        await it.press("escape", "escape")
        await it.until_text("Trust chain")


async def test_every_fact_of_a_certificate_and_of_a_key_is_there(drive: Any) -> None:
    async with drive(size=(120, 60), prepare=showing(broken())) as it:
        await it.press("i", "tab")
        await it.until_text("[Certificates: 1]")
        thumbprint = KIT.thumb(KIT.make_der())
        await it.until_text(thumbprint)
        for words in ("SHA-256", "issuer", "DNS names", f"on {KIT.EX01}", "missing", "yes, as a key"):
            assert words in it.text
        await it.press("tab")
        await it.until_text("[Keys in the tenant: 1]")
        assert "current certificate of this organization" in it.text
        assert thumbprint in it.text


async def test_the_table_is_sorted_by_any_column_and_back(drive: Any) -> None:
    async with drive(size=(120, 40), prepare=showing(broken())) as it:
        await it.press("i")
        await it.until_text("problems first")
        await it.press("s")
        await it.until_text("by Server")
        table = it.app.screen.table
        assert [table._table.names[place] for place in table._order] == [KIT.EX01, KIT.EX02, KIT.EX03]
        await it.press("S")
        assert [table._table.names[place] for place in table._order] == [KIT.EX03, KIT.EX02, KIT.EX01]
        assert table._table.names[table.row] == KIT.EX02, "the selected row stays selected"


async def test_r_reads_everything_again(drive: Any) -> None:
    async with drive(prepare=showing(broken())) as it:
        await it.press("i")
        await it.until_text("[Servers: 3]")
        await it.press("r")
        await it.until(lambda: any(call[0] == "check" for call in it.session.calls))
        await it.until_text("[Servers: 3]")


async def test_a_terminal_without_unicode_gets_none(drive: Any) -> None:
    terminal = Terminal(unicode=False, own_colours=False, frames=50, usable=True)
    async with drive(size=(120, 70), prepare=showing(broken()), terminal=terminal) as it:
        await it.press("i")
        await it.until_text("[Servers: 3]")
        assert it.text.isascii()


def test_the_overview_says_who_has_what() -> None:
    world = broken()
    world.stores[KIT.EX03][0].private_key = False
    found = known(world).overview()
    presence = {view.fqdn: view.presence[Use.CURRENT] for view in found.servers}
    assert presence == {
        KIT.EX01: Presence.HELD,
        KIT.EX02: Presence.ABSENT,
        KIT.EX03: Presence.WITHOUT_KEY,
    }
    assert found.servers[-1].fqdn == KIT.EX01
    assert found.servers[-1].severity is not Severity.ATTENTION
    (certificate,) = found.certificates
    assert certificate.uses == (Use.CURRENT,)
    assert certificate.key is not None


WIDTHS = st.lists(st.tuples(st.text("ab", max_size=12), st.integers(1, 12), st.integers(0, 30)), min_size=1, max_size=6)


@given(WIDTHS, st.integers(10, 120))
def test_a_table_fits_its_width_as_far_as_it_can(columns: list[tuple[str, int, int]], width: int) -> None:
    made = [Column(title, (Cell("x" * size),), least=least) for title, least, size in columns]
    laid = fit(made, width)
    assert [place for place, _size in laid] == list(range(len(laid)))
    total = sum(size for _place, size in laid) + GAP * (len(laid) - 1)
    assert total <= max(width, min(made[0].natural, made[0].least)) or len(laid) == 1
    assert all(size <= made[place].natural for place, size in laid)


@given(st.lists(st.text("abc", max_size=3), max_size=6))
def test_sorting_loses_no_row(names: list[str]) -> None:
    table = Table((Column("n", tuple(Cell(name) for name in names)),), tuple(names))
    for column in (-1, 0):
        for reverse in (False, True):
            assert sorted(table.sorted(column, reverse=reverse)) == list(range(len(names)))
    assert [names[place] for place in table.sorted(0)] == sorted(names, key=str.lower)


def test_what_is_wrong_is_said_before_with_what_so_that_a_narrow_column_shows_it() -> None:
    cell = inventory.states_cell({"MSExchangeHM": "Stopped", "MSExchangeServiceHost": "Running"}, "Running")
    assert cell.text == "Stopped: MSExchangeHM"
