"""Each fault, at WSMan operations and at cmdlets, as a stock client meets it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from pypsrp.exceptions import WinRMTransportError, WSManFaultError
from pypsrp.powershell import PowerShell

from pushtui.lab.faults import Fault
from pushtui.lab.remoting.cmdlet import CmdletSpec


def test_an_operation_refused_is_a_wsman_fault(serve: Any, run: Any) -> None:
    lab = serve()
    lab.faults.add(Fault("^wsman:Create$", code="2150859173"))
    with pytest.raises(WSManFaultError) as refused, lab.pool():
        pass
    assert refused.value.code == 2150859173
    assert "maximum number of 18 concurrent shells" in refused.value.reason
    with lab.pool() as pool:
        assert run(pool, "Get-ExchangeServer", "EX01")[1].streams.error == []
    assert [entry.status for entry in lab.requests.entries() if entry.name == "wsman:Create"] == ["2150859173", "ok"]


def test_access_denied_is_the_refusal_without_a_code(serve: Any) -> None:
    lab = serve()
    lab.faults.add(Fault("^wsman:Create$", side="exchange", message="Not today."))
    with pytest.raises(WSManFaultError) as refused, lab.pool():
        pass
    assert (refused.value.code, refused.value.reason) == (5, "Not today.")


def test_a_connection_cut_before_a_command_leaves_nothing_done(serve: Any, run: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        lab.faults.add(Fault("^wsman:Command$", "cut"))
        with pytest.raises(requests.exceptions.ConnectionError):
            run(pool, "Set-AuthConfig", Confirm=False)
        assert lab.names() == []
        assert run(pool, "Set-AuthConfig", Confirm=False)[0] == ["done"]


@pytest.mark.parametrize(("effect", "status"), [("cut", "cut"), ("cut-after", "cut-after")])
def test_a_cmdlet_whose_answer_is_lost(serve: Any, run: Any, effect: Any, status: str) -> None:
    lab = serve()
    with lab.pool() as pool:
        lab.faults.add(Fault("^Set-AuthConfig$", effect))
        with pytest.raises(requests.exceptions.ConnectionError):
            run(pool, "Set-AuthConfig", Confirm=False)
    (entry,) = [entry for entry in lab.requests.entries() if entry.name == "Set-AuthConfig"]
    assert entry.status == status


def test_cut_comes_before_the_effect_and_cut_after_behind_it(serve: Any, run: Any, make_host: Any) -> None:
    happened: list[str] = []
    host = make_host(extra=(CmdletSpec("Set-Mark", lambda invocation, parameters: happened.append("x"), writes=True),))
    lab = serve(host=host)
    for effect, expected in (("cut", 0), ("cut-after", 1)):
        lab.faults.add(Fault("^Set-Mark$", effect))  # type: ignore[arg-type]
        with lab.pool() as pool, pytest.raises(requests.exceptions.ConnectionError):
            run(pool, "Set-Mark")
        assert len(happened) == expected


def test_a_cmdlet_refused_is_an_error_with_the_code_as_identifier(serve: Any, run: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        lab.faults.add(Fault("^Set-AuthConfig$", code="Lab.Tasks.Refused", message="Refused by rule."))
        output, shell = run(pool, "Set-AuthConfig", Confirm=False)
    assert output == []
    assert str(shell.streams.error[0]) == "Refused by rule."
    assert shell.streams.error[0].fq_error.endswith(",Lab.Tasks.Refused")


def test_an_http_status_in_place_of_an_answer(serve: Any, run: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        for name in ("^wsman:Command$", "^Get-Echo$"):
            lab.faults.add(Fault(name, "status", status=503, body="busy", headers={"Retry-After": "1"}))
            with pytest.raises(WinRMTransportError) as error:
                run(pool, "Get-Echo")
            assert (error.value.code, error.value.response_text) == (503, "busy")


def test_delays_only_delay(serve: Any, run: Any) -> None:
    lab = serve()
    lab.faults.add(Fault("^wsman:Create$", "delay", seconds=0.01))
    lab.faults.add(Fault("^Get-Echo$", "stall", seconds=0.01))
    with lab.pool() as pool:
        assert run(pool, "Get-Echo")[1].streams.error == []


def test_a_stalled_cmdlet_keeps_the_client_waiting_until_it_stops(serve: Any, eventually: Any) -> None:
    lab = serve()
    lab.faults.add(Fault("^Get-Echo$", "stall", seconds=600))
    with lab.pool() as pool:
        shell = PowerShell(pool)
        shell.add_cmdlet("Get-Echo").begin_invoke()
        shell.poll_invoke(timeout=1)
        assert shell.output == []
        shell.stop()
        eventually(lambda: [e.status for e in lab.requests.entries() if e.name == "Get-Echo"] == ["stopped"])


def test_the_answer_of_a_cmdlet_is_held_until_it_is_let_go_of(serve: Any, run: Any, eventually: Any) -> None:
    lab = serve()
    lab.faults.add(Fault("^Get-Echo$", "hold"))
    with lab.pool() as pool, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(run, pool, "Get-Echo")
        assert eventually(lab.faults.held) == ["^Get-Echo$"]
        assert [entry.status for entry in lab.requests.entries() if entry.name == "Get-Echo"] == ["hold"]
        assert not asked.done()
        lab.faults.release()
        assert isinstance(asked.exception(10), requests.exceptions.RequestException)


def test_a_stalled_operation_is_never_answered(serve: Any) -> None:
    lab = serve()
    lab.faults.add(Fault("^wsman:Create$", "stall", seconds=600))
    with pytest.raises(requests.exceptions.RequestException), lab.pool(read_timeout=1, operation_timeout=1):
        pass
    assert lab.endpoint.shells.by_user() == {}


def test_a_drip_is_an_answer_that_does_not_end(serve: Any) -> None:
    lab = serve()
    lab.faults.add(Fault("^wsman:Create$", "drip", seconds=1))
    with pytest.raises(requests.exceptions.ChunkedEncodingError), lab.pool():
        pass


def test_a_cmdlet_can_drip_too(serve: Any, run: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        lab.faults.add(Fault("^Get-Echo$", "drip", seconds=1))
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            run(pool, "Get-Echo")


def test_faults_strike_encrypted_connections_too(serve: Any, run: Any) -> None:
    lab = serve("windows")
    with lab.pool() as pool:
        lab.faults.add(Fault("^wsman:Command$", side="windows", code="5"))
        with pytest.raises(WSManFaultError) as refused:
            run(pool, "Get-Service")
        assert refused.value.code == 5
        lab.faults.add(Fault("^Get-Service$", "cut"))
        with pytest.raises(requests.exceptions.ConnectionError):
            run(pool, "Get-Service")
