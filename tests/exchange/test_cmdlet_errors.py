"""Error records are taken apart into what an admin needs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pushtui.exchange.cmdlet_errors import cmdlet_error, split_decoration

DECORATED = (
    "[Server=EX01,RequestId=4d5e01f2-0000-0000-0000-000000000000,TimeStamp=9/9/2022 3:17:40 PM] "
    "[FailureCategory=Cmdlet-ManagementObjectNotFoundException] "
    "E3DE7D95,Microsoft.Exchange.Management.RecipientTasks.GetMailbox"
)


def test_the_identifier_is_split_from_its_decoration() -> None:
    error = cmdlet_error(
        {
            "@text": "The operation couldn't be performed.",
            "FullyQualifiedErrorId": DECORATED,
            "ErrorCategory_Category": 13,
            "ErrorCategory_Reason": "ManagementObjectNotFoundException",
            "ErrorCategory_TargetName": "EX09",
            "ErrorCategory_Activity": "Get-Mailbox",
        }
    )
    assert error.identifier == "E3DE7D95,Microsoft.Exchange.Management.RecipientTasks.GetMailbox"
    assert error.server == "EX01"
    assert error.request_id == "4d5e01f2-0000-0000-0000-000000000000"
    assert error.failure_category == "Cmdlet-ManagementObjectNotFoundException"
    assert (error.category, error.reason, error.target) == (
        "ObjectNotFound",
        "ManagementObjectNotFoundException",
        "EX09",
    )
    assert error.cmdlet == "Get-Mailbox"
    assert not error.unknown_command


def test_a_message_can_be_decorated_too() -> None:
    decoration, text = split_decoration(
        "[ClientAccessServer=CAS1,BackEndServer=ex02.lab.example,RequestId=7,TimeStamp=1] "
        "[FailureCategory=WSMan-InvalidShellID] The shell was not found [really]."
    )
    assert (decoration.server, decoration.failure_category) == ("ex02.lab.example", "WSMan-InvalidShellID")
    assert text == "The shell was not found [really]."


def test_other_brackets_stay() -> None:
    assert split_decoration("[Subject] CN=x")[1] == "[Subject] CN=x"


def test_the_origin_is_found_in_the_identifier_where_nothing_else_names_it() -> None:
    assert cmdlet_error({"FullyQualifiedErrorId": DECORATED}).cmdlet == "GetMailbox"
    unknown = cmdlet_error(
        {"FullyQualifiedErrorId": "CommandNotFoundException", "ErrorCategory_TargetName": "Get-Nothing"}
    )
    assert unknown.unknown_command
    assert unknown.cmdlet == "Get-Nothing"


def test_a_record_with_nothing_in_it() -> None:
    error = cmdlet_error({})
    assert (error.message, error.identifier, error.category) == ("", "", "")


def test_an_exception_gives_the_message_where_the_record_has_none() -> None:
    assert cmdlet_error({"Exception": {"Message": "deep inside", "@text": "x"}}).message == "deep inside"
    assert cmdlet_error({"Exception": "System.Exception: flat"}).message == "System.Exception: flat"


def test_text_from_the_server_cannot_act_on_a_terminal() -> None:
    error = cmdlet_error({"@text": "\x1b[2J\u202egone", "ErrorCategory_TargetName": "a\x07"})
    assert error.message == "\\x1b[2J\\u202egone"
    assert error.target == "a\\x07"


@given(st.text())
def test_any_identifier_can_be_split(text: str) -> None:
    decoration, rest = split_decoration(text)
    assert rest in text
    assert isinstance(decoration.server, str)
