"""A profile says what the admin told us; whatever is wrong with it is one sentence, and its comments survive."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui import profile as profiles
from pushtui.base.errors import UsageError
from pushtui.profile import (
    Profile,
    default_path,
    load,
    load_or_new,
    locate,
    parse,
    save_fields,
    validate_certificate_path,
    validate_exchange_server,
    validate_tenant_domain,
)

FULL = """\
# ours
schema = 1
tenant_domain = "fabrikam.com"   # the vanity one
certificate_path = "~/auth.cer"
environment = "lab"

[exchange]
server = "ex01.lab.example"
auth = "basic"
port = 8443
password_file = "exchange.secret"
timeout = 30

[windows]
enabled = true
connect_to = { "ex01.lab.example" = "127.0.0.1:15985" }

[entra]
method = "certificate"
client_id = "11111111-2222-3333-4444-555555555555"
certificate_file = "/etc/pushtui/app.pem"

[verification]
wait_seconds = 5
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ours.toml"


def test_every_section_is_read_and_file_names_mean_the_same_from_any_folder(path: Path) -> None:
    path.write_text(FULL)
    profile = load(path)
    assert profile.tenant_domain == "fabrikam.com"
    assert profile.exchange.port == 8443
    assert profile.exchange.timeout == 30.0
    assert profile.exchange.password_file == str(path.parent / "exchange.secret")
    assert profile.entra.certificate_file == "/etc/pushtui/app.pem"
    assert profile.windows.connect_to == {"ex01.lab.example": "127.0.0.1:15985"}
    assert profile.verification.wait_seconds == 5.0
    assert profile.certificate_file == Path.home() / "auth.cer"
    assert profile.name == "ours"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('tenant_domian = "fabrikam.com"', "Did you mean “tenant_domain”?"),
        ('[exchange]\nservre = "ex01"', "Did you mean “server”?"),
        ("[exchange]\nport = 99999", "1 to 65535"),
        ('[exchange]\nauth = "ntlm"', "one of kerberos, basic"),
        ("[exchange]\ntimeout = 0", "more than 0"),
        ("[verification]\nwait_seconds = -1", "0 to 3600"),
        ("[verification]\nwait_seconds = nan", "0 to 3600"),
        ("schema = 2", "schema 1"),
        ('path = "x"', "unknown key “path”"),
        ("tenant_domain = 5", "expected str"),
        ("tenant_domain = ", "is not TOML"),
    ],
)
def test_a_mistake_is_named_in_one_sentence(path: Path, text: str, said: str) -> None:
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_cannot_be_read_is_a_usage_error(path: Path) -> None:
    with pytest.raises(UsageError, match="There is no profile"):
        load(path)
    assert load_or_new(path) == Profile(path=path)
    path.mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        load(path)
    binary = path.with_name("binary.toml")
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not UTF-8"):
        load(binary)


def test_names_and_paths_are_told_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert default_path() == tmp_path / "pushtui" / "default.toml"
    assert locate("contoso") == tmp_path / "pushtui" / "contoso.toml"
    assert locate("/a/b.toml") == Path("/a/b.toml")
    assert locate("b.toml") == Path.cwd() / "b.toml"
    with pytest.raises(UsageError):
        locate("a b")


def test_a_relative_config_home_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert default_path() == Path.home() / ".config" / "pushtui" / "default.toml"


def test_saving_a_field_keeps_comments_and_everything_else(path: Path) -> None:
    path.write_text(FULL)
    saved = save_fields(load(path), tenant_domain=" contoso.com ", exchange_server="ex02.lab.example")
    assert (saved.tenant_domain, saved.exchange.server) == ("contoso.com", "ex02.lab.example")
    expected = FULL.replace('"fabrikam.com"', '"contoso.com"').replace('server = "ex01', 'server = "ex02')
    assert path.read_text() == expected
    assert load(path) == saved
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_saving_makes_the_file_and_its_folder_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "pushtui" / "default.toml"
    saved = save_fields(load_or_new(path), exchange_server="ex01.lab.example")
    assert load(path).exchange.server == saved.exchange.server == "ex01.lab.example"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_linked_profile_stays_linked(path: Path) -> None:
    real = path.with_name("real.toml")
    real.write_text(FULL)
    path.symlink_to(real)
    save_fields(load(path), tenant_domain="contoso.com")
    assert path.is_symlink()
    assert load(real).tenant_domain == "contoso.com"


def test_a_bad_value_is_not_kept(path: Path) -> None:
    path.write_text(FULL)
    with pytest.raises(UsageError, match="has a dot"):
        save_fields(load(path), tenant_domain="contoso")
    assert path.read_text() == FULL


def test_a_file_that_went_bad_meanwhile_is_not_overwritten(path: Path) -> None:
    path.write_text(FULL)
    profile = load(path)
    path.write_text("half = ")
    with pytest.raises(UsageError, match="not TOML"):
        save_fields(profile, tenant_domain="contoso.com")
    assert path.read_text() == "half = "


@pytest.mark.parametrize(
    "good", ["fabrikam.com", "fabrikam.onmicrosoft.com", " a-b.example ", "xn--mnchen-3ya.example"]
)
def test_good_domains(good: str) -> None:
    assert validate_tenant_domain(good) is None


@pytest.mark.parametrize(
    "bad",
    [
        "",
        " ",
        "fabrikam",
        "a@fabrikam.com",
        "https://fabrikam.com",
        "fab rikam.com",
        "-a.com",
        "a..com",
        "münchen.de",
        "1.2.3.4",
        "fabrikam.com.",
        "a" * 64 + ".com",
        ".".join(["abcdefgh"] * 40),
        "fabrikam.com\x1b[31m",
        "[red].com",
    ],
)
def test_bad_domains_get_one_sentence(bad: str) -> None:
    sentence = validate_tenant_domain(bad)
    assert sentence
    assert sentence.endswith(".")
    assert "\x1b" not in sentence


@pytest.mark.parametrize("good", ["~/auth.cer", "/tmp/auth.cer", "auth.cer", "../a b.der", "/x/ü.cer"])
def test_good_certificate_paths(good: str) -> None:
    assert validate_certificate_path(good) is None


@pytest.mark.parametrize(
    "bad", ["", "/tmp/", "~", "a\x00b", "a\nb.cer", "x" * 300, "~no-such-user-here/a.cer", "a.pfx"]
)
def test_bad_certificate_paths_get_one_sentence(bad: str) -> None:
    sentence = validate_certificate_path(bad)
    assert sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize("good", ["ex01.lab.example", "ex01", "127.0.0.1", "::1"])
def test_good_servers(good: str) -> None:
    assert validate_exchange_server(good) is None


@pytest.mark.parametrize("bad", ["", "https://ex01", "ex01:443", "ex 01", "ex01..com", "-ex"])
def test_bad_servers_get_one_sentence(bad: str) -> None:
    sentence = validate_exchange_server(bad)
    assert sentence
    assert sentence.endswith(".")


@given(text=st.text(max_size=80))
def test_whatever_is_typed_is_judged_without_an_error(text: str) -> None:
    for judge in profiles.VALIDATORS.values():
        sentence = judge(text)
        assert sentence is None or (sentence.endswith(".") and "\x1b" not in sentence)


@given(text=st.text(max_size=200))
def test_whatever_is_in_the_file_is_a_profile_or_a_usage_error(text: str) -> None:
    try:
        result: Profile | str = parse(text, Path(os.devnull))
    except UsageError as error:
        result = str(error)
    assert result
