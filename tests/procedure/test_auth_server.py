"""Which auth server counts, and what is done where none does."""

from __future__ import annotations

from typing import Any

import pytest

from pushtui.procedure.model import ExchangeWrite, Risk, Status, StepId

STEP = StepId.AUTH_SERVER


def texts(world: Any) -> list[str]:
    actions = world.actions(STEP)
    assert all(isinstance(action.command, ExchangeWrite) for action in actions)
    return [action.command.text for action in actions]


def test_none_means_the_procedures_own_is_created(world: Any, kit: Any) -> None:
    assert texts(world) == [f"New-AuthServer -Name 'MicrosoftSts' -AuthMetadataUrl '{kit.URL}' -Confirm:$false"]


@pytest.mark.parametrize(
    "url",
    [
        "https://accounts.accesscontrol.windows.net/11111111-2222-3333-4444-555555555555/metadata/json/1",
        "https://accounts.accesscontrol.windows.net/FABRIKAM.com/metadata/json/1/",
        "https://accounts.accesscontrol.windows.net/metadata/json/1/?realm=fabrikam.com",
        "https://accounts.accesscontrol.windows.net/metadata/json/1?realm=11111111-2222-3333-4444-555555555555",
    ],
)
def test_every_form_of_the_url_agrees(kit: Any, url: str) -> None:
    world = kit.World(auth_servers=[kit.auth_server(url=url)])
    assert world.reports()[STEP].status is Status.OK
    assert texts(world) == []


def test_the_wizards_server_counts_and_is_never_touched(kit: Any) -> None:
    other = kit.auth_server(realm=kit.OTHER_TENANT, url=kit.OTHER_URL)
    world = kit.World(auth_servers=[other, kit.auth_server("ACS - 1", url="https://elsewhere.example")])
    report = world.reports()[STEP]
    assert report.status is Status.OK
    assert report.actions == ()


def test_another_realm_means_remove_and_create(kit: Any) -> None:
    world = kit.World(auth_servers=[kit.auth_server(realm=kit.OTHER_TENANT, url=kit.OTHER_URL)])
    assert texts(world) == [
        "Remove-AuthServer -Identity 'MicrosoftSts' -Confirm:$false",
        f"New-AuthServer -Name 'MicrosoftSts' -AuthMetadataUrl '{kit.URL}' -Confirm:$false",
    ]
    remove, _ = world.actions(STEP)
    assert remove.risk is Risk.ORG_WIDE
    assert remove.undo.text.startswith("New-AuthServer -Name 'MicrosoftSts'")
    assert kit.OTHER_URL in remove.undo.text


def test_an_old_url_of_the_right_realm_is_updated(kit: Any) -> None:
    world = kit.World(auth_servers=[kit.auth_server(url="https://old.example/1")])
    assert texts(world) == [f"Set-AuthServer -Identity 'MicrosoftSts' -AuthMetadataUrl '{kit.URL}' -Confirm:$false"]
    assert "https://old.example/1" in world.actions(STEP)[0].undo.text


def test_a_disabled_one_is_enabled_because_a_second_one_would_be_refused(kit: Any) -> None:
    world = kit.World(auth_servers=[kit.auth_server("ACS - 1", enabled=False)])
    assert texts(world) == ["Set-AuthServer -Identity 'ACS - 1' -Enabled:$true -Confirm:$false"]


def test_of_several_the_one_that_needs_least_is_taken(kit: Any) -> None:
    world = kit.World(
        auth_servers=[kit.auth_server("ACS - 1", enabled=False), kit.auth_server("ACS - 2", url="https://x.example")]
    )
    assert world.reports()[STEP].status is Status.OK


def test_a_server_of_that_name_that_is_no_acs_server_is_left_to_a_person(kit: Any) -> None:
    world = kit.World(auth_servers=[kit.auth_server(type="ADFS")])
    assert world.reports()[STEP].status is Status.ATTENTION
    assert texts(world) == []
