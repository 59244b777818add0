"""Who may enter, and which cmdlets exist for them."""

from __future__ import annotations

from typing import Any

import pytest

from pushtui.base.errors import UsageError
from pushtui.lab.organization.accounts import Account

ACCOUNTS = (
    Account("admin@lab.example", "one"),
    Account("viewer@lab.example", "two", ("View-Only Organization Management",), local_admin=False),
    Account("recipients@lab.example", "three", ("Recipient Management",)),
    Account("servers@lab.example", "four", ("Server Management",)),
    Account("nobody@lab.example", "five", (), remote_powershell=False),
)


@pytest.fixture
def organization(make: Any) -> Any:
    return make({}, None, ACCOUNTS)


def cmdlets(organization: Any, user: str) -> set[str]:
    return set(organization.exchange_host("ex01").cmdlets(user))


def test_passwords(organization: Any) -> None:
    host = organization.exchange_host("ex01")
    assert host.check_password("admin@lab.example", "one")
    assert host.check_password("LAB\\Admin", "one")
    assert not host.check_password("admin@lab.example", "two")
    assert not host.check_password("admin", "one")
    assert ("admin@lab.example", "one") in organization.windows_host("ex01").accounts()


def test_a_right_password_is_not_all_that_a_session_takes(organization: Any) -> None:
    exchange, windows = organization.exchange_host("ex01"), organization.windows_host("ex01")
    assert (exchange.forbids("viewer@lab.example"), windows.forbids("admin@lab.example")) == ("", "")
    assert exchange.check_password("nobody@lab.example", "five")
    assert exchange.forbids("nobody@lab.example") == "Access is denied. "
    assert windows.forbids("nobody@lab.example") == ""
    assert windows.forbids("viewer@lab.example") == "Access is denied. "
    organization.change({"account": {"remote_powershell": True, "local_admin": False}})
    assert "lab.example/Users/nobody\" isn't assigned to any management roles" in exchange.forbids("nobody@lab.example")
    assert windows.forbids("admin@lab.example") == "Access is denied. "
    organization.change({"account": {"role_groups": ["Recipient Management"]}})
    assert "set-authconfig" not in exchange.cmdlets("admin@lab.example")
    with pytest.raises(UsageError, match="unknown role group"):
        organization.change({"account": {"role_groups": ["Domain Admins"]}})


def test_what_the_scenario_says_of_the_account(make: Any) -> None:
    organization = make({"account": {"role_groups": ["Server Management"], "local_admin": False}}, None, ACCOUNTS[:1])
    assert "set-authconfig" not in organization.exchange_host("ex01").cmdlets("admin@lab.example")
    assert organization.windows_host("ex01").forbids("admin@lab.example")
    with pytest.raises(UsageError, match="unknown role group"):
        make({"account": {"role_groups": ["Admins"]}})


def test_the_two_configurations(organization: Any) -> None:
    exchange, windows = organization.exchange_host("ex02"), organization.windows_host("ex02")
    assert (exchange.side, exchange.configuration, exchange.no_language) == ("exchange", "Microsoft.Exchange", True)
    assert (windows.side, windows.configuration, windows.no_language) == ("windows", "Microsoft.PowerShell", False)
    assert exchange.fqdn == windows.fqdn == "ex02.lab.example"
    with pytest.raises(KeyError):
        organization.exchange_host("ex09")


def test_roles_decide_which_cmdlets_exist(organization: Any) -> None:
    everything = cmdlets(organization, "admin@lab.example")
    assert {"set-authconfig", "new-authserver", "enable-pushnotificationproxy", "invoke-monitoringprobe"} <= everything
    viewer = cmdlets(organization, "viewer@lab.example")
    assert "get-authconfig" in viewer
    assert not {name for name in viewer if name.startswith(("set-", "new-", "remove-", "enable-", "disable-"))}
    assert cmdlets(organization, "recipients@lab.example") >= {"enable-pushnotificationproxy"}
    assert "set-authconfig" not in cmdlets(organization, "recipients@lab.example")
    assert "new-exchangecertificate" in cmdlets(organization, "servers@lab.example")
    assert "new-authserver" not in cmdlets(organization, "servers@lab.example")
    assert cmdlets(organization, "stranger@lab.example") == set()


def test_exactly_what_changes_something_is_called_a_write(organization: Any) -> None:
    organization.change({"show_push_notification_app": True})
    for name, spec in organization.exchange_host("ex01").cmdlets("admin@lab.example").items():
        assert name == spec.name.lower()
        assert spec.writes == (name.partition("-")[0] not in {"get", "test", "invoke"})
        assert (spec.confirms == "asks") == (name.partition("-")[0] in {"remove", "disable"})


def test_the_push_cmdlets_came_with_cumulative_update_3(organization: Any) -> None:
    organization.change({"servers": {"ex01": {"version": "15.0.712.24"}}})
    assert not {name for name in cmdlets(organization, "admin@lab.example") if "pushnotification" in name}
    organization.change({"executing_server": "ex02"})
    assert organization.exchange_host("ex01").executing_server == "ex02.lab.example"
    assert "enable-pushnotificationproxy" in cmdlets(organization, "admin@lab.example")
