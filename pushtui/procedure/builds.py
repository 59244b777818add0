"""Exchange versions by name, the gate of the procedure, and the end of support.

`Get-ExchangeServer` shows the cumulative update: later security updates keep its build number and change only the
revision, so the third number names it. Source: "Exchange Server build numbers and release dates" (Microsoft Learn).
"""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

Version: TypeAlias = tuple[int, int, int, int]

GATE: Version = (15, 0, 775, 38)
"""Exchange 2013 CU3, the first that can proxy push notifications."""

_SE_BUILD = 2562
"""Exchange SE kept 15.2: only the build tells it from 2019."""

_UPDATES: dict[tuple[int, int], dict[int, str]] = {
    (15, 0): {
        516: "RTM",
        620: "CU1",
        712: "CU2",
        775: "CU3",
        847: "SP1 (CU4)",
        913: "CU5",
        995: "CU6",
        1044: "CU7",
        1076: "CU8",
        1104: "CU9",
        1130: "CU10",
        1156: "CU11",
        1178: "CU12",
        1210: "CU13",
        1236: "CU14",
        1263: "CU15",
        1293: "CU16",
        1320: "CU17",
        1347: "CU18",
        1365: "CU19",
        1367: "CU20",
        1395: "CU21",
        1473: "CU22",
        1497: "CU23",
    },
    (15, 1): {
        225: "RTM",
        396: "CU1",
        466: "CU2",
        544: "CU3",
        669: "CU4",
        845: "CU5",
        1034: "CU6",
        1261: "CU7",
        1415: "CU8",
        1466: "CU9",
        1531: "CU10",
        1591: "CU11",
        1713: "CU12",
        1779: "CU13",
        1847: "CU14",
        1913: "CU15",
        1979: "CU16",
        2044: "CU17",
        2106: "CU18",
        2176: "CU19",
        2242: "CU20",
        2308: "CU21",
        2375: "CU22",
        2507: "CU23",
    },
    (15, 2): {
        221: "RTM",
        330: "CU1",
        397: "CU2",
        464: "CU3",
        529: "CU4",
        595: "CU5",
        659: "CU6",
        721: "CU7",
        792: "CU8",
        858: "CU9",
        922: "CU10",
        986: "CU11",
        1118: "CU12",
        1258: "CU13",
        1544: "CU14",
        1748: "CU15",
        2562: "RTM",
    },
    (14, 0): {639: "RTM"},
    (14, 1): {218: "SP1"},
    (14, 2): {247: "SP2"},
    (14, 3): {123: "SP3"},
}

_SUPPORT_ENDS = {
    "Exchange Server 2007": date(2017, 4, 11),
    "Exchange Server 2010": date(2020, 10, 13),
    "Exchange Server 2013": date(2023, 4, 11),
    "Exchange Server 2016": date(2025, 10, 14),
    "Exchange Server 2019": date(2025, 10, 14),
}


def number(version: Version) -> str:
    """``15.0.775.38``"""
    return ".".join(map(str, version))


def product(version: Version) -> str:
    """The product's name; an unknown one goes by its version."""
    match version[:2]:
        case (15, 0):
            return "Exchange Server 2013"
        case (15, 1):
            return "Exchange Server 2016"
        case (15, 2):
            return "Exchange Server SE" if version[2] >= _SE_BUILD else "Exchange Server 2019"
        case (14, _):
            return "Exchange Server 2010"
        case (8, _):
            return "Exchange Server 2007"
    return f"Exchange Server {version[0]}.{version[1]}"


def name(version: Version) -> str:
    """``Exchange Server 2019 CU14``; a build that no table knows goes by its number."""
    update = _UPDATES.get(version[:2], {}).get(version[2])
    return f"{product(version)} {update}" if update else f"{product(version)} ({number(version)})"


def support_ended(version: Version, today: date) -> date | None:
    """The day on which the product went out of support, where that has passed."""
    end = _SUPPORT_ENDS.get(product(version))
    return end if end is not None and end <= today else None


def is_legacy(version: Version) -> bool:
    """Exchange 2010 or older: no part of this procedure."""
    return version[0] < GATE[0]


def can_proxy(version: Version) -> bool:
    """Whether the version can proxy push notifications: 2013 CU3 or later."""
    return version >= GATE
