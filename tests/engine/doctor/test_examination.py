"""What the doctor says of the lab as it is, and of everything that can be wrong on the way to it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pushtui.base.errors import Cancelled
from pushtui.engine.events import LogLine
from pushtui.engine.session import Session
from pushtui.entra.settings import CloudSettings, NetworkSettings
from pushtui.lab.pki import Authority
from pushtui.reporting import doctor as words


def test_all_is_well_with_the_lab_and_nothing_is_written(lab: Any, diagnose: Any) -> None:
    found = diagnose(lab.profile)
    assert {row.verdict.value for row in found.rows} == {"ok", "skipped"}, words.table(found.rows)
    assert {row.outcome.code for row in found.rows if row.verdict.value == "skipped"} == {"name.by-proxy"}
    legs = list(dict.fromkeys(row.leg for row in found.rows))
    assert legs == ["profile", "exchange", "windows", "proxy", "login", "graph", "tenant", "metadata", "mail"]
    assert {row.subject for row in found.rows if row.leg == "windows"} == {"ex01.lab.example"}
    assert lab.writes() == []
    assert "from this machine" in words.detail(found.row("metadata", "metadata"))


@pytest.mark.parametrize(("named", "used"), [("", "ex01.lab.example"), ("ex02", "ex02.lab.example")])
def test_windows_is_opened_on_the_server_of_the_verification_and_on_no_other(
    lab: Any, diagnose: Any, named: str, used: str
) -> None:
    profile = replace(lab.on_premises, windows=lab.profile.windows)
    profile = replace(profile, verification=replace(profile.verification, server=named))
    assert {row.subject for row in diagnose(profile).rows if row.leg == "windows"} == {used}


def test_a_wrong_port_says_which_ports_exchange_listens_on(lab: Any, diagnose: Any, closed_port: int) -> None:
    profile = lab.on_premises
    found = diagnose(replace(profile, exchange=replace(profile.exchange, port=closed_port)))
    result, code, detail, remedy = found.told("exchange", "tcp")
    assert (result, code) == ("failed", "exchange.refused")
    assert str(closed_port) in detail
    assert "443" in remedy
    assert found.after("exchange", "tcp") == {"skipped.earlier"}
    assert "TCP" in words.detail(found.row("exchange", "sign-in"))


def test_a_name_that_nobody_knows(lab: Any, diagnose: Any) -> None:
    profile = lab.on_premises
    found = diagnose(replace(profile, exchange=replace(profile.exchange, server="no-such-server.invalid")))
    result, code, detail, remedy = found.told("exchange", "name")
    assert (result, code) == ("failed", "exchange.unknown-name")
    assert "no-such-server.invalid" in detail
    assert remedy == "Check the server's name"
    assert found.after("exchange", "name") == {"skipped.earlier"}


def test_another_name_than_the_certificate_has(lab: Any, diagnose: Any, web: Any, ca_file: str) -> None:
    profile = lab.on_premises
    port = web(names=("mail.fabrikam.com",))
    found = diagnose(replace(profile, exchange=replace(profile.exchange, port=port, ca_file=ca_file)))
    result, code, detail, remedy = found.told("exchange", "tls")
    assert (result, code) == ("failed", "exchange.tls-wrong-name")
    assert "for mail.fabrikam.com" in detail
    assert remedy == "Use a name that the certificate carries"


def test_an_authority_that_is_not_trusted(lab: Any, diagnose: Any, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(Authority.make("Another Root CA").ca_pem)
    profile = lab.on_premises
    found = diagnose(replace(profile, exchange=replace(profile.exchange, ca_file=str(other))))
    result, code, detail, remedy = found.told("exchange", "tls")
    assert (result, code) == ("failed", "exchange.tls-untrusted")
    assert "issued by CN=Lab Root CA" in detail
    assert "ca_file" in remedy


def test_an_expired_certificate_says_when_it_ended(lab: Any, diagnose: Any, web: Any, ca_file: str) -> None:
    ended = datetime.now(UTC) - timedelta(days=2)
    profile = lab.on_premises
    port = web(not_after=ended)
    found = diagnose(replace(profile, exchange=replace(profile.exchange, port=port, ca_file=ca_file)))
    result, code, detail, remedy = found.told("exchange", "tls")
    assert (result, code) == ("failed", "exchange.tls-expired")
    assert f"{ended:%Y-%m-%d}" in detail
    assert remedy == "Renew the certificate of the server's web site"


def test_a_certificate_that_ends_soon_is_a_warning(lab: Any, diagnose: Any, web: Any, ca_file: str) -> None:
    profile = lab.on_premises
    port = web(not_after=datetime.now(UTC) + timedelta(days=5))
    found = diagnose(replace(profile, exchange=replace(profile.exchange, port=port, ca_file=ca_file)))
    assert found.told("exchange", "tls")[:2] == ("warning", "tls.expires-soon")
    assert found.told("exchange", "identify")[0] == "failed"  # a web server that is no PowerShell remoting


def test_plain_http_where_https_is_expected(lab: Any, diagnose: Any, web: Any) -> None:
    profile = lab.on_premises
    found = diagnose(replace(profile, exchange=replace(profile.exchange, port=web(names=()))))
    assert found.told("exchange", "tls")[:2] == ("failed", "exchange.not-https")


def test_a_wrong_path_is_no_remoting(lab: Any, diagnose: Any) -> None:
    profile = lab.on_premises
    found = diagnose(replace(profile, exchange=replace(profile.exchange, path="owa")))
    assert found.told("exchange", "identify")[0] == "failed"
    assert "404" in found.told("exchange", "identify")[2]
    assert found.row("exchange", "clock").verdict.value == "skipped"


def test_a_way_to_sign_in_that_is_not_offered(lab: Any, diagnose: Any, web: Any, ca_file: str) -> None:
    port = web(lambda path: (401, {"WWW-Authenticate": "Negotiate"}, b""))
    profile = lab.on_premises
    found = diagnose(replace(profile, exchange=replace(profile.exchange, port=port, ca_file=ca_file)))
    assert found.told("exchange", "identify")[:2] == ("failed", "exchange.auth-not-offered")


def test_a_wrong_password(lab: Any, diagnose: Any, tmp_path: Path) -> None:
    wrong = tmp_path / "password"
    wrong.write_text("not-the-password")
    wrong.chmod(0o600)
    profile = lab.on_premises
    found = diagnose(replace(profile, exchange=replace(profile.exchange, password_file=str(wrong))))
    result, code, detail, remedy = found.told("exchange", "sign-in")
    assert (result, code) == ("failed", "exchange.sign-in-refused")
    assert "not-the-password" not in detail
    assert "Check user and password" in remedy
    assert found.after("exchange", "sign-in") == {"skipped.earlier"}


def test_no_password_where_nobody_can_be_asked(lab: Any, diagnose: Any) -> None:
    profile = lab.on_premises
    found = diagnose(replace(profile, exchange=replace(profile.exchange, password_file="")))
    assert found.told("exchange", "sign-in")[:2] == ("failed", "exchange.no-password")
    assert "password_file" in found.told("exchange", "sign-in")[3]


def test_missing_roles_are_named_with_who_grants_them(lab: Any, diagnose: Any) -> None:
    lab.role_groups("View-Only Organization Management")
    try:
        found = diagnose(lab.on_premises)
        audit = diagnose(replace(lab.on_premises, read_only=True))
        lab.role_groups("Recipient Management")
        less = diagnose(lab.on_premises)
    finally:
        lab.role_groups("Organization Management")
    assert found.told("exchange", "roles-reading")[0] == "ok"
    result, code, detail, remedy = found.told("exchange", "roles-changing")
    assert (result, code) == ("failed", "roles.changing-missing")
    for name in ("Set-AuthConfig", "New-AuthServer", "Enable-PushNotificationProxy"):
        assert name in detail
    assert "Organization Management" in remedy
    assert "Get-ManagementRole -Cmdlet" in remedy
    assert audit.told("exchange", "roles-changing")[0] == "warning"
    assert less.told("exchange", "roles-reading")[:2] == ("failed", "roles.reading-missing")
    assert "Get-AuthConfig" in less.told("exchange", "roles-reading")[2]


def test_a_windows_endpoint_that_is_closed(lab: Any, diagnose: Any, closed_port: int) -> None:
    windows = replace(lab.profile.windows, connect_to={"ex01.lab.example": f"127.0.0.1:{closed_port}"})
    profile = replace(lab.on_premises, windows=windows)
    profile = replace(profile, verification=replace(profile.verification, server="ex01.lab.example"))
    found = diagnose(profile)
    result, code, _detail, remedy = found.told("windows", "tcp")
    assert (result, code) == ("failed", "windows.refused")
    assert "5985" in remedy
    assert "enabled = false" in remedy
    assert found.told("exchange", "sign-in")[0] == "ok"


def test_a_windows_endpoint_that_is_not_used(lab: Any, diagnose: Any) -> None:
    found = diagnose(lab.on_premises)
    assert found.told("windows", "sign-in")[:2] == ("skipped", "windows.off")


def test_exchange_behind_a_proxy_of_its_own(lab: Any, diagnose: Any, forward_proxy: Any, closed_port: int) -> None:
    profile, proxy = lab.on_premises, forward_proxy()
    found = diagnose(replace(profile, exchange=replace(profile.exchange, proxy=proxy.url)))
    assert found.told("exchange", "name")[:2] == ("skipped", "name.by-proxy")
    assert found.told("exchange", "tcp")[1] == "tcp.through-proxy"
    assert {found.told("exchange", test)[0] for test in ("tls", "identify", "clock", "sign-in")} == {"ok"}
    assert all(line.startswith("CONNECT") for line in proxy.asked)

    dead = f"http://me:canary@127.0.0.1:{closed_port}"
    found = diagnose(replace(profile, exchange=replace(profile.exchange, proxy=dead)))
    result, code, detail, remedy = found.told("exchange", "tcp")
    assert (result, code) == ("failed", "exchange.proxy")
    assert f"http://127.0.0.1:{closed_port} does not let us through" in detail
    assert remedy == "Check proxy in the profile; without one the connection is direct"
    assert "canary" not in words.table(found.rows)


def test_windows_behind_a_proxy_is_asked_without_a_tunnel(lab: Any, diagnose: Any, forward_proxy: Any) -> None:
    profile, proxy = lab.on_premises, forward_proxy()
    profile = replace(
        profile,
        windows=replace(lab.profile.windows, proxy=proxy.url),
        verification=replace(profile.verification, server="ex01.lab.example"),
    )
    found = diagnose(profile)
    assert found.told("windows", "tcp")[1] == "tcp.proxy"
    assert {found.told("windows", test)[0] for test in ("identify", "clock", "sign-in")} == {"ok"}
    assert all(line.startswith("POST http://127.0.0.1:") for line in proxy.asked)


def test_a_dead_proxy_is_told_once(lab: Any, diagnose: Any, closed_port: int) -> None:
    profile = lab.in_the_cloud
    network = replace(profile.network, proxy=f"http://user:canary-secret@127.0.0.1:{closed_port}")
    found = diagnose(replace(profile, network=network))
    result, code, _detail, remedy = found.told("proxy", "proxy")
    assert (result, code) == ("failed", "entra.proxy-unreachable")
    assert "proxy" in remedy
    for leg in ("login", "graph", "metadata"):
        assert {row.outcome.code for row in found.rows if row.leg == leg} == {"skipped.no-proxy"}
    assert {row.outcome.code for row in found.rows if row.leg == "tenant"} == {"skipped.no-login"}
    assert "canary-secret" not in words.table(found.rows)


def test_a_proxy_that_does_not_lead_there(lab: Any, diagnose: Any) -> None:
    profile = replace(lab.in_the_cloud, cloud=CloudSettings(graph="https://graph.example.com"))
    found = diagnose(profile)
    result, code, detail, remedy = found.told("graph", "tcp")
    assert (result, code) == ("failed", "graph.proxy-refused")
    assert "403" in detail
    assert "allowed" in remedy
    assert found.told("login", "discovery")[0] == "ok"
    assert {row.outcome.code for row in found.rows if row.leg == "tenant"} == {"skipped.no-graph"}


def test_graph_that_is_not_reached(lab: Any, diagnose: Any, web: Any, ca_file: str, closed_port: int) -> None:
    here = f"https://localhost:{web()}"
    cloud = CloudSettings("custom", login=here, graph=f"https://localhost:{closed_port}", acs=here, outlook=here)
    found = diagnose(replace(lab.in_the_cloud, cloud=cloud, network=NetworkSettings(ca_file=ca_file)))
    result, code, _detail, remedy = found.told("graph", "tcp")
    assert (result, code) == ("failed", "graph.unreachable")
    assert "proxy" in remedy
    assert found.told("proxy", "proxy")[:2] == ("skipped", "proxy.none")
    assert found.told("metadata", "metadata")[0] == "ok"


def test_something_that_answers_in_the_name_of_graph(lab: Any, diagnose: Any, web: Any, ca_file: str) -> None:
    here = f"https://localhost:{web()}"
    portal = f"https://localhost:{web(lambda path: (200, {'Content-Type': 'text/html'}, b'<html>'))}"
    cloud = CloudSettings("custom", login=here, graph=portal, acs=here, outlook=here)
    found = diagnose(replace(lab.in_the_cloud, cloud=cloud, network=NetworkSettings(ca_file=ca_file)))
    result, code, _detail, remedy = found.told("graph", "answer")
    assert (result, code) == ("failed", "graph.intercepted")
    assert remedy


@pytest.mark.parametrize(("skew", "result"), [(0, "ok"), (120, "warning"), (-120, "warning"), (900, "failed")])
def test_clocks_that_disagree(lab: Any, diagnose: Any, web: Any, ca_file: str, skew: float, result: str) -> None:
    here = f"https://localhost:{web(skew=skew)}"
    cloud = CloudSettings("custom", login=here, graph=here, acs=here, outlook=here)
    profile = lab.in_the_cloud
    exchange = replace(
        lab.profile.exchange,
        port=web(lambda path: (401, {"WWW-Authenticate": 'Basic realm="x"'}, b""), skew=skew),
        ca_file=ca_file,
    )
    found = diagnose(replace(profile, exchange=exchange, cloud=cloud, network=NetworkSettings(ca_file=ca_file)))
    for leg in ("exchange", "login", "graph"):
        row = found.told(leg, "clock")
        assert row[0] == result
        if skew:
            assert ("ahead" if skew > 0 else "behind") in row[2]
            assert "NTP" in row[3]


def test_a_wrong_client_secret(lab: Any, diagnose: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary-wrong-secret")
    secret.chmod(0o600)
    profile = lab.in_the_cloud
    found = diagnose(replace(profile, entra=replace(profile.entra, method="secret", secret_file=str(secret))))
    result, code, detail, remedy = found.told("tenant", "sign-in")
    assert (result, code) == ("failed", "entra.application-refused")
    assert "secret" in remedy
    assert "canary" not in detail
    assert found.after("tenant", "sign-in") == {"skipped.earlier"}


def test_a_token_without_the_permissions(own_lab: Any, diagnose: Any) -> None:
    own_lab.running.change_tenant({"application": {"application_permissions": ["Organization.Read.All"]}})
    profile = own_lab.in_the_cloud  # the change gave the application another certificate; its secret stays
    secret = str(Path(profile.entra.certificate_file).with_name("client-secret"))
    found = diagnose(replace(profile, entra=replace(profile.entra, method="secret", secret_file=secret)))
    assert found.told("tenant", "read")[0] == "ok"
    result, code, detail, remedy = found.told("tenant", "roles-reading")
    assert (result, code) == ("failed", "token.reading-missing")
    assert "Domain.Read.All" in detail
    assert "consent" in remedy
    assert found.told("tenant", "roles-changing")[:2] == ("failed", "token.changing-missing")


def test_a_domain_of_nobody(lab: Any, diagnose: Any) -> None:
    found = diagnose(replace(lab.in_the_cloud, tenant_domain="nobody.example"))
    assert found.told("login", "discovery")[:2] == ("failed", "entra.tenant-not-found")
    assert found.told("metadata", "metadata")[:2] == ("failed", "entra.no-metadata")


def test_an_incomplete_profile_and_files_that_others_can_read(lab: Any, diagnose: Any, tmp_path: Path) -> None:
    loose = tmp_path / "password"
    loose.write_text("x")
    loose.chmod(0o644)
    profile = lab.on_premises
    found = diagnose(
        replace(
            profile,
            tenant_domain="",
            exchange=replace(profile.exchange, password_file=str(loose)),
            entra=replace(profile.entra, client_id=""),
        )
    )
    result, code, detail, _remedy = found.told("profile", "profile")
    assert (result, code) == ("failed", "profile.incomplete")
    assert "tenant_domain" in detail
    assert "client_id is missing in the [entra] table of the profile. There is no default" in detail
    result, code, detail, remedy = found.told("profile", "files")
    assert (result, code) == ("failed", "profile.files")
    assert "exchange.password_file" in detail
    assert "600" in remedy


def test_a_mail_server_that_is_away(lab: Any, diagnose: Any, closed_port: int) -> None:
    profile = replace(lab.on_premises, mail=replace(lab.profile.mail, port=closed_port))
    result, code, _detail, remedy = diagnose(profile).told("mail", "greeting")
    assert (result, code) == ("failed", "mail.unreachable")
    assert "[mail]" in remedy


def test_nothing_of_all_this_wrote_anything(lab: Any) -> None:
    assert lab.running.requests()
    assert lab.writes() == []


def test_an_end_is_at_once_even_where_a_server_says_nothing(
    lab: Any, mute: Any, end_session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    port, met = mute
    profile = lab.on_premises
    session = Session(
        replace(profile, exchange=replace(profile.exchange, port=port)),
        _Nobody(),
        lambda event: None,
        read_only=True,
    )
    ended: list[BaseException] = []

    def run() -> None:
        try:
            session.doctor()
        except BaseException as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert met.wait(10)
    session.cancel()
    thread.join(5)
    assert not thread.is_alive()
    assert isinstance(ended[0], Cancelled)
    end_session(session)


def test_the_log_tells_no_secret(lab: Any, end_session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    told: list[str] = []

    def take(event: object) -> None:
        told.append(event.text if isinstance(event, LogLine) else repr(event))

    session = Session(lab.profile, _Nobody(), take, read_only=True)
    session.doctor()
    end_session(session)
    line = lab.running.line()
    text = "\n".join(told) + "".join(path.read_text() for path in tmp_path.rglob("*.log"))
    assert line["exchange"]["password"] not in text
    assert "eyJ" not in text


class _Nobody:
    def secret(self, account: str, purpose: str) -> None:
        return None
