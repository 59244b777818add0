"""A session against a real endpoint: what the engine gets back for what it asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from pushtui.base.commands import Cmdlet, Later
from pushtui.base.errors import ReadOnlyRefused, UsageError
from pushtui.exchange.connection import StreamLine

SERVERS = Cmdlet.of("Get-ExchangeServer")
AUTH_CONFIG = Cmdlet.of("Get-AuthConfig")
CERTIFICATE = Cmdlet.of("Get-ExchangeCertificate", ("Thumbprint", "Services"), Server="ex01")
WRITE = Cmdlet.of("Set-AuthConfig", NewCertificateThumbprint="B" * 40)


def test_objects_arrive_as_plain_values(serve: Any, ask: Any) -> None:
    connection = serve().connection()
    (reply,) = ask(connection, SERVERS)
    assert [item["Name"] for item in reply.objects] == ["EX01", "EX02"]
    assert reply.objects[0]["AdminDisplayVersion"] == "Version 15.2 (Build 1544.4)"
    assert reply.objects[1]["Aliases"] == ["EX02-a", "EX02-b"], "collections, which pypsrp leaves as XML"
    assert reply.objects[0]["Nothing"] is None
    assert reply.objects[0]["@types"][0] == "Microsoft.Exchange.Data.Directory.Management.ExchangeServer"
    assert reply.objects[0]["@text"] == "EX01"
    assert connection.identity == "admin@lab.example"


def test_several_reads_cost_one_command(serve: Any, ask: Any) -> None:
    server = serve()
    servers, config, certificates = ask(server.connection(), SERVERS, AUTH_CONFIG, CERTIFICATE)
    assert [item["Name"] for item in servers.objects] == ["EX01", "EX02"]
    assert [item["CurrentCertificateThumbprint"] for item in config.objects] == ["A" * 40]
    assert [(item["Thumbprint"], item["Services"]) for item in certificates.objects] == [("A" * 40, "SMTP")]
    assert server.operations("Command") == 1


def test_the_same_cmdlet_twice_is_two_pipelines(serve: Any, ask: Any) -> None:
    server = serve()
    other = Cmdlet.of("Get-ExchangeCertificate", ("Thumbprint",), Server="ex02")
    first, second, config = ask(server.connection(), CERTIFICATE, other, AUTH_CONFIG)
    assert "Services" in first.objects[0]
    assert "Services" not in second.objects[0]
    assert config.objects[0]["Name"] == "Auth Configuration"
    assert server.operations("Command") == 2


def test_an_error_in_a_batch_stays_with_its_cmdlet(serve: Any, ask: Any) -> None:
    server = serve()
    for identity in ("EX09", "EX08"):
        servers, config = ask(server.connection(), Cmdlet.of("Get-ExchangeServer", Identity=identity), AUTH_CONFIG)
        assert servers.objects == ()
        (error,) = servers.errors
        assert "couldn't be found" in error.message
        assert error.reason == "ManagementObjectNotFoundException"
        assert error.failure_category == "Cmdlet-ManagementObjectNotFoundException"
        assert not error.identifier.startswith("[")
        assert config.errors == ()
        assert len(config.objects) == 1


def test_a_warning_in_a_batch_stays_with_its_cmdlet(serve: Any, ask: Any) -> None:
    servers, config = ask(serve().connection(), Cmdlet.of("Get-ExchangeServer", Identity="warn"), AUTH_CONFIG)
    assert servers.warnings == ("The object \\x1b[31mEX01\\x1b[0m has been corrupted",)
    assert config.warnings == ()


def test_what_cannot_be_attributed_is_asked_again_alone(serve: Any, ask: Any) -> None:
    server = serve()
    partners, config = ask(server.connection(), Cmdlet.of("Get-PartnerApplication"), AUTH_CONFIG)
    assert partners.objects[0]["Name"] == "nobody's"
    assert config.objects[0]["Name"] == "Auth Configuration"
    assert server.names() == ["Get-PartnerApplication", "Get-AuthConfig"] * 2


def test_a_cmdlet_that_no_role_grants_is_an_error_of_its_statement(serve: Any, ask: Any) -> None:
    missing, config = ask(serve().connection(), Cmdlet.of("Get-PushNotificationApp"), AUTH_CONFIG)
    assert [error.unknown_command for error in missing.errors] == [True]
    assert len(config.objects) == 1


def test_a_warning_without_an_object_is_kept(serve: Any, ask: Any) -> None:
    (reply,) = ask(serve().connection(), Cmdlet.of("Invoke-MonitoringProbe", Identity="PushNotifications.Proxy\\Probe"))
    assert reply.objects == ()
    assert reply.warnings == ("The probe didn't answer.",)


def test_parameters_arrive_with_their_types(serve: Any, ask: Any) -> None:
    cmdlet = Cmdlet.of(
        "Get-Echo",
        Names=("a", "b"),
        Force=True,
        Enabled=False,
        Count=7,
        Date=datetime(2026, 11, 22, 5, 0, tzinfo=UTC),
        Bytes=b"\x00\xff",
        Text="it's <&> _x000D_ \N{SNOWMAN}",
    )
    (reply,) = ask(serve().connection(), cmdlet)
    text = reply.objects[0]["@text"]
    for part in ("('Force', True)", "('Enabled', False)", "('Count', 7)", "2026, 11, 22, 5, 0", "it's <&> _x000D_ ☃"):
        assert part in text
    assert repr(b"\x00\xff") in text


def test_a_write_changes_and_is_sent_once(serve: Any, ask: Any) -> None:
    server = serve()
    (reply,) = ask(server.connection(), WRITE)
    assert reply.errors == ()
    assert server.state.sent == ["B" * 40]


def test_a_write_among_reads_keeps_its_place(serve: Any, ask: Any) -> None:
    server = serve()
    before, _written, after = ask(server.connection(), AUTH_CONFIG, WRITE, AUTH_CONFIG)
    assert before.objects[0]["CurrentCertificateThumbprint"] == "A" * 40
    assert after.objects[0]["CurrentCertificateThumbprint"] == "B" * 40


def test_a_read_only_run_sends_no_write(serve: Any, ask: Any) -> None:
    server = serve()
    connection = server.connection(read_only=True)
    with pytest.raises(ReadOnlyRefused, match="read-only"):
        ask(connection, AUTH_CONFIG, WRITE)
    assert server.requests.entries() == [], "not even the reads before it"
    assert len(ask(connection, AUTH_CONFIG)[0].objects) == 1


def test_a_value_that_is_not_known_yet_is_never_sent(serve: Any, ask: Any) -> None:
    server = serve()
    with pytest.raises(UsageError, match="-NewCertificateThumbprint is not known yet"):
        ask(server.connection(), Cmdlet.of("Set-AuthConfig", NewCertificateThumbprint=Later("thumbprint")))
    assert server.requests.entries() == []


def test_the_log_sees_everything_as_it_happens(serve: Any, ask: Any) -> None:
    server = serve()
    connection = server.connection()
    cmdlet = Cmdlet.of("Get-ExchangeServer", Identity="warn")
    ask(connection, cmdlet)
    assert server.lines[0] == StreamLine("command", "Get-ExchangeServer -Identity 'warn'", cmdlet)
    texts = {line.kind: [each.text for each in server.lines if each.kind == line.kind] for line in server.lines}
    assert "Name: EX01" in texts["output"]
    assert "Aliases: {EX01-a, EX01-b}" in texts["output"]
    assert texts["warning"] == ["The object \\x1b[31mEX01\\x1b[0m has been corrupted"]
    ask(connection, Cmdlet.of("Get-ExchangeServer", Identity="EX09"))
    assert [line.kind for line in server.lines[-2:]] == ["error", "done"]


def test_each_line_names_its_cmdlet_and_the_first_of_an_object_carries_all_of_it(serve: Any, ask: Any) -> None:
    server = serve()
    cmdlets = [Cmdlet.of("Get-ExchangeServer", Identity="EX01"), AUTH_CONFIG]
    replies = ask(server.connection(), *cmdlets)
    said = [line for line in server.lines if line.kind == "output"]
    for cmdlet, reply, sign in zip(cmdlets, replies, ("ExchangeServer<", "AuthConfig<"), strict=True):
        bodies = [line.body for line in said if line.about is cmdlet and line.body]
        assert len(bodies) == len(reply.objects) < len([line for line in said if line.about is cmdlet])
        assert all(body.startswith("<Obj ") and sign in body for body in bodies)
    assert [line.about for line in server.lines if line.kind == "done"] == cmdlets


def test_one_connection_serves_many_runs_and_closes_its_shell(
    serve: Any, ask: Any, eventually: Callable[..., Any]
) -> None:
    server = serve()
    connection = server.connection()
    for _turn in range(3):
        ask(connection, AUTH_CONFIG)
    assert server.shells() == 1
    connection.tidy()
    assert server.operations("Signal") == 3, "finished commands are released in idle moments"
    connection.close()
    eventually(lambda: server.shells() == 0)
    connection.close()
    assert len(ask(connection, AUTH_CONFIG)[0].objects) == 1, "it opens again when it is needed again"


def test_windows_messages_are_encrypted(serve: Any, ask: Any) -> None:
    server = serve("windows")
    (reply,) = ask(server.connection(), Cmdlet.of("Get-Service", Name="MSExchangeHM"))
    assert reply.objects[0]["Status"] == "Running", "an enumeration becomes its text"
    assert server.lab.shells.by_user() == {"admin@lab.example": 1}
