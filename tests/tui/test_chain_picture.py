"""The chain drawn: link by link, and between which two values, at every width."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.engine.events import StepReport
from pushtui.procedure.model import Finding, Severity, Status, StepId
from pushtui.tui.chain_picture import ChainPicture
from pushtui.tui.symbols import ASCII, UNICODE
from pushtui.tui.terminal import Terminal
from pushtui.tui.widgets.inked import width_of

ONE, OTHER = "11111111-2222-3333-4444-555555555555", "22222222-2222-3333-4444-555555555555"
REALM = Finding("auth-server.other-realm", Severity.CHANGE, "MicrosoftSts", expected=OTHER, observed=ONE)


def chain(**broken: StepReport) -> dict[StepId, StepReport]:
    fine = Finding("tenant.domain-verified", Severity.OK, "fabrikam.com")
    reports = {step: StepReport(step, Status.OK, (fine,)) for step in StepId}
    return reports | {report.id: report for report in broken.values()}


def broken() -> dict[StepId, StepReport]:
    step = StepId.AUTH_SERVER
    return chain(auth=StepReport(step, Status.CHANGE_NEEDED, (REALM,)))


def drawn(reports: dict[StepId, StepReport], width: int, symbols: Any = UNICODE) -> list[str]:
    lines = ChainPicture(reports, symbols).lines(width)
    return ["".join(words for words, _ink in line).rstrip() for line in lines]


@pytest.mark.parametrize("width", [78, 118, 198])
def test_it_says_between_which_two_values_it_breaks(width: int) -> None:
    text = drawn(broken(), width)
    assert any("realm 11111111… ≠ tenant 22222222…" in line for line in text)
    assert any("╳" in line for line in text)
    assert max(map(width_of, text)) <= width
    for name in ("Tenant", "Exchange", "Auth cert", "Auth server", "Service prin", "Push proxy", "Verification"):
        assert any(name in line for line in text)


@pytest.mark.parametrize("width", [78, 118, 198])
def test_a_chain_that_holds_has_no_break(width: int) -> None:
    assert not any("╳" in line or "≠" in line for line in drawn(chain(), width))


@pytest.mark.parametrize("width", [78, 118, 198])
def test_ascii_is_enough(width: int) -> None:
    text = drawn(broken(), width, ASCII)
    assert all(line.isascii() for line in text)
    assert any("realm 11111111~ != tenant 22222222~" in line for line in text)


def test_a_consequence_is_no_break_of_its_own() -> None:
    reports = broken()
    missing = Finding(
        "service-principal.key-missing", Severity.CHANGE, "app", expected="A" * 40, arguments={"keys": "0"}
    )
    reports[StepId.SERVICE_PRINCIPAL] = StepReport(StepId.SERVICE_PRINCIPAL, Status.CHANGE_NEEDED, (missing,))
    assert any("no key in the tenant ≠ certificate AAAAAAAA…" in line for line in drawn(reports, 78))


@given(st.integers(60, 240), st.text(max_size=80), st.text(max_size=80), st.sampled_from(list(Status)))
def test_whatever_servers_say_stays_inside(width: int, expected: str, observed: str, status: Status) -> None:
    finding = Finding("certificate.unreadable", Severity.FAILURE, observed, expected, observed)
    reports = chain(one=StepReport(StepId.CERTIFICATE, status, (finding,)))
    for line in drawn(reports, width):
        assert width_of(line) <= width
        assert "\n" not in line
        assert "\x1b" not in line


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_m_draws_it(drive: Any, size: tuple[int, int]) -> None:
    def prepare(session: Any) -> None:
        session.outcomes[StepId.AUTH_SERVER] = broken()[StepId.AUTH_SERVER]

    async with drive(size=size, prepare=prepare) as it:
        await it.press("R")
        await it.until_idle()
        await it.press("m")
        await it.until_text("realm 11111111… ≠ tenant 22222222…")
        await it.press("escape")
        await it.until_text("Trust chain")


async def test_a_terminal_without_unicode_gets_none(drive: Any) -> None:
    terminal = Terminal(unicode=False, own_colours=False, frames=50, usable=True)
    async with drive(size=(120, 40), terminal=terminal) as it:
        await it.press("m")
        await it.until_text("link by link")
        assert it.text.isascii()
