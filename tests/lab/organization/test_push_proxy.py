"""The push notification proxy and the partner applications."""

from __future__ import annotations

from typing import Any

import pytest

URI = "https://outlook.office365.com/PushNotifications"


def test_enabling_answers_with_what_the_procedure_prints(shell: Any) -> None:
    answer = shell.one("Enable-PushNotificationProxy", Organization="fabrikam.com")
    assert {name: answer[name] for name in ("DisplayName", "Enabled", "Organization", "Uri", "Identity", "Name")} == {
        "DisplayName": "On Premises Proxy app",
        "Enabled": True,
        "Organization": "fabrikam.com",
        "Uri": URI,
        "Identity": "OnPrem-Proxy",
        "Name": "OnPrem-Proxy",
    }
    assert (answer["ExchangeVersion"], answer["ObjectState"], answer["IsValid"]) == (
        "0.20 (15.0.0.0)",
        "Unchanged",
        True,
    )
    assert answer["DistinguishedName"].startswith(
        "CN=OnPrem-Proxy,CN=Push Notifications Settings,CN=First Organization,CN=Microsoft Exchange,CN=Services,"
    )
    assert answer["ObjectClass"].items == ("top", "msExchPushNotificationsApp")


def test_again_with_the_same_values_changes_nothing(shell: Any) -> None:
    first = shell.one("Enable-PushNotificationProxy", Organization="fabrikam.com")
    assert shell.one("Enable-PushNotificationProxy", Organization="fabrikam.com") == first
    assert shell.one("Enable-PushNotificationProxy") == first


def test_only_what_is_given_is_overwritten(shell: Any) -> None:
    shell.ok("Enable-PushNotificationProxy", Organization="fabrikam.com", Uri="https://partner.outlook.cn/Push")
    answer = shell.one("Enable-PushNotificationProxy", Organization="contoso.com")
    assert (answer["Organization"], answer["Uri"]) == ("contoso.com", "https://partner.outlook.cn/Push")


@pytest.mark.parametrize(
    "parameters", [{}, {"Organization": ""}, {"Organization": "fabrikam.com", "Uri": "PushNotifications"}]
)
def test_incomplete_settings_are_refused(shell: Any, parameters: dict[str, str]) -> None:
    assert shell.refused("Enable-PushNotificationProxy", **parameters).category == "InvalidArgument"
    assert shell.organization.snapshot()["push_proxy"]["enabled"] is False


def test_what_if_changes_nothing(shell: Any) -> None:
    assert shell.ok("Enable-PushNotificationProxy", Organization="fabrikam.com", WhatIf=True) == []
    assert shell.organization.snapshot()["push_proxy"] == {"enabled": False, "organization": "", "uri": URI}


def test_disabling_asks_and_keeps_the_rest(shell: Any, no_host: type[Exception]) -> None:
    shell.ok("Enable-PushNotificationProxy", Organization="fabrikam.com")
    with pytest.raises(no_host):
        shell.run("Disable-PushNotificationProxy")
    assert shell.one("Disable-PushNotificationProxy", Confirm=False)["Enabled"] is False
    assert shell.organization.snapshot()["push_proxy"]["organization"] == "fabrikam.com"


def test_the_app_can_only_be_read_where_the_scenario_shows_it(shell: Any) -> None:
    assert "get-pushnotificationapp" not in shell.exchange.cmdlets(shell.user)
    shell.organization.change({"show_push_notification_app": True})
    assert shell.one("Get-PushNotificationApp")["Enabled"] is False
    shell.ok("Enable-PushNotificationProxy", Organization="fabrikam.com")
    assert shell.one("Get-PushNotificationApp", Identity="OnPrem-Proxy")["Organization"] == "fabrikam.com"
    assert shell.refused("Get-PushNotificationApp", Identity="x").target == "x"


def test_partner_applications(shell: Any) -> None:
    found = shell.one("Get-PartnerApplication", Identity="Exchange Online")
    assert found["ApplicationIdentifier"] == "00000002-0000-0ff1-ce00-000000000000"
    assert (found["Enabled"], found["Realm"], found["UseAuthServer"]) == (True, "", True)
    assert found["LinkedAccount"] == "lab.example/Users/Exchange Online-ApplicationAccount"
    shell.ok("Set-PartnerApplication", Identity="Exchange Online", Enabled=False)
    assert shell.one("Get-PartnerApplication", Identity="Exchange Online")["Enabled"] is False
    assert shell.refused("Set-PartnerApplication", Identity="Nobody", Enabled=True).target == "Nobody"
    assert shell.refused("Set-PartnerApplication", Identity="Exchange Online", Name="").category == "InvalidArgument"
    assert len(shell.ok("Get-PartnerApplication")) == 2
