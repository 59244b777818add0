"""Set-AuthConfig: what it takes, what it refuses, what it asks, and what reaches the other servers when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

DATE_TEXT = "The new certificate effective date is invalid. The effective date must be greater than the current time."


def new(shell: Any, **parameters: Any) -> str:
    defaults = {"Services": ["Federation"], "DomainName": [], "SubjectName": "CN=x", "PrivateKeyExportable": True}
    return str(shell.one("New-ExchangeCertificate", **{**defaults, **parameters})["Thumbprint"])


def config(shell: Any) -> dict[str, Any]:
    return dict(shell.organization.snapshot()["auth_config"])


def has(shell: Any, server: str, thumbprint: str) -> bool:
    shell.run("Get-ExchangeCertificate", Server=server, Thumbprint=thumbprint)
    return not shell.errors


def test_the_emergency_swap_asks_about_the_outage(shell: Any, no_host: type[Exception]) -> None:
    old, thumbprint = config(shell)["current"], new(shell)
    with pytest.raises(no_host, match="interrupt"):
        shell.run("Set-AuthConfig", CertificateThumbprint=thumbprint)
    assert config(shell)["current"] == old
    shell.ok("Set-AuthConfig", CertificateThumbprint=thumbprint.lower(), Force=True)
    assert (config(shell)["current"], config(shell)["previous"]) == (thumbprint, old)


def test_the_current_certificate_again_changes_nothing(shell: Any) -> None:
    before = shell.one("Get-AuthConfig")
    shell.ok("Set-AuthConfig", CertificateThumbprint=before["CurrentCertificateThumbprint"])
    assert shell.one("Get-AuthConfig") == before


def test_the_safe_order_of_a_replacement_asks_nothing(shell: Any, clock: Any) -> None:
    old, thumbprint = config(shell)["current"], new(shell)
    shell.ok("Set-AuthConfig", NewCertificateThumbprint=thumbprint, NewCertificateEffectiveDate=clock.now(), Force=True)
    assert (config(shell)["current"], config(shell)["next"]) == (old, thumbprint)
    shell.ok("Set-AuthConfig", PublishCertificate=True)
    assert shell.questions == []
    assert (config(shell)["current"], config(shell)["previous"], config(shell)["next"]) == (thumbprint, old, "")
    shell.ok("Set-AuthConfig", ClearPreviousCertificate=True)
    assert config(shell)["previous"] == ""
    assert shell.one("Get-AuthConfig")["NextCertificateEffectiveDate"] is None


def test_publishing_can_clear_the_previous_one(shell: Any, clock: Any) -> None:
    thumbprint = new(shell)
    shell.ok("Set-AuthConfig", NewCertificateThumbprint=thumbprint, NewCertificateEffectiveDate=clock.now(), Force=True)
    shell.ok("Set-AuthConfig", PublishCertificate=True, ClearPreviousCertificate=True)
    assert (config(shell)["current"], config(shell)["previous"]) == (thumbprint, "")


def test_publishing_early_asks(shell: Any, clock: Any, no_host: type[Exception]) -> None:
    thumbprint = new(shell)
    later = clock.now() + timedelta(days=30)
    shell.ok("Set-AuthConfig", NewCertificateThumbprint=thumbprint, NewCertificateEffectiveDate=later)
    with pytest.raises(no_host, match="not been reached"):
        shell.run("Set-AuthConfig", PublishCertificate=True)
    shell.ok("Set-AuthConfig", PublishCertificate=True, Force=True)
    assert config(shell)["current"] == thumbprint


def test_publishing_nothing_is_refused(shell: Any) -> None:
    assert "no next certificate" in shell.refused("Set-AuthConfig", PublishCertificate=True, Force=True).message


def test_a_next_certificate_that_expired_meanwhile_is_not_published(make: Any, open_shell: Any, clock: Any) -> None:
    table = {"certificates": [{"id": "auth-certificate"}, {"id": "next", "not_after_days": 5}]}
    table["auth_config"] = {"next": "next", "next_effective_days": 3}  # type: ignore[assignment]  # a TOML table
    shell = open_shell(make({**table, "rollover_seconds": 864_000.0}))
    old = config(shell)["current"]
    shell.organization.advance(6 * 86400)
    assert "expired" in shell.refused("Set-AuthConfig", PublishCertificate=True, Force=True).message
    shell.organization.advance(20 * 86400)
    assert config(shell)["current"] == old


def test_publishing_needs_the_next_certificate_on_the_executing_server(shell: Any, clock: Any) -> None:
    thumbprint = new(shell)
    shell.ok("Set-AuthConfig", NewCertificateThumbprint=thumbprint, NewCertificateEffectiveDate=clock.now(), Force=True)
    shell.organization.change({"servers": {"ex01": {"remove_certificates": [thumbprint]}}})
    assert "not found" in shell.refused("Set-AuthConfig", PublishCertificate=True, Force=True).message


def test_no_certificate_that_auth_config_names_is_removed(shell: Any, clock: Any) -> None:
    previous, staged = config(shell)["current"], new(shell)
    shell.ok("Set-AuthConfig", CertificateThumbprint=new(shell), Force=True)
    shell.ok("Set-AuthConfig", NewCertificateThumbprint=staged, NewCertificateEffectiveDate=clock.now(), Force=True)
    for thumbprint in (previous, staged):
        refusal = shell.refused("Remove-ExchangeCertificate", Thumbprint=thumbprint, Confirm=False)
        assert "authorization configuration" in refusal.message
        assert has(shell, "ex01", thumbprint)


def test_less_than_two_days_ahead_asks(shell: Any, clock: Any, no_host: type[Exception]) -> None:
    soon = clock.now() + timedelta(hours=47)
    with pytest.raises(no_host, match="48 hours"):
        shell.run("Set-AuthConfig", NewCertificateThumbprint=new(shell), NewCertificateEffectiveDate=soon)
    assert config(shell)["next"] == ""


def test_another_next_certificate_is_only_replaced_on_request(shell: Any, clock: Any, no_host: type[Exception]) -> None:
    first, second = new(shell), new(shell)
    later = clock.now() + timedelta(days=3)
    shell.ok("Set-AuthConfig", NewCertificateThumbprint=first, NewCertificateEffectiveDate=later)
    with pytest.raises(no_host, match=first):
        shell.run("Set-AuthConfig", NewCertificateThumbprint=second, NewCertificateEffectiveDate=later)
    assert config(shell)["next"] == first
    refusal = shell.refused("Set-AuthConfig", CertificateThumbprint=first, Force=True)
    assert "already the next" in refusal.message


def test_an_empty_next_certificate_takes_it_back(shell: Any, clock: Any, no_host: type[Exception]) -> None:
    later = clock.now() + timedelta(days=3)
    shell.ok("Set-AuthConfig", NewCertificateThumbprint=new(shell), NewCertificateEffectiveDate=later)
    with pytest.raises(no_host):
        shell.run("Set-AuthConfig", NewCertificateThumbprint="")
    shell.ok("Set-AuthConfig", NewCertificateThumbprint=None, Force=True)
    assert (config(shell)["next"], config(shell)["next_effective"]) == ("", None)


def test_the_effective_date(shell: Any, clock: Any) -> None:
    thumbprint = new(shell)
    refusal = shell.refused("Set-AuthConfig", NewCertificateThumbprint=thumbprint, Force=True)
    assert "effective date" in refusal.message
    past = clock.now() - timedelta(minutes=6)
    refusal = shell.refused(
        "Set-AuthConfig", NewCertificateThumbprint=thumbprint, NewCertificateEffectiveDate=past, Force=True
    )
    assert refusal.message == DATE_TEXT
    beyond = clock.now() + timedelta(days=4000)
    refusal = shell.refused(
        "Set-AuthConfig", NewCertificateThumbprint=thumbprint, NewCertificateEffectiveDate=beyond, Force=True
    )
    assert "expires before" in refusal.message
    nearly = (clock.now() - timedelta(minutes=4)).replace(microsecond=0)
    shell.ok("Set-AuthConfig", NewCertificateThumbprint=thumbprint, NewCertificateEffectiveDate=nearly, Force=True)
    assert shell.one("Get-AuthConfig")["NextCertificateEffectiveDate"] == nearly


def test_a_date_without_an_offset_is_in_the_servers_time(shell: Any, clock: Any) -> None:
    thumbprint = new(shell)
    wall = (clock.now() + timedelta(hours=1, minutes=-10)).replace(tzinfo=None)
    refusal = shell.refused(
        "Set-AuthConfig", NewCertificateThumbprint=thumbprint, NewCertificateEffectiveDate=wall, Force=True
    )
    assert refusal.message == DATE_TEXT


def test_the_previous_certificate_as_next_one_warns(shell: Any, clock: Any) -> None:
    old = config(shell)["current"]
    shell.ok("Set-AuthConfig", CertificateThumbprint=new(shell), Force=True)
    later = clock.now() + timedelta(days=3)
    shell.ok("Set-AuthConfig", NewCertificateThumbprint=old, NewCertificateEffectiveDate=later)
    assert [warning for warning in shell.warnings if old in warning]
    refusal = shell.refused(
        "Set-AuthConfig",
        NewCertificateThumbprint=config(shell)["current"],
        NewCertificateEffectiveDate=later,
        Force=True,
    )
    assert "already the current" in refusal.message


@pytest.mark.parametrize(
    ("certificate", "force", "words"),
    [
        ({"servers": ["ex02"]}, True, "not found"),
        ({"not_after_days": -1}, True, "expired"),
        ({"not_before_days": 1, "not_after_days": 400}, True, "not valid before"),
        ({"private_key": False}, True, "no private key"),
        ({"exportable": False}, False, "exportable"),
        ({"status": "Revoked"}, True, "Revoked"),
    ],
)
def test_what_may_not_sign(make: Any, open_shell: Any, certificate: dict[str, Any], force: bool, words: str) -> None:
    shell = open_shell(make({"certificates": [{"id": "auth-certificate"}, {"id": "other", **certificate}]}))
    before = config(shell)
    (thumbprint,) = {
        c["thumbprint"]
        for server in shell.organization.snapshot()["servers"]
        for c in server["certificates"]
        if "Auth Certificate" in c["subject"] and c["thumbprint"] != before["current"]
    }
    parameters: dict[str, Any] = {"Force": True} if force else {}
    assert words in shell.refused("Set-AuthConfig", CertificateThumbprint=thumbprint, **parameters).message
    assert config(shell) == before


def test_a_key_that_cannot_be_exported_is_taken_with_force_and_stays_where_it_is(shell: Any) -> None:
    thumbprint = new(shell, PrivateKeyExportable=False)
    shell.ok("Set-AuthConfig", CertificateThumbprint=thumbprint, Force=True)
    shell.organization.advance(100_000)
    assert not has(shell, "ex02", thumbprint)


def test_the_executing_server_decides_not_the_one_connected_to(make: Any, open_shell: Any) -> None:
    organization = make({"executing_server": "ex02"})
    shell = open_shell(organization, "ex01")
    thumbprint = new(shell)
    assert has(shell, "ex02", thumbprint)
    elsewhere = new(shell, Server="ex01")
    assert "ex02.lab.example" in shell.refused("Set-AuthConfig", CertificateThumbprint=elsewhere, Force=True).message
    shell.ok("Set-AuthConfig", CertificateThumbprint=thumbprint, Force=True)


def test_the_others_get_it_after_a_while_the_other_site_last(make: Any, open_shell: Any) -> None:
    organization = make({"servers": [{"name": "ex01"}, {"name": "ex02"}, {"name": "ex03", "site": "Branch"}]})
    shell = open_shell(organization)
    thumbprint = new(shell)
    shell.ok("Set-AuthConfig", CertificateThumbprint=thumbprint, Force=True)
    assert [has(shell, server, thumbprint) for server in ("ex02", "ex03")] == [False, False]
    organization.advance(3)
    assert [has(shell, server, thumbprint) for server in ("ex02", "ex03")] == [True, False]
    organization.advance(3)
    assert [has(shell, server, thumbprint) for server in ("ex02", "ex03")] == [True, True]
    found = shell.one("Get-ExchangeCertificate", Server="ex03", Thumbprint=thumbprint)
    assert found["HasPrivateKey"] is True


def test_skipping_immediate_deployment_makes_the_own_site_wait_as_well(shell: Any) -> None:
    thumbprint = new(shell)
    shell.ok("Set-AuthConfig", CertificateThumbprint=thumbprint, SkipImmediateCertificateDeployment=True, Force=True)
    shell.organization.advance(3)
    assert not has(shell, "ex02", thumbprint)
    shell.organization.advance(3)
    assert has(shell, "ex02", thumbprint)


def test_a_server_that_was_away_gets_it_when_it_is_back(shell: Any) -> None:
    shell.organization.change({"servers": {"ex02": {"reachable": False}}})
    thumbprint = new(shell)
    shell.ok("Set-AuthConfig", CertificateThumbprint=thumbprint, Force=True)
    shell.organization.advance(60)
    shell.organization.change({"servers": {"ex02": {"reachable": True}}})
    assert has(shell, "ex02", thumbprint)


def test_a_missing_certificate_comes_back_once_the_service_host_starts(make: Any, open_shell: Any) -> None:
    organization = make({"certificates": [{"id": "auth-certificate", "servers": ["ex01"]}]})
    shell = open_shell(organization)
    thumbprint = config(shell)["current"]
    organization.advance(60)
    assert not has(shell, "ex02", thumbprint)
    open_shell(organization, "ex02").ok("Restart-Service", Name=["MSExchangeServiceHost"])
    organization.advance(3)
    assert has(shell, "ex02", thumbprint)
    assert not has(shell, "ex03", thumbprint)


def test_the_next_certificate_is_rolled_over_within_half_a_day_of_its_date(shell: Any, clock: Any) -> None:
    old, thumbprint = config(shell)["current"], new(shell)
    effective = clock.now() + timedelta(days=3)
    shell.ok("Set-AuthConfig", NewCertificateThumbprint=thumbprint, NewCertificateEffectiveDate=effective)
    shell.organization.advance(3 * 86400 + 60)
    assert config(shell)["current"] == old
    shell.organization.advance(12 * 3600)
    assert (config(shell)["current"], config(shell)["previous"], config(shell)["next"]) == (thumbprint, old, "")


def test_a_restart_of_the_service_host_rolls_over_at_once(shell: Any, clock: Any) -> None:
    thumbprint = new(shell)
    shell.ok("Set-AuthConfig", NewCertificateThumbprint=thumbprint, NewCertificateEffectiveDate=clock.now(), Force=True)
    shell.organization.advance(1)
    shell.ok("Restart-Service", Name=["MSExchangeServiceHost"])
    assert config(shell)["current"] == thumbprint


def test_realm_and_service_name(shell: Any) -> None:
    shell.ok("Set-AuthConfig", Realm="fabrikam.com")
    assert config(shell)["realm"] == "fabrikam.com"
    assert shell.refused("Set-AuthConfig", ServiceName="").category == "InvalidArgument"


def test_what_if_leaves_it(shell: Any) -> None:
    before = config(shell)
    shell.ok("Set-AuthConfig", CertificateThumbprint=new(shell), Force=True, WhatIf=True)
    assert config(shell) == before


def test_a_change_by_someone_else_meanwhile_is_not_overwritten(shell: Any) -> None:
    thumbprint = new(shell)

    class Meddler:
        def __bool__(self) -> bool:
            shell.organization.change({"auth_config": {"realm": "contoso.com"}})
            return True

    shell.answers = Meddler()
    assert "changed by someone else" in shell.refused("Set-AuthConfig", CertificateThumbprint=thumbprint).message
    assert config(shell)["current"] != thumbprint
