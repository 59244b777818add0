"""Shells, their quotas and their end; big messages; stop; the request log of operations."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any
from xml.etree import ElementTree

import pytest
import requests
from pypsrp.complex_objects import PSInvocationState
from pypsrp.exceptions import WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool

from pushtui.lab.remoting import shells
from pushtui.lab.remoting.cmdlet import CmdletSpec
from pushtui.lab.remoting.endpoint import Limits


def test_one_shell_is_create_receive_command_receive_delete(serve: Any, run: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        run(pool, "Get-ExchangeServer")
        assert lab.endpoint.shells.by_user() == {"admin@lab.example": 1}
    assert lab.operations() == ["wsman:Create", "wsman:Receive", "wsman:Command", "wsman:Receive", "wsman:Delete"]
    assert lab.endpoint.shells.by_user() == {}


def test_a_user_has_so_many_shells_and_no_more(serve: Any) -> None:
    lab = serve(limits=Limits(shells=2))
    with lab.pool(), lab.pool():
        with pytest.raises(WSManFaultError) as refused, lab.pool():
            pass
        assert refused.value.code == 2150859173
        assert "maximum number of 2 concurrent shells" in refused.value.reason
        with lab.pool(username="other@lab.example", password="Other-Passw0rd"):
            assert lab.endpoint.shells.by_user() == {"admin@lab.example": 2, "other@lab.example": 1}
    with lab.pool():
        assert lab.endpoint.shells.by_user() == {"admin@lab.example": 1}


def test_a_user_has_so_many_commands_and_no_more(serve: Any, run: Any) -> None:
    lab = serve(limits=Limits(operations=2))
    with lab.pool() as pool:
        _, first = run(pool, "Get-Echo")
        run(pool, "Get-Echo")
        with pytest.raises(WSManFaultError) as refused:
            run(pool, "Get-Echo")
        assert refused.value.code == 2150859174
        first.close()
        assert run(pool, "Get-Echo")[1].streams.error == []


def test_another_users_shell_is_as_unknown_as_none(serve: Any, run: Any) -> None:
    lab = serve()
    with lab.pool() as pool, lab.wsman(username="other@lab.example", password="Other-Passw0rd") as stranger:
        theirs = RunspacePool(stranger, configuration_name=lab.configuration)
        theirs.open()
        theirs.shell._selector_set = pool.shell._selector_set
        with pytest.raises(WSManFaultError) as refused:
            run(theirs, "Get-Echo")
        assert refused.value.code == 2150858843


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets so many seconds pass for the shells."""

    def skip(seconds: float) -> None:
        monkeypatch.setattr(shells, "monotonic", lambda: monotonic() + seconds)

    return skip


def test_an_idle_shell_is_closed(serve: Any, run: Any, later: Any) -> None:
    lab = serve(limits=Limits(idle_seconds=60))
    with lab.pool() as pool:
        later(50)
        assert lab.endpoint.shells.by_user() == {"admin@lab.example": 1}
        later(70)
        assert lab.endpoint.shells.by_user() == {}
        with pytest.raises(WSManFaultError) as gone:
            run(pool, "Get-Echo")
        assert gone.value.code == 2150858843


def test_a_shell_that_works_is_not_idle(serve: Any, later: Any, eventually: Any) -> None:
    lab = serve(limits=Limits(idle_seconds=60))
    with lab.pool() as pool:
        shell = PowerShell(pool)
        shell.add_cmdlet("Wait-Lab").begin_invoke()
        shell.poll_invoke(timeout=1)
        later(70)
        assert lab.endpoint.shells.by_user() == {"admin@lab.example": 1}
        shell.stop()
        later(140)
        eventually(lambda: lab.endpoint.shells.by_user() == {})


def test_a_client_may_ask_for_a_shorter_idle_time(serve: Any, later: Any) -> None:
    lab = serve()
    with lab.wsman() as connection:
        pool = RunspacePool(connection, configuration_name=lab.configuration, idle_timeout=10)
        pool.open()
        later(20)
        assert lab.endpoint.shells.by_user() == {}


def test_a_shell_is_alive_until_it_is_closed(serve: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        assert pool.is_alive()
        lab.endpoint.shells.close()
        assert not pool.is_alive()


def test_a_queued_pipeline_can_be_given_up(serve: Any, run: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        first, second = (PowerShell(pool).add_cmdlet("Wait-Lab") for _ in range(2))
        first.begin_invoke()
        second.begin_invoke()
        second.stop()
        second.close()
        first.stop()
        first.close()
        assert run(pool, "Get-ExchangeServer")[1].streams.error == []
    assert lab.names().count("Wait-Lab") == 1


def test_many_clients_side_by_side(serve: Any, run: Any) -> None:
    lab = serve("windows")

    def visit(_: int) -> int:
        with lab.pool() as pool:
            return sum(len(run(pool, "Get-Service")[0]) for _ in range(3))

    with ThreadPoolExecutor(6) as visitors:
        assert list(visitors.map(visit, range(6))) == [6] * 6
    assert lab.endpoint.shells.by_user() == {}


def test_another_configuration_is_not_in_the_catalog(serve: Any) -> None:
    lab = serve()
    with lab.wsman() as connection, pytest.raises(WSManFaultError) as refused:
        RunspacePool(connection, configuration_name="Microsoft.PowerShell").open()
    assert refused.value.code == 2150858811
    assert "http://schemas.microsoft.com/powershell/Microsoft.PowerShell" in refused.value.reason


def test_big_output_and_big_input(serve: Any, run: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        output, _ = run(pool, "Get-Big", Count=10, Size=100_000)
        assert [len(item.adapted_properties["Data"]) for item in output] == [100_000] * 10
        (text,), _ = run(pool, "Get-Echo", Big="z" * 700_000)
    assert text.endswith("|700000")
    assert lab.operations().count("wsman:Receive") >= 4
    assert "wsman:Send" in lab.operations()


def test_one_fragment_a_receive_at_worst(serve: Any, run: Any) -> None:
    lab = serve(limits=Limits(one_fragment_per_receive=True))
    with lab.pool() as pool:
        run(pool, "Test-Streams")
    assert lab.operations().count("wsman:Receive") > 5


def test_stop_ends_a_waiting_cmdlet_and_the_pool_stays_usable(serve: Any, run: Any, eventually: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        shell = PowerShell(pool)
        shell.add_cmdlet("Wait-Lab").begin_invoke()
        while not shell.output:
            shell.poll_invoke(timeout=1)
        shell.stop()
        shell.close()
        assert shell.state == PSInvocationState.STOPPED
        eventually(lambda: [e.status for e in lab.requests.entries() if e.name == "Wait-Lab"] == ["stopped"])
        assert run(pool, "Get-ExchangeServer")[1].streams.error == []


def test_silence_is_a_timed_out_fault_and_then_the_answer(serve: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        shell = PowerShell(pool)
        shell.add_cmdlet("Wait-Lab").begin_invoke()
        while not shell.output:
            shell.poll_invoke(timeout=1)
        shell.poll_invoke(timeout=1)
        assert shell.state == PSInvocationState.RUNNING
        shell.stop()
    assert "2150858793" in [entry.status for entry in lab.requests.entries() if entry.name == "wsman:Receive"]


def test_pipelines_side_by_side(serve: Any, make_host: Any) -> None:
    """Both wait for the other, so both must run at once."""
    barrier = threading.Barrier(2, timeout=10)
    meet = CmdletSpec("Wait-Other", lambda invocation, parameters: invocation.output(barrier.wait() >= 0))
    lab = serve(host=make_host(extra=(meet,)))
    with (
        lab.wsman() as connection,
        RunspacePool(connection, max_runspaces=2, configuration_name=lab.configuration) as pool,
    ):
        both = [PowerShell(pool).add_cmdlet("Wait-Other") for _ in range(2)]
        for shell in both:
            shell.begin_invoke()
        assert [shell.end_invoke() for shell in both] == [[True], [True]]
        assert pool.get_available_runspaces() == 2
        pool.max_runspaces = 3
        assert pool.get_available_runspaces() == 3


def test_junk_is_a_fault_and_an_entry(serve: Any) -> None:
    lab = serve()
    auth = ("admin@lab.example", "Lab-Passw0rd")
    for junk in ("", "x", "<a/>", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'):
        answer = requests.post(lab.endpoint.url, junk, auth=auth, verify=lab.ca_file, timeout=10)
        assert answer.status_code == (500 if junk else 200)
        assert not junk or 'Code="2150858770"' in answer.text
    assert lab.operations() == ["wsman:unreadable"] * 3


def test_a_broken_psrp_message_is_a_fault(serve: Any) -> None:
    lab = serve()
    with lab.pool() as pool, pytest.raises(WSManFaultError, match="The PSRP message could not be read"):
        pool.connection.send(pool.shell.resource_uri, _junk(), selector_set=pool.shell._selector_set)


def _junk() -> Any:
    space = "{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}"
    send = ElementTree.Element(f"{space}Send")
    stream = ElementTree.SubElement(send, f"{space}Stream", Name="stdin")
    stream.text = "AAAA"
    return send


def test_stopping_the_endpoint_ends_everything(serve: Any) -> None:
    lab = serve()
    with lab.pool() as pool:
        shell = PowerShell(pool)
        shell.add_cmdlet("Wait-Lab").begin_invoke()
        lab.endpoint.stop()
        lab.endpoint.stop()
        with pytest.raises(OSError):
            shell.end_invoke()
    names = [thread.name for thread in threading.enumerate()]
    assert not [name for name in names if name.startswith("endpoint-")]
