"""A typing mistake in a settings file is an error that names the place."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

import pytest

from pushtui.base.errors import UsageError
from pushtui.base.tables import read_table
from pushtui.base.values import frozen


@frozen
class Server:
    name: str
    port: int | None = None
    auth: Literal["kerberos", "basic"] = "kerberos"


@frozen
class Settings:
    servers: tuple[Server, ...] = ()
    wait_seconds: float = 120.0
    connect_to: Mapping[str, str] = field(default_factory=dict)


def test_nested_tables_become_nested_values() -> None:
    table = {"servers": [{"name": "ex01", "port": 443}], "wait_seconds": 3, "connect_to": {"ex01": "127.0.0.1:1"}}
    assert read_table(Settings, table, "profile") == Settings((Server("ex01", 443),), 3.0, {"ex01": "127.0.0.1:1"})


def test_hyphens_and_underscores_are_the_same() -> None:
    assert read_table(Settings, {"wait-seconds": 1.5}, "profile").wait_seconds == 1.5


@pytest.mark.parametrize(
    ("table", "code", "words"),
    [
        ({"wait_second": 1}, "settings.unknown-key", ["profile", "“wait_second”", "Did you mean", "wait_seconds"]),
        ({"wait_seconds": "long"}, "settings.wrong-value", ["profile", "wait_seconds", "'long'", "float"]),
        ({"wait_seconds": True}, "settings.wrong-value", ["wait_seconds"]),
        ({"servers": [{"name": "a", "auth": "ntlm"}]}, "settings.wrong-value", ["servers[0]", "kerberos, basic"]),
        ({"servers": [{"port": 1}]}, "settings.missing", ["servers[0]", "name"]),
        ({"servers": {"name": "a"}}, "settings.wrong-value", ["servers"]),
        ({"connect_to": {"ex01": 5}}, "settings.wrong-value", ["connect_to.ex01"]),
    ],
)
def test_a_mistake_is_one_sentence_with_the_place(table: dict[str, Any], code: str, words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        read_table(Settings, table, "profile")
    assert caught.value.code == code
    assert [word for word in words if word not in str(caught.value)] == []
