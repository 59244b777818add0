"""What was sent and answered, in full: kept within a bound, decoded, redacted and cleaned."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pushtui.base.clock import SystemClock
from pushtui.base.commands import Cmdlet, GraphRequest
from pushtui.base.redaction import Redactor
from pushtui.base.secret import Secret
from pushtui.engine import calls as calls_module
from pushtui.engine.calls import Call, Calls
from pushtui.engine.events import LogLine
from pushtui.engine.log import Log
from pushtui.procedure.model import StepId

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
READ = Cmdlet.of("Get-AuthServer", Identity="MicrosoftSts", Server="ex01")
SERVER = (
    '<Obj RefId="0"><TN RefId="0"><T>Microsoft.Exchange.Data.AuthServer</T><T>System.Object</T></TN>'
    '<ToString>MicrosoftSts</ToString><Props><S N="Name">MicrosoftSts</S><B N="Enabled">true</B>'
    '<S N="Hidden">correct horse battery</S><S N="ClientSecret">tiger</S><B N="HasPrivateKey">true</B>'
    '<SS N="Pass">deadbeef</SS><S N="Realm">a_x001B_[31mb&lt;c</S><Obj N="List" RefId="1"><LST><I32>1</I32></LST></Obj>'
    "</Props></Obj>"
)


@pytest.fixture
def redactor() -> Redactor:
    redactor = Redactor()
    redactor.add(Secret("correct horse battery"))
    return redactor


@pytest.fixture
def calls() -> Calls:
    return Calls()


def found(calls: Calls, number: int, form: Any = "json") -> Call:
    call = calls.find(number, form)
    assert call is not None
    return call


def test_an_object_is_shown_with_all_its_properties_and_no_secret(calls: Calls, redactor: Redactor) -> None:
    number = calls.begin("exchange", READ, NOW, (StepId.AUTH_SERVER,), redactor.redact)
    calls.add(number, "output", SERVER)
    calls.end(number, NOW + timedelta(seconds=0.5))
    call = found(calls, number)
    assert (call.source, call.seconds, call.steps, call.lost) == ("exchange", 0.5, (StepId.AUTH_SERVER,), "")
    assert call.told.text == "Get-AuthServer -Identity 'MicrosoftSts' -Server 'ex01'"
    assert call.told.parameters == (("Identity", "'MicrosoftSts'"), ("Server", "'ex01'"))
    shown = json.loads("\n".join(call.parts[0].lines))
    assert shown == {
        "PSTypeName": "Microsoft.Exchange.Data.AuthServer",
        "ToString": "MicrosoftSts",
        "Name": "MicrosoftSts",
        "Enabled": True,
        "Hidden": "***",
        "ClientSecret": "***",
        "HasPrivateKey": True,
        "Pass": "***",
        "Realm": "a\x1b[31mb<c",
        "List": [1],
    }
    assert "\x1b" not in "".join(call.parts[0].lines), "JSON spells control characters out"


def test_clixml_is_shown_an_element_a_line_and_can_be_read_again(calls: Calls, redactor: Redactor) -> None:
    from pushtui.exchange.clixml import decode

    number = calls.begin("exchange", READ, NOW, (), redactor.redact)
    calls.add(number, "output", SERVER)
    lines = found(calls, number, "clixml").parts[0].lines
    assert '    <S N="Name">MicrosoftSts</S>' in lines
    assert '    <S N="ClientSecret">***</S>' in lines
    assert '    <B N="HasPrivateKey">true</B>' in lines
    assert '    <SS N="Pass">***</SS>' in lines
    assert "correct horse" not in "".join(lines)
    assert "tiger" not in "".join(lines)
    again = decode("\n".join(lines))
    assert (again["Name"], again["Realm"], again["Hidden"]) == ("MicrosoftSts", "a\x1b[31mb<c", "***")


def test_a_request_is_shown_with_its_body_and_the_json_of_its_answer(calls: Calls, redactor: Redactor) -> None:
    request = GraphRequest.of("PATCH", "/servicePrincipals/7", {"keyCredentials": []}, select="id")
    number = calls.begin("graph", request, NOW, (), redactor.redact)
    calls.add(number, "verbose", '{"id":"7","passwordCredentials":[{"secretText":"tiger","hint":"\u202eabc"}]}')
    call = found(calls, number)
    assert call.told.parameters == (("$select", "id"),)
    assert json.loads("".join(call.told.body)) == {"keyCredentials": []}
    text = "\n".join(call.parts[0].lines)
    assert json.loads(text)["passwordCredentials"][0]["secretText"] == "***"
    assert "\u202e" not in text
    assert "\\u202e" in text


def test_what_cannot_be_decoded_is_shown_as_it_came_without_what_acts_or_is_secret(
    calls: Calls, redactor: Redactor
) -> None:
    bodies = ("<Obj broken", '{"half":', "words \x1b[2J correct horse battery", "<!DOCTYPE x [<!ENTITY a 'b'>]><a/>")
    number = calls.begin("exchange", READ, NOW, (), redactor.redact)
    for body in bodies:
        calls.add(number, "error", body)
    for form in ("json", "clixml"):
        shown = [" ".join(part.lines) for part in found(calls, number, form).parts]
        assert shown == ["<Obj broken", '{"half":', "words \\x1b[2J ***", bodies[3]]


def test_what_is_kept_stays_within_its_bound_and_the_oldest_go_first(redactor: Redactor) -> None:
    calls = Calls(limit=200_000)
    numbers = []
    for place in range(400):
        numbers.append(calls.begin("exchange", READ, NOW, (), redactor.redact))
        for each in range(20):
            calls.add(numbers[-1], "output", SERVER.replace("MicrosoftSts", f"{place * each * 7919:x}" * 9))
        calls.end(numbers[-1], NOW)
    assert calls.size <= 200_000
    assert calls.find(numbers[0]) is None
    assert len(found(calls, numbers[-1]).parts) == 20


def test_one_very_large_answer_is_cut_and_says_so(
    calls: Calls, redactor: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls_module, "CALL_CHARACTERS", 3 * len(SERVER))
    number = calls.begin("exchange", READ, NOW, (), redactor.redact)
    for _place in range(5):
        calls.add(number, "output", SERVER)
    call = found(calls, number)
    assert (len(call.parts), call.left_out) == (3, 2)


def test_a_call_that_is_still_out_can_be_read_and_goes_on(calls: Calls, redactor: Redactor) -> None:
    number = calls.begin("exchange", READ, NOW, (), redactor.redact)
    calls.add(number, "output", SERVER)
    assert (len(found(calls, number).parts), found(calls, number).seconds) == (1, None)
    calls.add(number, "output", SERVER)
    calls.end(number, NOW, "Get-AuthServer: the password correct horse battery was refused.")
    assert len(found(calls, number).parts) == 2
    assert found(calls, number).lost == "Get-AuthServer: the password *** was refused."


def test_lines_know_their_call_and_every_step_that_asked(tmp_path: Path, calls: Calls, redactor: Redactor) -> None:
    heard: list[LogLine] = []
    log = Log(tmp_path, heard.append, SystemClock(), redactor, calls)  # type: ignore[arg-type]  # only lines come here
    log.expect({READ: (StepId.AUTH_SERVER, StepId.VERIFICATION)})
    other = Cmdlet.of("Get-AuthConfig")
    listen = log.listener("exchange")
    listen("command", READ.text, READ)
    listen("command", other.text, other)
    listen("output", "Name: MicrosoftSts", READ, SERVER)
    listen("output", "Realm: x", READ)
    listen("error", "no such object [X]", other, "<Obj/>")
    listen("done", "", READ)
    listen("lost", "It was cut off.", other)
    listen("progress", "nobody's")
    log.close()
    assert [(each.text, each.call) for each in heard][2:] == [
        ("Name: MicrosoftSts", heard[0].call), ("Realm: x", heard[0].call),
        ("no such object [X]", heard[1].call), ("nobody's", 0),
    ]  # fmt: skip
    assert heard[0].concerns(StepId.AUTH_SERVER)
    assert heard[2].concerns(StepId.VERIFICATION)
    assert not heard[0].concerns(StepId.TENANT)
    assert heard[1].step is None
    assert len(found(calls, heard[0].call).parts) == 1
    assert found(calls, heard[1].call).lost == "It was cut off."


def test_a_session_that_keeps_no_calls_says_the_same(make_desk: Any) -> None:
    with_calls, without = make_desk(calls=Calls()), make_desk()
    with_calls.session.check()
    without.session.check()
    assert {*with_calls.lines} == {*without.lines}
    assert with_calls.session.call(1) is not None
    assert without.session.call(1) is None


def test_reads_of_a_check_are_said_to_be_of_the_steps_that_asked(make_desk: Any) -> None:
    desk = make_desk()
    desk.session.check()
    commands = {event.text: event for event in desk.events if isinstance(event, LogLine) and event.level == "command"}
    config = next(line for text, line in commands.items() if text.startswith("Get-AuthConfig"))
    assert config.step is StepId.CERTIFICATE
    assert all(line.step is not None for line in commands.values())
