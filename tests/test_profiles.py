"""The profiles that there are, which were used, and making one."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pushtui.base.errors import FileProblem, UsageError
from pushtui.new_profile import METHODS, RULES, create, unreadable
from pushtui.profile import load
from pushtui.profiles import known, recent, remember

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
VALUES = {
    "name": "fabrikam",
    "tenant_domain": "fabrikam.com",
    "exchange_server": "ex01.contoso.com",
    "exchange_user": "admin@contoso.com",
    "certificate_path": "~/auth.cer",
    "method": "browser",
    "client_id": "00000000-0000-0000-0000-000000000001",
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of nobody's."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def test_a_new_profile_is_what_was_typed_and_private(home: Path) -> None:
    path = create(VALUES)
    assert path == home / "config" / "pushtui" / "fabrikam.toml"
    assert path.stat().st_mode & 0o777 == 0o600
    profile = load(path)
    assert (profile.tenant_domain, profile.exchange.server) == ("fabrikam.com", "ex01.contoso.com")
    assert (profile.exchange.user, profile.entra.method) == ("admin@contoso.com", "browser")
    assert profile.entra.client_id == VALUES["client_id"]


def test_what_is_left_empty_is_left_out(home: Path) -> None:
    assert "user" not in tomllib.loads(create({**VALUES, "exchange_user": " "}).read_text())["exchange"]


def test_no_profile_is_overwritten(home: Path) -> None:
    path = create(VALUES)
    before = path.read_text()
    with pytest.raises(UsageError, match="There is a profile “fabrikam” already"):
        create({**VALUES, "tenant_domain": "contoso.com"})
    assert path.read_text() == before


BAD = {"certificate_file": "auth.cer", "secret_file": "folder/", "secret_command": 'pass "show'}
METHOD_OF = {"certificate_file": "certificate", "secret_file": "secret", "secret_command": "secret"}


@pytest.mark.parametrize("name", RULES)
def test_nothing_is_written_with_a_value_that_is_not_good(home: Path, name: str) -> None:
    method = METHOD_OF.get(name, "browser")
    given = {**VALUES, **dict.fromkeys(METHOD_OF, ""), "method": method}
    with pytest.raises(UsageError):
        create({**given, name: BAD.get(name, "not / good.pfx")})
    assert known() == ()


def test_what_the_way_to_sign_in_asks_for_is_kept_and_nothing_else_is(home: Path) -> None:
    given = {**VALUES, "certificate_file": "app.pem", "secret_file": "", "secret_command": "pass show 'a b'"}
    by = {method: load(create({**given, "name": method, "method": method})).entra for method in METHODS}
    assert by["certificate"].certificate_file == str(home / "config" / "pushtui" / "app.pem")
    assert by["secret"].secret_command == ("pass", "show", "a b")
    assert [
        by[method].certificate_file + " ".join(by[method].secret_command) for method in ("browser", "device-code")
    ] == [
        "",
        "",
    ]
    with pytest.raises(UsageError):
        create({**given, "name": "two", "method": "secret", "secret_file": "secret"})


def test_a_file_of_the_form_is_looked_at(home: Path) -> None:
    assert "cannot be read" in unreadable("secret_file", str(home / "absent"))
    file = home / "secret"
    file.write_text("x")
    file.chmod(0o644)
    assert unreadable("secret_file", str(file))
    file.chmod(0o600)
    assert unreadable("secret_file", str(file)) == ""
    assert unreadable("certificate_path", "absent") == unreadable("secret_file", " ") == "", "nothing is read there"


def test_a_folder_that_cannot_be_written_is_told(home: Path) -> None:
    (home / "config").write_text("")
    with pytest.raises(FileProblem):
        create(VALUES)


@pytest.mark.parametrize(
    ("field", "value", "good"),
    [
        ("name", "fabrikam-2.old", True),
        ("name", "", False),
        ("name", "a b", False),
        ("name", "../x", False),
        ("name", ".hidden", False),
        ("name", "settings", False),
        ("name", "x.toml", False),
        ("name", "x" * 61, False),
        ("exchange_user", "", True),
        ("exchange_user", "admin@contoso.com", True),
        ("exchange_user", "CONTOSO\\admin", True),
        ("exchange_user", "admin", False),
        ("exchange_user", "the admin@contoso.com", False),
        ("method", "device-code", True),
        ("method", "password", False),
        ("client_id", "00000000-0000-0000-0000-00000000000F", True),
        ("client_id", "", False),
        ("client_id", "00000000", False),
        ("certificate_file", "~/app.pem", True),
        ("certificate_file", "app.pfx", True),
        ("certificate_file", "", False),
        ("certificate_file", "app.cer", False),
        ("certificate_file", "~/", False),
        ("secret_file", "", True),
        ("secret_file", "credential:entra", True),
        ("secret_file", "a\x1bb", False),
        ("secret_file", "~nobody-of-that-name/x", False),
        ("secret_command", "", True),
        ("secret_command", "pass show entra/pushtui", True),
        ("secret_command", "cat secret | head", False),
    ],
)
def test_the_fields_of_the_form(field: str, value: str, good: bool) -> None:
    problem = RULES[field](value)
    assert (problem is None) == good
    assert problem is None or problem.endswith(".")


def test_the_ways_to_sign_in_are_those_of_the_profile() -> None:
    assert METHODS == ("device-code", "browser", "certificate", "secret")


def test_recent_ones_come_first_then_all_by_name(home: Path) -> None:
    for name in ("b", "a", "c", "d"):
        create({**VALUES, "name": name})
    folder = home / "config" / "pushtui"
    (folder / "settings.toml").write_text("")
    elsewhere = home / "elsewhere.toml"
    elsewhere.write_text('tenant_domain = "contoso.com"\nenvironment = "lab"\nread_only = true\n')
    remember(folder / "c.toml", NOW)
    remember(elsewhere, NOW + timedelta(days=1))
    remember(folder / "gone.toml", NOW + timedelta(days=2))
    remember(folder / "c.toml", NOW + timedelta(days=3))
    found = known()
    assert [each.name for each in found] == ["c", "elsewhere", "a", "b", "d"]
    assert [each.used for each in found[:3]] == [NOW + timedelta(days=3), NOW + timedelta(days=1), None]
    assert (found[1].tenant, found[1].environment, found[1].read_only) == ("contoso.com", "lab", True)


def test_one_that_cannot_be_used_says_why(home: Path) -> None:
    create(VALUES)
    (home / "config" / "pushtui" / "broken.toml").write_text("tenant_domain = 5")
    broken, good = known()
    assert "expected str" in broken.problem
    assert not good.problem


@pytest.mark.parametrize("content", ["", "{", "[1]", '[{"path": "x"}]', '[{"path": "x", "used": "when"}]', "\xff"])
def test_a_memory_that_makes_no_sense_counts_as_none(home: Path, content: str) -> None:
    file = home / "state" / "pushtui" / "recent-profiles.json"
    file.parent.mkdir(parents=True)
    file.write_text(content, "latin-1")
    assert recent() == {}
    remember(home / "x.toml", NOW)
    assert recent() == {home / "x.toml": NOW}


def test_only_so_many_are_remembered_and_nothing_depends_on_it(home: Path) -> None:
    for number in range(60):
        remember(home / f"{number}.toml", NOW + timedelta(seconds=number))
    assert len(recent()) == 50
    assert next(iter(recent())) == home / "59.toml"
    (home / "state" / "pushtui").rename(home / "away")
    (home / "state" / "pushtui").write_text("")
    remember(home / "x.toml", NOW)
    assert recent() == {}
