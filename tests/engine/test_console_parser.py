"""Whatever is typed either becomes a cmdlet that only reads, or a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.commands import Cmdlet
from pushtui.base.errors import UsageError
from pushtui.engine.console.parser import parse

VOCABULARY = (
    "Get-ExchangeServer get-authconfig Test-OAuthConnectivity Set-AuthConfig Get- -Identity -Id -Server -Status:"
    " -Service EWS 'a_b' \"x\" '' $true $null $x 5 -5 , | Select-Object select Name Name,Site * ; (1) @(1) {} % ` #"
    " \u2019 \u2013Id"
)
WORDS = st.sampled_from(VOCABULARY.split())
TYPED = st.one_of(
    st.text(max_size=60), st.lists(WORDS, max_size=8).map(" ".join), st.lists(WORDS, max_size=8).map("".join)
)


def parsed(text: str) -> Cmdlet | UsageError:
    try:
        return parse(text)
    except UsageError as error:
        return error


@given(TYPED)
def test_it_is_a_reading_cmdlet_or_a_sentence(text: str) -> None:
    cmdlet = parsed(text)
    if isinstance(cmdlet, UsageError):
        assert cmdlet.code.startswith("console.")
        assert cmdlet.what
        assert "\n" not in str(cmdlet)
        return
    assert cmdlet.name.partition("-")[0].lower() in {"get", "test"}
    assert cmdlet.reads
    assert all(name.isascii() and name.isalnum() for name, _value in cmdlet.parameters)
    assert all(name.isidentifier() for name in cmdlet.select)
    for name, value in cmdlet.parameters:
        if "identity".startswith(name.lower()):
            assert value not in (None, "")
    assert parse(cmdlet.text) == cmdlet, "what is shown is what is sent"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Get-ExchangeServer", Cmdlet("Get-ExchangeServer")),
        ("  get-exchangeserver  ", Cmdlet("get-exchangeserver")),
        ("Get-AuthServer -Identity MicrosoftSts", Cmdlet.of("Get-AuthServer", Identity="MicrosoftSts")),
        ("Get-AuthServer –Identity ‘it’’s’", Cmdlet.of("Get-AuthServer", Identity="it’s")),
        ("Get-X -A:$false -B -C 5 -D '5' -E $null", Cmdlet.of("Get-X", A=False, B=True, C=5, D="5", E=None)),
        ("Get-X -A:'b c'", Cmdlet.of("Get-X", A="b c")),
        ("Get-X -A a, 'b c' ,3", Cmdlet.of("Get-X", A=("a", "b c", 3))),
        ("Get-X -A -5 -B 007", Cmdlet.of("Get-X", A=-5, B="007")),
        ('Get-X -A "say ""yes"""', Cmdlet.of("Get-X", A='say "yes"')),
        ("Get-X | Select-Object Name,Site", Cmdlet.of("Get-X", ("Name", "Site"))),
        ("Get-X|select -Property Name , Site", Cmdlet.of("Get-X", ("Name", "Site"))),
        (
            "Test-OAuthConnectivity -Service EWS -TargetUri https://outlook.example/ews/exchange.asmx -Mailbox ann",
            Cmdlet.of(
                "Test-OAuthConnectivity",
                Service="EWS",
                TargetUri="https://outlook.example/ews/exchange.asmx",
                Mailbox="ann",
            ),
        ),
    ],
)
def test_what_is_understood(typed: str, expected: Cmdlet) -> None:
    assert parse(typed) == expected


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        ("Set-AuthConfig -Force", "writes"),
        ("Remove-AuthServer -Identity x", "writes"),
        ("Invoke-MonitoringProbe -Identity x", "writes"),
        ("Test-OwaConnectivity -ResetTestAccountCredentials", "writes"),
        ("Test-OwaConnectivity -Reset", "writes"),
        ("Get-CalendarDiagnosticLog -Identity ann -LogLocation c:", "writes"),
        ("Get-Mailbox -Identity ''", "empty-identity"),
        ("Get-Mailbox -Id $null", "empty-identity"),
        ("Get-Mailbox -Identity a,''", "empty-identity"),
        ("Get-Mailbox ann", "positional"),
        ("'Get-Mailbox'", "name"),
        ("dir", "name"),
        ("Get-X; Remove-Y", "language"),
        ("Get-X -A $env:PATH", "variable"),
        ('Get-X -A "$(Remove-Y)"', "expansion"),
        ("Get-X -A (Remove-Y)", "language"),
        ("Get-X -A {1}", "language"),
        ("Get-X -A @{a=1}", "language"),
        ("Get-X -A 'b", "quote"),
        ("Get-X -A 'b'c", "glued"),
        ("Get-X -A b'c", "glued"),
        ("Get-X -A b, -C d", "comma"),
        ("Get-X -A:", "no-value"),
        ("Get-X -A 1 -a 2", "twice"),
        ("Get-X | Where-Object Name", "pipe"),
        ("Get-X |", "pipe"),
        ("| Select-Object a", "pipe"),
        ("Get-X | Select-Object a | Select-Object b", "pipe"),
        ("Get-X | Select-Object", "property"),
        ("Get-X | Select-Object a b", "property"),
        ("Get-X | Select-Object @{n=1}", "language"),
        ("Get-X | Select-Object -First 1", "property"),
        ("Get-X -A 'b\x1b[31m'", "control"),
        ("Get-X -A b\u202ec", "control"),
    ],
)
def test_what_is_refused_and_why(typed: str, code: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(typed)
    assert refused.value.code == f"console.{code}"


def test_a_value_without_its_parameter_is_told_how_to_get_one() -> None:
    with pytest.raises(UsageError) as refused:
        parse("Get-Mailbox o'")
    assert refused.value.code == "console.glued"
    with pytest.raises(UsageError) as refused:
        parse('Get-Mailbox "o\'neil"')
    assert refused.value.code == "console.positional"
    assert "Get-Mailbox -Identity 'o''neil'" in refused.value.remedy


def test_nothing_typed_is_longer_than_what_is_sent() -> None:
    cmdlet: Any = parse("Get-X -A 'a;b' | select Name")
    assert cmdlet.text == "Get-X -A 'a;b' | Select-Object Name"
