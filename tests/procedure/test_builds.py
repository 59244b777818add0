"""Exchange versions by name."""

from __future__ import annotations

from datetime import date

import pytest

from pushtui.procedure import builds


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ((15, 0, 712, 24), "Exchange Server 2013 CU2"),
        ((15, 0, 775, 38), "Exchange Server 2013 CU3"),
        ((15, 0, 847, 32), "Exchange Server 2013 SP1 (CU4)"),
        ((15, 0, 1497, 48), "Exchange Server 2013 CU23"),
        ((15, 1, 2507, 18), "Exchange Server 2016 CU23"),
        ((15, 2, 986, 5), "Exchange Server 2019 CU11"),
        ((15, 2, 1544, 25), "Exchange Server 2019 CU14"),
        ((15, 2, 2562, 17), "Exchange Server SE RTM"),
        ((15, 2, 3000, 1), "Exchange Server SE (15.2.3000.1)"),
        ((15, 1, 2508, 1), "Exchange Server 2016 (15.1.2508.1)"),
        ((14, 3, 123, 4), "Exchange Server 2010 SP3"),
        ((14, 3, 999, 4), "Exchange Server 2010 (14.3.999.4)"),
        ((8, 3, 83, 6), "Exchange Server 2007 (8.3.83.6)"),
        ((16, 0, 1, 1), "Exchange Server 16.0 (16.0.1.1)"),
    ],
)
def test_a_build_has_a_name(version: builds.Version, name: str) -> None:
    assert builds.name(version) == name


def test_the_gate_is_exchange_2013_cu3() -> None:
    assert builds.can_proxy((15, 0, 775, 38))
    assert builds.can_proxy((15, 2, 2562, 17))
    assert not builds.can_proxy((15, 0, 775, 37))
    assert not builds.can_proxy((14, 3, 123, 4))
    assert builds.is_legacy((14, 3, 123, 4))
    assert not builds.is_legacy((15, 0, 516, 32))


def test_support_ends_on_a_day_and_is_not_over_before() -> None:
    assert builds.support_ended((15, 0, 1497, 2), date(2023, 4, 10)) is None
    assert builds.support_ended((15, 0, 1497, 2), date(2023, 4, 11)) == date(2023, 4, 11)
    assert builds.support_ended((15, 2, 1544, 4), date(2026, 1, 1)) == date(2025, 10, 14)
    assert builds.support_ended((15, 2, 2562, 17), date(2040, 1, 1)) is None
