"""What a stock client gets from cmdlets over Basic and TLS."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from pypsrp.complex_objects import ObjectMeta, PSInvocationState
from pypsrp.host import PSHost, PSHostUserInterface
from pypsrp.powershell import PowerShell


def test_objects_arrive_with_properties_and_types(serve: Any, run: Any) -> None:
    with serve().pool() as pool:
        output, shell = run(pool, "Get-ExchangeServer")
    assert [str(error) for error in shell.streams.error] == []
    assert [item.adapted_properties["Name"] for item in output] == ["EX01", "EX02"]
    assert output[0].types[0] == "Microsoft.Exchange.Data.Directory.Management.ExchangeServer"
    assert str(output[0]) == "EX01"
    assert not shell.had_errors


def test_streams(serve: Any, run: Any) -> None:
    with serve().pool() as pool:
        output, shell = run(pool, "Test-Streams", Verbose=True)
    assert output == ["out", "snow \u2603 \U0001f600 _x000A_ \x01 <&>", 7, True]
    assert [entry.message for entry in shell.streams.verbose] == ["vrb"]
    assert [entry.message for entry in shell.streams.warning] == ["wrn"]
    assert [entry.percent_complete for entry in shell.streams.progress] == [50, 100]
    assert [str(entry) for entry in shell.streams.error] == ["bad luck"]


def test_several_statements_in_one_pipeline(serve: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        shell = PowerShell(pool)
        shell.add_cmdlet("Get-ExchangeServer").add_parameter("Identity", "EX08").add_statement()
        shell.add_cmdlet("Get-ExchangeServer").add_parameter("Identity", "EX09").add_statement()
        shell.add_cmdlet("Get-ExchangeServer").add_parameter("Identity", "EX03")
        output = shell.invoke()
    assert [str(item) for item in output] == ["EX03"]
    assert len(shell.streams.error) == 2
    assert lab.names() == ["Get-ExchangeServer"] * 3


def test_select_object(serve: Any) -> None:
    with serve().pool() as pool:
        shell = PowerShell(pool)
        shell.add_cmdlet("Get-ExchangeServer").add_parameter("Identity", "EX01")
        shell.add_cmdlet("Select-Object").add_parameter("Property", ["name", "Thumbprint", "Nothing"])
        (item,) = shell.invoke()
    assert item.types[:2] == [
        "Selected.Microsoft.Exchange.Data.Directory.Management.ExchangeServer",
        "System.Management.Automation.PSCustomObject",
    ]
    assert item.extended_properties == {"Name": "EX01", "Thumbprint": "A" * 40, "Nothing": None}
    assert item.adapted_properties == {}


def test_an_exchange_error_is_identified_as_exchange_does(serve: Any, run: Any) -> None:
    with serve().pool() as pool:
        output, shell = run(pool, "Get-ExchangeServer", "EX09")
    assert output == []
    (error,) = shell.streams.error
    assert error.fq_error.startswith("[Server=EX02,RequestId=")
    assert "] [FailureCategory=Cmdlet-ManagementObjectNotFoundException] " in error.fq_error
    assert error.fq_error.endswith(",Microsoft.Exchange.Management.SystemConfigurationTasks.GetExchangeServer")
    assert (error.reason, error.activity, error.target_name) == (
        "ManagementObjectNotFoundException",
        "Get-ExchangeServer",
        "EX09",
    )


@pytest.mark.parametrize("script", ["Get-ExchangeServer", "1 + 1"])
def test_scripts_are_refused(serve: Any, script: str) -> None:
    with serve().pool() as pool:
        shell = PowerShell(pool)
        shell.add_script(script)
        assert shell.invoke() == []
    (error,) = shell.streams.error
    assert error.fq_error == "ScriptsNotAllowed"
    assert shell.had_errors


def test_records_name_their_command(serve: Any, run: Any) -> None:
    with serve().pool() as pool:
        _, shell = run(pool, "Test-Streams")
        _, failed = run(pool, "Get-ExchangeServer", "EX08")
    assert shell.streams.error[0].command_name == "Test-Streams"
    assert shell.streams.warning[0].command_name == "Test-Streams"
    assert failed.streams.error[0].command_name == "Get-ExchangeServer"


def test_verbose_lines_come_only_when_asked_for(serve: Any, run: Any) -> None:
    with serve().pool() as pool:
        _, shell = run(pool, "Test-Streams", ErrorAction="SilentlyContinue", WarningAction="SilentlyContinue")
    assert (shell.streams.verbose, shell.streams.warning, shell.streams.error) == ([], [], [])


def test_the_last_terminating_error_fails_the_pipeline(serve: Any, run: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        _, shell = run(pool, "Get-ExchangeServer", "EX08")
        after, _ = run(pool, "Get-ExchangeServer", "EX01")
    assert (shell.had_errors, shell.state) == (True, PSInvocationState.FAILED)
    assert "couldn't be found" in str(shell.streams.error[0])
    assert [str(item) for item in after] == ["EX01"]


def test_error_action_stop_ends_the_statements_that_follow(serve: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        shell = PowerShell(pool)
        shell.add_cmdlet("Get-ExchangeServer").add_parameters({"Identity": "EX09", "ErrorAction": "Stop"})
        shell.add_statement().add_cmdlet("Get-ExchangeServer")
        assert shell.invoke() == []
    assert shell.state == PSInvocationState.FAILED
    assert lab.names() == ["Get-ExchangeServer"]


def test_error_action_has_no_say_in_a_terminating_error(serve: Any) -> None:
    with serve().pool() as pool:
        shell = PowerShell(pool)
        shell.add_cmdlet("Get-ExchangeServer").add_parameters({"Identity": "EX08", "ErrorAction": "Stop"})
        shell.add_statement().add_cmdlet("Get-ExchangeServer").add_parameter("Identity", "EX01")
        assert [str(item) for item in shell.invoke()] == ["EX01"]
    assert len(shell.streams.error) == 1


def test_unknown_commands_and_parameters(serve: Any, run: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        _, nothing = run(pool, "Get-Nothing")
        _, bogus = run(pool, "Get-Echo", Bogus=1)
    assert nothing.streams.error[0].fq_error == "CommandNotFoundException"
    assert "'Get-Nothing' is not recognized" in str(nothing.streams.error[0])
    assert bogus.streams.error[0].fq_error == "NamedParameterNotFound,Get-Echo"
    assert lab.names(writes=True) == []


def test_parameters_arrive_as_their_types(serve: Any, run: Any) -> None:
    with serve().pool() as pool:
        pool.exchange_keys()
        secret = pool.serialize("s3cr\u00e9t", ObjectMeta("SS"))
        (text,), shell = run(
            pool,
            "get-echo",
            "someone",
            print="A1",
            Enabled=True,
            Force=None,
            Count="12",
            Date="2026-01-02T03:04:05Z",
            Bytes=b"\x01\x02",
            Secret=secret,
            Names=["a", "b"],
            Services="smtp, fed",
            Type="Azure",
        )
    assert shell.streams.error == []
    parameter_set, user, server, kinds, values, _ = text.split("|")
    assert (parameter_set, user, server) == ("Identity", "admin@lab.example", "ex02.lab.example")
    assert "'Bytes': 'bytes', 'Count': 'int', 'Date': 'datetime', 'Enabled': 'bool', 'Force': 'bool'" in kinds
    assert "'Names': ('a', 'b'), 'Secret': 's3cr\u00e9t', 'Services': ('SMTP', 'Federation')" in values
    assert "'Thumbprint': 'A1', 'Type': 'AzureAD'" in values


def test_secrets_and_files_stay_out_of_the_request_log(serve: Any, run: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        pool.exchange_keys()
        secret = pool.serialize("s3cret", ObjectMeta("SS"))
        run(pool, "Get-Echo", Secret=secret, Bytes=b"\x01\x02", Enabled=False)
        run(pool, "Get-Nothing", Secret=secret)
        run(pool, "Get-Echo", Secret=secret, Bogus=1)
    assert not [entry for entry in lab.requests.entries() if "s3cret" in entry.detail]
    entry, _ = [entry for entry in lab.requests.entries() if entry.name == "Get-Echo"]
    assert entry.detail == "-Secret *** -Bytes <2 bytes> -Enabled:$false"
    assert (entry.side, entry.account, entry.status, entry.write) == ("exchange", "admin@lab.example", "ok", False)


def test_a_prompt_without_a_host_is_the_real_error(serve: Any, run: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        output, shell = run(pool, "Set-AuthConfig")
        confirmed, _ = run(pool, "Set-AuthConfig", Confirm=False)
        _, asked = run(pool, "Set-AuthConfig", Confirm=False, Ask=None)
        forced, _ = run(pool, "Set-AuthConfig", Confirm=False, Ask=None, Force=None)
        supported, _ = run(pool, "Set-Quiet", "x")
    assert (output, confirmed, forced, supported) == ([], ["done"], ["done"], ["done"])
    assert "A command that prompts the user failed because the host program" in str(shell.streams.error[0])
    assert shell.streams.error[0].fq_error == "HostFunctionNotImplemented,Set-AuthConfig"
    assert "The date is near" in str(asked.streams.error[0])


def test_a_prompt_with_a_host_is_asked(serve: Any, run: Any) -> None:
    class Screen(PSHostUserInterface):  # type: ignore[misc]
        asked: ClassVar[list[str]] = []
        lines: ClassVar[list[str]] = []

        def PromptForChoice(self, runspace: Any, pipeline: Any, *arguments: Any) -> int:  # noqa: N802
            self.asked.append(str(arguments[1]))
            return 0 if len(self.asked) == 1 else 2

        def WriteLine2(self, runspace: Any, pipeline: Any, value: str) -> None:  # noqa: N802
            self.lines.append(value)

    host = PSHost(None, None, False, "tests", None, Screen(), "1.0")
    with serve().pool(host) as pool:
        first, _ = run(pool, "Set-AuthConfig")
        second, _ = run(pool, "Set-AuthConfig")
        third, _ = run(pool, "Set-AuthConfig", WhatIf=None)
    assert (first, second, third) == (["done"], [], [])
    assert len(Screen.asked) == 2
    assert Screen.lines == ['What if: Performing the operation "Set-AuthConfig" on target "Auth Configuration".']


def test_what_if_changes_nothing_and_is_no_write(serve: Any, run: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        output, shell = run(pool, "Set-AuthConfig", WhatIf=True)
        assert (output, shell.had_errors) == ([], False)
        assert lab.names(writes=True) == []
        run(pool, "Set-AuthConfig", Confirm=False)
        assert lab.names(writes=True) == ["Set-AuthConfig"]


def test_select_object_first_and_expand_property(serve: Any) -> None:
    with serve().pool() as pool:
        shell = PowerShell(pool)
        shell.add_cmdlet("Get-ExchangeServer").add_cmdlet("Select-Object").add_parameter("First", 1)
        assert [str(item) for item in shell.invoke()] == ["EX01"]
        shell = PowerShell(pool)
        shell.add_cmdlet("Get-ExchangeServer").add_cmdlet("Select-Object").add_parameter("ExpandProperty", "Domains")
        assert shell.invoke() == ["a.example", "b.example"] * 2
        shell = PowerShell(pool)
        shell.add_cmdlet("Get-ExchangeServer").add_cmdlet("Select-Object").add_parameter("ExpandProperty", "Nope")
        assert shell.invoke() == []
        assert shell.streams.error[0].fq_error.startswith("ExpandPropertyNotFound,")


def test_select_object_refuses_calculated_properties(serve: Any) -> None:
    with serve().pool() as pool:
        shell = PowerShell(pool)
        shell.add_cmdlet("Get-ExchangeServer").add_cmdlet("Select-Object")
        shell.add_parameter("Property", [{"Name": "x", "Expression": "Name"}])
        assert shell.invoke() == []
        assert "plain names only" in str(shell.streams.error[0])


def test_piping_into_anything_else_is_said_not_to_be_simulated(serve: Any) -> None:
    with serve().pool() as pool:
        shell = PowerShell(pool)
        shell.add_cmdlet("Get-ExchangeServer").add_cmdlet("Set-Quiet")
        assert shell.invoke() == []
        assert shell.streams.error[0].fq_error == "LabNotSimulated"
        shell = PowerShell(pool)
        shell.add_cmdlet("Get-ExchangeServer").add_cmdlet("Where-Object")
        shell.invoke()
        assert shell.streams.error[0].fq_error == "CommandNotFoundException"
        shell = PowerShell(pool)
        shell.add_cmdlet("Get-Help")
        shell.invoke()
        assert str(shell.streams.error[0]) == "The lab does not simulate Get-Help."


def test_get_command_shows_what_the_account_may_run(serve: Any, run: Any) -> None:
    with serve().pool() as pool:
        found, _ = run(pool, "Get-Command", "*-AuthConfig", Type="Cmdlet")
        missing, shell = run(pool, "Get-Command", Name="Get-PushNotificationApp")
        metadata = pool.get_command_metadata("Get-E*")
    assert [item.adapted_properties["Name"] for item in found] == ["Set-AuthConfig"]
    assert missing == []
    assert shell.streams.error[0].fq_error.startswith("CommandNotFoundException,")
    assert [entry.name for entry in metadata] == ["Get-Echo", "Get-ExchangeServer"]


def test_a_bug_in_the_lab_is_an_answer_and_an_entry(serve: Any, run: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        _, shell = run(pool, "Break-Lab")
        assert "made to fail" in str(shell.streams.error[0])
        assert run(pool, "Get-ExchangeServer", "EX01")[1].had_errors is False
    assert "lab-error" in [entry.name for entry in lab.requests.entries()]


def test_get_command_tells_the_parameters_where_they_are_selected(serve: Any) -> None:
    with serve().pool() as pool:
        shell = PowerShell(pool)
        shell.add_cmdlet("Get-Command").add_parameter("Name", "Get-ExchangeServer")
        shell.add_cmdlet("Select-Object").add_parameter("Property", ["Name", "Parameters"])
        (item,) = shell.invoke()
    parameters = item.extended_properties["Parameters"]
    assert {"Identity", "ErrorAction"} <= {str(name) for name in parameters}
