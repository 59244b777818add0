"""Parameters bind as PowerShell binds them, and fail with its errors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pushtui.lab.remoting.binder import bind
from pushtui.lab.remoting.clixml import SecureText
from pushtui.lab.remoting.cmdlet import CmdletSpec, Parameter
from pushtui.lab.remoting.errors import Binding, Failure


def spec(*parameters: Parameter, default: str = "", confirms: Any = "never") -> CmdletSpec:
    return CmdletSpec("Set-Lab", lambda invocation, values: None, parameters, default, confirms)


def bound(cmdlet: CmdletSpec, *arguments: tuple[str | None, Any], proxied: bool = True) -> Any:
    return bind(cmdlet, arguments, Binding("Set-Lab", "Set-Lab", proxied=proxied))


def failure(cmdlet: CmdletSpec, *arguments: tuple[str | None, Any], proxied: bool = True) -> tuple[str, str]:
    with pytest.raises(Failure) as raised:
        bound(cmdlet, *arguments, proxied=proxied)
    error = raised.value.error
    assert raised.value.activity == "Set-Lab"
    assert error.identifier.endswith(",Set-Lab")
    return error.identifier.removesuffix(",Set-Lab"), error.message


PLAIN = spec(Parameter("Identity", position=0), Parameter("DomainController"), Parameter("Domain"), Parameter("Name"))


@pytest.mark.parametrize("name", ["Identity", "identity", "-Identity", "-Identity:", "Id", "-id"])
def test_names_in_any_case_with_dash_and_by_their_start(name: str) -> None:
    assert bound(PLAIN, (name, "x")).values == {"Identity": "x"}


def test_a_whole_name_is_not_ambiguous_but_a_start_may_be() -> None:
    assert bound(PLAIN, ("Domain", "x")).values == {"Domain": "x"}
    identifier, message = failure(PLAIN, ("Dom", "x"))
    assert identifier == "AmbiguousParameter"
    assert "'Dom' is ambiguous. Possible matches include: -DomainController -Domain." in message


def test_a_cmdlets_own_parameters_win_over_the_common_ones() -> None:
    cmdlet = spec(Parameter("Verb"), Parameter("Error"))
    assert bound(cmdlet, ("Ver", "x"), ("err", "y")).values == {"Verb": "x", "Error": "y"}


@pytest.mark.parametrize(
    ("arguments", "identifier"),
    [
        ((("Bogus", 1),), "NamedParameterNotFound"),
        ((("", 1),), "NamedParameterNotFound"),
        ((("WhatIf", True),), "NamedParameterNotFound"),
        (((None, "a"), (None, "b")), "PositionalParameterNotFound"),
        ((("Identity", "a"), ("id", "b")), "ParameterAlreadyBound"),
        ((("-Identity", None),), "MissingArgument"),
        ((("ErrorAction", "Explode"),), "ParameterArgumentTransformationError"),
    ],
)
def test_what_does_not_bind(arguments: Any, identifier: str) -> None:
    assert failure(PLAIN, *arguments)[0] == identifier


def test_common_parameters_are_kept_apart() -> None:
    result = bound(spec(confirms="supports"), ("EA", "silentlyc"), ("vb", None), ("Confirm", False), ("wi", True))
    assert result.values == {}
    assert result.common == {"ErrorAction": "SilentlyContinue", "Verbose": True, "Confirm": False, "WhatIf": True}


def test_mandatory_parameters() -> None:
    cmdlet = spec(Parameter("Identity", mandatory=True, position=0), Parameter("Other", "any", mandatory=True))
    identifier, message = failure(cmdlet)
    assert identifier == "MissingMandatoryParameter"
    assert message == "Cannot process command because of one or more missing mandatory parameters: Identity Other."
    assert failure(cmdlet, ("Identity", ""), ("Other", 1))[0] == "ParameterArgumentValidationErrorEmptyStringNotAllowed"
    assert failure(cmdlet, (None, None), ("Other", 1))[0] == "ParameterArgumentValidationErrorNullNotAllowed"


SETS = spec(
    Parameter("Identity", position=0, mandatory=True, sets=frozenset({"Identity"})),
    Parameter("Url", mandatory=True, sets=frozenset({"Url"})),
    Parameter("Realm", sets=frozenset({"Url", "Acs"})),
    Parameter("Acs", mandatory=True, sets=frozenset({"Acs"})),
    Parameter("Shared"),
    default="Identity",
)


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        ((("Identity", "x"),), "Identity"),
        (((None, "x"), ("Shared", "y")), "Identity"),
        ((("Url", "x"),), "Url"),
        ((("Acs", "x"), ("Realm", "r")), "Acs"),
    ],
)
def test_the_parameter_set_follows_from_the_parameters(arguments: Any, chosen: str) -> None:
    assert bound(SETS, *arguments).parameter_set == chosen


@pytest.mark.parametrize(
    ("arguments", "identifier"),
    [
        ((("Url", "x"), ("Acs", "y")), "AmbiguousParameterSet"),
        ((("Identity", "x"), ("Realm", "y")), "AmbiguousParameterSet"),
        ((("Realm", "x"),), "AmbiguousParameterSet"),
        ((), "MissingMandatoryParameter"),
        ((("Url", "x"), (None, "y")), "PositionalParameterNotFound"),
    ],
)
def test_parameter_sets_that_cannot_be(arguments: Any, identifier: str) -> None:
    assert failure(SETS, *arguments)[0] == identifier


TYPED = spec(
    Parameter("Bool", "bool"),
    Parameter("Switch", "switch"),
    Parameter("Int", "int"),
    Parameter("Date", "datetime"),
    Parameter("Bytes", "bytes"),
    Parameter("Secret", "securestring"),
    Parameter("Text"),
    Parameter("Texts", "strings"),
    Parameter("Any", "any"),
    Parameter("Flags", "strings", choices=("None", "SMTP", "IIS", "IMAP")),
    Parameter("Kind", choices=("Unknown", "AzureAD")),
)
NINTH = datetime(2026, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "given_value", "expected"),
    [
        ("Bool", True, True),
        ("Bool", 0, False),
        ("Switch", None, True),
        ("Switch", False, False),
        ("Int", "12", 12),
        ("Int", True, 1),
        ("Date", "2026-01-09", NINTH),
        ("Date", "01/09/2026", NINTH),
        ("Date", "1/9/2026 12:00:00 AM", NINTH),
        ("Date", NINTH, NINTH),
        ("Bytes", b"\x01", b"\x01"),
        ("Bytes", [1, 2], b"\x01\x02"),
        ("Secret", SecureText("s"), "s"),
        ("Text", 7, "7"),
        ("Text", ["one"], "one"),
        ("Text", "", ""),
        ("Text", None, None),
        ("Texts", "one", ("one",)),
        ("Texts", ["one", 2], ("one", "2")),
        ("Any", {"a": [1]}, {"a": [1]}),
        ("Flags", "smtp,IIS", ("SMTP", "IIS")),
        ("Flags", ["Smtp", "im"], ("SMTP", "IMAP")),
        ("Kind", "azure", "AzureAD"),
    ],
)
def test_values_become_the_type_of_the_parameter(name: str, given_value: Any, expected: Any) -> None:
    assert bound(TYPED, (name, given_value)).values == {name: expected}


@pytest.mark.parametrize(
    ("name", "given_value", "reason"),
    [
        ("Bool", "true", 'Cannot convert value "System.String" to type "System.Boolean"'),
        ("Switch", "yes", 'to type "System.Management.Automation.SwitchParameter"'),
        ("Int", "twelve", '"twelve" to type "System.Int32". Error: "Input string was not in a correct format."'),
        ("Date", "soon", 'Error: "String was not recognized as a valid DateTime."'),
        ("Bytes", "text", 'to type "System.Byte[]"'),
        ("Bytes", [256], 'to type "System.Byte[]"'),
        ("Secret", "plain", 'to type "System.Security.SecureString"'),
        ("Text", ["a", "b"], "Cannot convert value to type System.String."),
        ("Flags", "I", "Unable to match the identifier name I to a valid enumerator name"),
        ("Kind", "Nope", "try again: Unknown, AzureAD"),
    ],
)
def test_values_that_do_not_fit(name: str, given_value: Any, reason: str) -> None:
    identifier, message = failure(TYPED, (name, given_value))
    assert identifier == "ParameterArgumentTransformationError"
    assert message.startswith(f"Cannot process argument transformation on parameter '{name}'. ")
    assert reason in message
    assert failure(TYPED, (name, given_value), proxied=False)[0] == "CannotConvertArgumentNoMessage"


@given(some.lists(some.tuples(some.none() | some.text(max_size=8), some.none() | some.text(max_size=4)), max_size=4))
def test_whatever_comes_is_bound_or_refused(arguments: list[tuple[str | None, Any]]) -> None:
    try:
        result = bound(SETS, *arguments)
    except Failure as error:
        outcome = error.error.identifier.partition(",")[2]
    else:
        outcome = result.parameter_set
    assert outcome in {"Identity", "Url", "Acs", "Set-Lab"}
