"""A whole simulated organization, read through the session into typed records."""

from __future__ import annotations

from typing import Any

import pytest

from pushtui.base.commands import Cmdlet
from pushtui.lab.organization.accounts import Account
from pushtui.lab.organization.build import build
from pushtui.procedure.records import (
    AcceptedDomainRecord,
    AuthConfigRecord,
    CertificateRecord,
    ComponentStateRecord,
    PartnerApplicationRecord,
    ProcessRecord,
    ServerRecord,
    ServiceRecord,
)


class NoInternet:
    """The organization of these tests never looks out."""

    def session(self) -> Any:
        raise AssertionError("nothing here goes out")


@pytest.fixture(scope="module")
def organization(password: str) -> Any:
    table = {"servers": [{"name": "ex01"}, {"name": "ex02"}]}
    return build(table, NoInternet(), [Account("admin@lab.example", password)])


def test_everything_that_a_check_reads_is_one_pipeline(serve: Any, ask: Any, organization: Any) -> None:
    server = serve(host=organization.exchange_host("ex01"))
    replies = ask(
        server.connection(),
        Cmdlet.of("Get-ExchangeServer"),
        Cmdlet.of("Get-AuthConfig"),
        Cmdlet.of("Get-AuthServer"),
        Cmdlet.of("Get-PartnerApplication"),
        Cmdlet.of("Get-AcceptedDomain"),
        Cmdlet.of("Get-HybridConfiguration"),
        Cmdlet.of("Get-ServerComponentState", Identity="ex01.lab.example"),
        Cmdlet.of("Get-ServerHealth", Identity="ex01.lab.example"),
        Cmdlet.of(
            "Get-ExchangeCertificate",
            ("RawData", "Services", "Status", "HasPrivateKey", "PrivateKeyExportable", "FriendlyName", "Identity"),
            Server="ex01.lab.example",
        ),
        Cmdlet.of("Get-Command", ("Name",), Name="Get-AuthConfig"),
    )
    assert server.operations("Command") == 1
    assert [reply.errors for reply in replies] == [()] * len(replies)
    servers, config, auth_servers, partners, domains, _hybrid, components, health, certificates, commands = replies
    assert [ServerRecord.from_properties(item).fqdn for item in servers.objects] == [
        "ex01.lab.example",
        "ex02.lab.example",
    ]
    assert auth_servers.objects == ()
    assert "Exchange Online" in [PartnerApplicationRecord.from_properties(item).name for item in partners.objects]
    assert [AcceptedDomainRecord.from_properties(item).default for item in domains.objects].count(True) == 1
    states = [ComponentStateRecord.from_properties(item) for item in components.objects]
    assert ("PushNotificationsProxy", "Active") in [(state.component, state.state) for state in states]
    assert health.objects
    assert [item["Name"] for item in commands.objects] == ["Get-AuthConfig"]
    current = AuthConfigRecord.from_properties(config.objects[0]).current_certificate_thumbprint
    records = {
        record.sha1_thumbprint: record for record in map(CertificateRecord.from_properties, certificates.objects)
    }
    auth = records[current]
    assert auth.has_private_key is True
    assert auth.status == "Valid"
    assert auth.server.lower() == "ex01.lab.example"
    assert auth.services is not None


def test_a_certificate_carries_only_its_der_unless_more_is_selected(serve: Any, ask: Any, organization: Any) -> None:
    server = serve(host=organization.exchange_host("ex01"))
    (reply,) = ask(server.connection(), Cmdlet.of("Get-ExchangeCertificate", Server="ex02.lab.example"))
    record = CertificateRecord.from_properties(reply.objects[0])
    assert record.services is None
    assert record.key_size == 2048


def test_the_hidden_push_cmdlet_is_a_missing_command(serve: Any, ask: Any, organization: Any) -> None:
    server = serve(host=organization.exchange_host("ex01"))
    hidden, config = ask(server.connection(), Cmdlet.of("Get-PushNotificationApp"), Cmdlet.of("Get-AuthConfig"))
    assert [error.unknown_command for error in hidden.errors] == [True]
    assert len(config.objects) == 1
    assert server.operations("Command") == 1


def test_services_and_processes_of_a_server(serve: Any, ask: Any, organization: Any) -> None:
    server = serve("windows", host=organization.windows_host("ex01"))
    services, processes = ask(
        server.connection(),
        Cmdlet.of("Get-Service", Name="MSExchangeHM"),
        Cmdlet.of("Get-Process", ("ProcessName", "Id", "StartTime"), Name="MSExchangeHMHost"),
    )
    assert ServiceRecord.from_properties(services.objects[0]).running
    process = ProcessRecord.from_properties(processes.objects[0])
    assert process.start_time is not None
    assert process.id > 0
    assert server.operations("Command") == 1
