"""The plain Windows session: cmdlets over NTLM, errors as Windows PowerShell has them, and little language."""

from __future__ import annotations

from typing import Any

import pytest
from pypsrp.powershell import PowerShell


@pytest.fixture
def pool(serve: Any) -> Any:
    with serve("windows").pool() as pool:
        yield pool


def test_services_carry_their_status_as_an_enumeration(pool: Any, run: Any) -> None:
    (service,), _ = run(pool, "Get-Service", "MSExchangeHM")
    status = service.adapted_properties["Status"]
    assert str(status) == "Running"
    assert status.types[:2] == ["System.ServiceProcess.ServiceControllerStatus", "System.Enum"]
    assert service.adapted_properties["RequiredServices"] == []


def test_errors_carry_the_class_and_no_decoration(pool: Any, run: Any) -> None:
    _, unknown = run(pool, "Get-Service", Bogus=1)
    _, failed = run(pool, "Test-Streams")
    assert unknown.streams.error[0].fq_error == "NamedParameterNotFound,Microsoft.PowerShell.Commands.GetServiceCommand"
    assert failed.streams.error[0].fq_error == "Lab.Tasks.TestStreams,Microsoft.PowerShell.Commands.TestStreamsCommand"


def test_a_script_that_is_one_bare_cmdlet_runs(pool: Any) -> None:
    shell = PowerShell(pool)
    shell.add_script(" Get-Service ")
    assert [str(item) for item in shell.invoke()] == ["MSExchangeHM", "WinRM"]


@pytest.mark.parametrize("script", ["Get-Service -Name WinRM", "1 + 1", "Get-Service | Out-Null"])
def test_more_of_a_script_is_said_not_to_be_simulated(pool: Any, script: str) -> None:
    shell = PowerShell(pool)
    shell.add_script(script)
    assert shell.invoke() == []
    assert shell.streams.error[0].fq_error == "LabNotSimulated"
    assert "does not simulate scripts" in str(shell.streams.error[0])
