"""What one check costs: round trips to Exchange and requests to the tenant, counted by the lab."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

SERVERS = 30
SHELLS = 5
"""One for the organization, four for single servers."""

WHAT_COMES_LATER = """
import sys
from pushtui.cli import main
from pushtui.engine.loading import CLIENTS, load

load(CLIENTS)
loaded = {name.partition(".")[0] for name in sys.modules}
main(sys.argv[1:])
late = {name.partition(".")[0] for name in sys.modules} - loaded - sys.stdlib_module_names
print(sorted(late | {"azure", "msgraph", "msgraph_core"} & loaded))
"""


def test_nothing_is_loaded_between_two_round_trips_nor_the_sdks_typed_client_at_all(
    start_lab: Callable[[str], Any], environment: dict[str, str]
) -> None:
    command = [sys.executable, "-c", WHAT_COMES_LATER, "-p", str(start_lab("done").profile), "check", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


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
    for name in ("Get-ServerComponentState", "Test-ServiceHealth", "Get-ServerHealth", "Get-ExchangeDiagnosticInfo"):
        assert exchange[name] == SERVERS, name  # in the same pipeline of each server
    assert exchange["wsman:Create"] == exchange["wsman:Delete"] == SHELLS
    assert exchange["wsman:Command"] == SERVERS + 1
    assert {name: count for (side, name), count in asked.items() if side == "graph"} == {
        "GET /v1.0/organization": 1,
        "GET /v1.0/domains": 1,
        "GET /v1.0/applications": 1,
        "GET /v1.0/servicePrincipals(appId='00000002-0000-0ff1-ce00-000000000000')": 1,
    }
    assert sum(count for (side, _), count in asked.items() if side == "entra") <= 4
    assert lab.writes() == []


def test_a_server_that_is_gone_is_asked_one_thing_and_is_one_cause(
    start_lab: Callable[[str], Any], pushtui: Callable[..., Any], tmp_path: Path
) -> None:
    scenario = tmp_path / "gone.toml"
    servers = "".join(
        f'[[organization.servers]]\nname = "ex{number:02}"\nreachable = {str(number != 7).lower()}\n'
        for number in range(1, SERVERS + 1)
    )
    scenario.write_text(f'title = "Gone"\n{servers}[tenant]\nname = "Fabrikam"\n')
    lab = start_lab(str(scenario))
    checked = pushtui("-p", lab.profile, "check", "--json")
    asked = Counter(entry["name"] for entry in lab.ask("requests") if entry["side"] == "exchange")
    assert asked["Get-ExchangeCertificate"] == SERVERS + 1
    assert asked["Get-ServerComponentState"] == asked["Get-ServerHealth"] == SERVERS - 1
    assert asked["wsman:Command"] == SERVERS + 1
    found = [item for step in json.loads(checked.output)["steps"] for item in step["findings"]]
    about = {item["code"]: item for item in found if item["subject"] == "ex07.lab.example"}
    assert about["servers.unreachable"]["explained_by"] == []
    assert about["certificate.server-unreadable"]["explained_by"] == [
        {"code": "servers.unreachable", "subject": "ex07.lab.example"}
    ]
    assert [item["observed"] for item in found if item["code"] == "servers.in-service"] == [str(SERVERS - 1)]
