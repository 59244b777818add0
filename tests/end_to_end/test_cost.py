"""What one check costs: round trips to Exchange and requests to the tenant, counted by the lab."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

SERVERS = 30
SHELLS = 5
"""One for the organization, four for single servers."""


def test_a_check_of_thirty_servers_is_one_pipeline_for_each_and_few_for_the_organization(
    start_lab: Callable[[str], Any], pushtui: Callable[..., Any], tmp_path: Path
) -> None:
    scenario = tmp_path / "large.toml"
    servers = "".join(f'[[organization.servers]]\nname = "ex{number:02}"\n' for number in range(1, SERVERS + 1))
    scenario.write_text(f'title = "Large"\n{servers}[tenant]\nname = "Fabrikam"\n')
    lab = start_lab(str(scenario))
    checked = pushtui("-p", lab.profile, "check", "--json")
    assert checked.code == 3, checked.errors
    asked = Counter((entry["side"], entry["name"].partition("?")[0]) for entry in lab.ask("requests"))
    exchange = {name: count for (side, name), count in asked.items() if side == "exchange"}
    # Receives are not counted: how often a slow server is asked for more is a matter of time.
    assert exchange["Get-ExchangeCertificate"] == SERVERS + 1  # and once without a server: it names who executes
    assert exchange["wsman:Create"] == exchange["wsman:Delete"] == SHELLS
    assert exchange["wsman:Command"] == SERVERS + 1
    assert {name: count for (side, name), count in asked.items() if side == "graph"} == {
        "GET /v1.0/organization": 1,
        "GET /v1.0/domains": 1,
        "GET /v1.0/servicePrincipals(appId='00000002-0000-0ff1-ce00-000000000000')": 1,
    }
    assert sum(count for (side, _), count in asked.items() if side == "entra") <= 4
    assert lab.writes() == []
