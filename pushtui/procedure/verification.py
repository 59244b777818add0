"""Step 7: Exchange's own probe proves the chain from end to end; beside it, a test message.

The health manager keeps the settings that it started with, so it is restarted where something changed since, or where
that cannot be known; it needs a while before it answers. A probe that answers nothing has not succeeded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pushtui.base.commands import Cmdlet, Later
from pushtui.procedure import auth_server, certificate, push_proxy, questions, server_state, verification_result
from pushtui.procedure.codes import finding
from pushtui.procedure.model import (
    Action,
    Answer,
    Ask,
    Change,
    Facts,
    Failure,
    Finding,
    Query,
    Risk,
    StepId,
    Trial,
    Wait,
    WindowsWrite,
)
from pushtui.procedure.reading import complete, read
from pushtui.procedure.records import AuthConfigRecord, ComponentStateRecord, ProcessRecord
from pushtui.procedure.verification_server import choose

ID = StepId.VERIFICATION

PROBE, MAIL, RESTART, WAIT = "verification.probe", "verification.mail", "verification.restart", "verification.wait"
PROBE_SECONDS = 330.0
"""The probe's call gives up after 300 seconds (observed on 2013 CU23)."""


def queries(facts: Facts) -> Iterable[Query]:
    if not facts.inputs.probe:
        return
    yield questions.SERVERS
    yield questions.EXECUTING_STORE
    yield questions.AUTH_CONFIG
    yield questions.AUTH_SERVERS
    if not complete(facts, (questions.SERVERS, questions.EXECUTING_STORE)):
        return
    choice = choose(facts)
    if choice is not None and choice.server is not None:
        yield questions.component_state(choice.server.fqdn)
        if facts.inputs.windows_endpoint:
            yield questions.health_manager(choice.server.fqdn)


def findings(facts: Facts) -> Sequence[Finding]:
    if not facts.inputs.probe:
        return (finding("verification.not-asked"),)
    if not complete(facts, queries(facts)):
        return ()
    listed = facts.answers[questions.SERVERS]
    if listed.failure is not None:
        return (finding("verification.unreadable", "Get-ExchangeServer", failure=listed.failure),)
    choice = choose(facts)
    if choice is None or choice.server is None:
        return (
            finding("verification.server-unsuitable", choice.wanted)
            if choice is not None and choice.wanted
            else finding("verification.no-server"),
        )
    server = choice.server.fqdn
    return (
        finding("verification.server", server, why=choice.why),
        *_component(facts, server),
        *_probe(facts, server),
        *(verification_result.mail(facts.trials.get(MAIL)) if facts.inputs.mail else ()),
        finding("verification.apps-stopped"),
    )


def actions(facts: Facts) -> Sequence[Action]:
    if not facts.inputs.probe or not complete(facts, queries(facts)):
        return ()
    choice = choose(facts)
    if choice is None or choice.server is None:
        return ()
    server = choice.server.fqdn
    result: list[Action] = []
    if _current_trial(facts) is None:
        result += _restart(facts, server)
        seconds = _wait_seconds(facts, server, bool(result))
        if seconds > 0:
            result.append(Wait(id=WAIT, step=ID, seconds=seconds, arguments={"server": server}))
        result.append(
            Trial(id=PROBE, step=ID, query=questions.probe(server), timeout=PROBE_SECONDS, arguments={"server": server})
        )
    if facts.inputs.mail and MAIL not in facts.trials:
        result.append(Trial(id=MAIL, step=ID, query=None))
    return result


def _current_trial(facts: Facts) -> Answer | None:
    """The probe's outcome, unless a setting was changed after it."""
    trial = facts.trials.get(PROBE)
    changed = facts.memory.last_change_at
    return None if trial is None or (changed is not None and changed > trial.at) else trial


def _probe(facts: Facts, server: str) -> Iterable[Finding]:
    trial = _current_trial(facts)
    if trial is not None:
        yield from verification_result.probe(trial, server)
        return
    outdated = facts.trials.get(PROBE)
    if outdated is not None:
        changed = facts.memory.last_change_at
        yield finding(
            "verification.outdated",
            server,
            changed=changed.isoformat() if changed else "",
            at=outdated.at.isoformat(),
        )
    reason = _restart_reason(facts, server)
    started, failure = _started(facts, server)
    if reason == "unknown":
        yield finding("verification.restart-unknown", server, failure=failure)
    elif reason:
        changed = _changed(facts)
        yield finding(
            "verification.restart-needed",
            server,
            started=started.isoformat() if started else "",
            changed="planned" if reason == "planned" else changed.isoformat() if changed else "",
        )
    yield finding("verification.not-run", server)


def _component(facts: Facts, server: str) -> Iterable[Finding]:
    reading = read(facts, questions.component_state(server), ComponentStateRecord.from_properties)
    if reading.first is not None and reading.first.state.lower() != "active":
        yield finding("verification.component-inactive", server, expected="Active", observed=reading.first.state)


def _restarted(facts: Facts) -> bool:
    """Whether the restart was sent, or said to be done, in this run."""
    return RESTART in facts.memory.sent or RESTART in facts.memory.done


def _started(facts: Facts, server: str) -> tuple[datetime | None, Failure | None]:
    """When the oldest process of the health manager started; None where that is not known, and why."""
    answer = facts.answers.get(questions.health_manager(server))
    if answer is None:
        return None, None
    starts = []
    for item in answer.objects:  # with one of the two processes missing, Get-Process answers an error and the other
        try:
            starts.append(ProcessRecord.from_properties(item).start_time)
        except ValueError:
            return None, answer.failure
    known = [start for start in starts if start is not None]
    return (min(known), None) if known and len(known) == len(starts) else (None, answer.failure)


def _windows_answers(facts: Facts, server: str) -> bool:
    """Whether the Windows endpoint can be used. That the processes do not run is an answer, too."""
    answer = facts.answers.get(questions.health_manager(server))
    if answer is None:
        return False
    failure = answer.failure
    return bool(answer.objects) or failure is None or "NoProcessFound" in failure.identifier


def _changed(facts: Facts) -> datetime | None:
    """When a setting that the probe uses last changed, as far as anything says so."""
    config = read(facts, questions.AUTH_CONFIG, AuthConfigRecord.from_properties).first
    server = auth_server.counted(facts)
    proxy = push_proxy.state(facts)
    times = [
        facts.memory.last_change_at,
        config.when_changed_utc if config else None,
        server.when_changed_utc if server else None,
        proxy.record.when_changed_utc if proxy else None,
    ]
    return max((time for time in times if time is not None), default=None)


def _planned(facts: Facts) -> bool:
    """Whether this plan is about to change a setting that the health manager reads."""
    return any(
        isinstance(action, Change) and action.id not in {"certificate.export", "certificate.restart-host"}
        for step in (certificate, auth_server, push_proxy)
        for action in step.actions(facts)
    )


def _restart_reason(facts: Facts, server: str) -> str:
    """Why the health manager is to be restarted: `planned`, `changed`, `unknown`, or empty where it need not."""
    if _restarted(facts):
        return ""
    if _planned(facts):
        return "planned"
    started, _ = _started(facts, server)
    if started is None:
        return "unknown"
    changed = _changed(facts)
    return "changed" if changed is not None and changed >= started else ""


def _restart(facts: Facts, server: str) -> Iterable[Action]:
    reason = _restart_reason(facts, server)
    if not reason:
        return
    arguments = {"server": server, "reason": reason}
    affects = server_state.service_reads(facts, server)
    if not _windows_answers(facts, server):
        cmdlet = Cmdlet.of("Restart-Service", Name=questions.HEALTH_MANAGER_SERVICE)
        yield Ask(RESTART, ID, cmdlet.text, server, arguments, affects)
        return
    started, _ = _started(facts, server)
    cmdlet = Cmdlet.of("Restart-Service", Name=questions.HEALTH_MANAGER_SERVICE, Confirm=False)
    yield Change(
        id=RESTART,
        step=ID,
        target=server,
        command=WindowsWrite(cmdlet, server),
        before={"started": started.isoformat() if started else None},
        after={"started": str(Later("started"))},
        risk=Risk.REVERSIBLE,
        reads=(questions.health_manager(server),),
        volatile=frozenset({"started"}),
        arguments=arguments,
        affects=affects,
    )


def _wait_seconds(facts: Facts, server: str, restarting: bool) -> float:
    """How long the health manager still needs: all of it after a restart, the rest where it started just now."""
    if WAIT in facts.memory.done:
        return 0.0
    seconds = facts.inputs.wait_seconds
    if restarting or _restarted(facts):
        return seconds
    started, _ = _started(facts, server)
    if started is None or started > facts.now:
        return 0.0
    return max(0.0, seconds - (facts.now - started).total_seconds())
