"""Services and processes of one server, in Windows PowerShell's own shapes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pushtui.lab.remoting.cmdlet import EnumValue


def test_a_service_is_a_service_controller(shell: Any) -> None:
    (service,) = shell.ok("Get-Service", Name=["msexchangehm"])
    assert service.types[0] == "System.ServiceProcess.ServiceController"
    assert service.properties["Name"] == service.properties["ServiceName"] == "MSExchangeHM"
    assert service.properties["DisplayName"] == "Microsoft Exchange Health Manager"
    assert service.properties["Status"] == EnumValue("System.ServiceProcess.ServiceControllerStatus", "Running", 4)


def test_a_stopped_service(make: Any, open_shell: Any) -> None:
    table = {"servers": [{"name": "ex01", "stopped_services": ["MSExchangeHM"]}]}
    shell = open_shell(make(table))
    assert shell.one("Get-Service", Name=["MSExchangeHM"])["Status"].label == "Stopped"
    assert shell.refused("Get-Process", Name=["MSExchangeHMHost"]).identifier.startswith("NoProcessFoundForGivenName,")
    shell.ok("Restart-Service", Name=["MSExchangeHM"])
    assert shell.one("Get-Service", Name=["MSExchangeHM"])["Status"].label == "Running"


def test_services_by_pattern_and_by_display_name(shell: Any) -> None:
    names = [s.properties["Name"] for s in shell.ok("Get-Service", Name=["MSExchangeHM*"])]
    assert names == ["MSExchangeHM", "MSExchangeHMRecovery"]
    assert shell.one("Get-Service", DisplayName=["World Wide*"])["Name"] == "W3SVC"
    assert len(shell.ok("Get-Service")) > 5


def test_unknown_names_are_windows_errors(shell: Any) -> None:
    error = shell.refused("Get-Service", Name=["Nothing"])
    assert error.message == "Cannot find any service with service name 'Nothing'."
    assert error.identifier == "NoServiceFoundForGivenName,Microsoft.PowerShell.Commands.GetServiceCommand"
    assert shell.refused("Restart-Service", Name=["Nothing"]).category == "ObjectNotFound"
    assert shell.ok("Get-Service", Name=["Nothing*"]) == []
    assert shell.refused("Get-Process", Id=1).identifier.startswith("NoProcessFoundForGivenId,")


def test_a_restart_shows_in_the_start_time_and_the_process_id(shell: Any, clock: Any) -> None:
    before = shell.one("Get-Process", Name=["MSExchangeHMHost"])
    assert before["StartTime"] < clock.now() - timedelta(days=1)
    shell.organization.advance(5)
    answers = shell.ok("Restart-Service", Name=["MSExchangeHM"], PassThru=True)
    assert [a.properties["Name"] for a in answers] == ["MSExchangeHM"]
    after = shell.one("Get-Process", Name=["MSExchangeHMHost"])
    assert after["StartTime"] == clock.now() + timedelta(seconds=5)
    assert after["Id"] != before["Id"]
    assert shell.one("Get-Process", Id=after["Id"])["Name"] == "MSExchangeHMHost"


def test_a_restart_is_of_this_server_only(shell: Any, open_shell: Any) -> None:
    other = open_shell(shell.organization, "ex02")
    before = other.one("Get-Process", Name=["MSExchangeHMHost"])
    shell.ok("Restart-Service", Name=["MSExchangeHM"])
    assert other.one("Get-Process", Name=["MSExchangeHMHost"]) == before


def test_what_if_restarts_nothing(shell: Any) -> None:
    before = shell.one("Get-Process", Name=["MSExchangeHMHost"])
    shell.ok("Restart-Service", Name=["MSExchangeHM"], WhatIf=True)
    assert shell.one("Get-Process", Name=["MSExchangeHMHost"]) == before
