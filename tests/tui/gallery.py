"""Every screen, in every state that looks different: for the tests that look at all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pushtui.engine.doctor.rows import DoctorRow, Outcome, Test, Verdict, ok, skipped
from pushtui.engine.events import AskStarted, ChangeName, Level, SignInCode, StepReport, WaitStarted
from pushtui.engine.runs import Run, Sent
from pushtui.engine.task import Task
from pushtui.procedure.keys import Key, Owner
from pushtui.procedure.model import Ask, Consent, Failure, Finding, Severity, Status, StepId, Wait
from pushtui.procedure.overview import CertificateView, Overview, Presence, ServerView, Use
from pushtui.profiles import Known
from pushtui.tui import beginning, screens
from pushtui.tui.news import ProfilesFound
from pushtui.tui.prompts import AddressRequest
from pushtui.tui.runner import OperationEnded
from pushtui.tui.state import Told


async def _nothing(it: Any) -> None:
    """The screen is there already."""


@dataclass(frozen=True)
class Scene:
    """How a state is reached: what the session plays, and what a person does then."""

    act: Callable[[Any], Awaitable[None]] = _nothing
    prepare: Callable[[Any, Any], None] = lambda session, make: None
    options: Mapping[str, Any] = field(default_factory=dict)
    """What else the application is made with."""


REFUSED = Failure("exchange.refused", "Nothing answers on port 81", "exchange", "ex01", "", "Use port 80")
MESSAGE = Told("Nothing answers on port 81", "error")
WAIT = Wait("verification.wait", StepId.VERIFICATION, 120.0, arguments={"server": "ex01.lab.example"})
ASK = Ask("verification.restart", StepId.VERIFICATION, "Restart-Service MSExchangeHM", "ex02.lab.example")
RUN = Run("20261122T100000Z-abcdef", Path("/x"), datetime(2026, 11, 22, 10, tzinfo=UTC), {"who": {"user": "admin"}})
FOUND: Mapping[StepId, tuple[Status, tuple[Finding, ...]]] = {
    StepId.TENANT: (Status.OK, (Finding("tenant.domain-verified", Severity.OK, "fabrikam.com"),)),
    StepId.SERVERS: (
        Status.ATTENTION,
        (
            Finding("servers.too-old", Severity.ATTENTION, "EX02", "2013 CU3", "2013 CU2", arguments={"build": "15.0"}),
            Finding("servers.current", Severity.OK, "EX01", "", "Exchange Server 2019", arguments={"build": "15.2"}),
        ),
    ),
    StepId.CERTIFICATE: (
        Status.CHANGE_NEEDED,
        (Finding("certificate.expired", Severity.CHANGE, "A1B2C3D4", observed="2026-01-01T00:00:00Z"),),
    ),
    StepId.AUTH_SERVER: (Status.BLOCKED, (Finding("auth-server.blocked", Severity.BLOCKED),)),
    StepId.SERVICE_PRINCIPAL: (
        Status.FAILED,
        (Finding("service-principal.unreadable", Severity.FAILURE, "fabrikam.com", failure=REFUSED),),
    ),
    StepId.PUSH_PROXY: (Status.CANCELLED, ()),
    StepId.VERIFICATION: (Status.SKIPPED, (Finding("verification.not-asked", Severity.SKIPPED),)),
}
"""One step in each state that a check can end in."""


def _mixed(session: Any, make: Any) -> None:
    actions = {action.step: (action,) for action in make.actions()[:2]}
    for step, (status, findings) in FOUND.items():
        needed = actions.get(step, ()) if status is Status.CHANGE_NEEDED else ()
        session.outcomes[step] = StepReport(step, status, findings, needed, make.now, 0.4)


def _during(*events: Any) -> Callable[[Any, Any], None]:
    """A run that stays where it has emitted these."""

    def prepare(session: Any, make: Any) -> None:
        session.gate.clear()
        session.during = lambda each: [each.emit(event) for event in events]

    return prepare


def _planned(**plan: Any) -> Callable[[Any, Any], None]:
    def prepare(session: Any, make: Any) -> None:
        given = {"actions": make.actions(), **plan}
        session.scripted_plan = make.plan(**given)

    return prepare


def _keys(session: Any, make: Any) -> None:
    ours = Key("AA" * 32, "A1" * 20, "CN=Auth", "ours", "1", make.now, make.now, Owner.CURRENT, expired=False)
    ended = make.now - timedelta(days=100)
    other = Key("BB" * 32, "B1" * 20, "CN=Another", "x", "2", make.now, make.now, Owner.NONE, expired=False)
    gone = Key("CC" * 32, "C1" * 20, "CN=Retired", "x", "3", ended, ended, Owner.NONE, expired=True)
    session.scripted_keys = (ours, other, gone)


def _sick(session: Any, make: Any) -> None:
    session.examined = [
        DoctorRow("exchange", "", Test.NAME, "ex01", ok("name.resolved", addresses="192.0.2.7"), 0.1),
        DoctorRow("exchange", "", Test.TCP, "ex01:81", Outcome(Verdict.FAILED, "exchange.refused", {}, REFUSED), 1.5),
        DoctorRow("exchange", "", Test.TLS, "ex01:81", skipped("skipped.earlier", test="tcp"), 0.0),
        DoctorRow("graph", "", Test.ANSWER, "https://graph.example/v1.0", ok("answer.graph"), 0.2),
    ]


def _talkative(session: Any, make: Any) -> None:
    def during(each: Any) -> None:
        for level in Level:
            each.line(f"what {level.value} looks like", level, step=StepId.SERVERS)
        each.line("Get-AuthServer -Identity MicrosoftSts " + "x" * 200, Level.COMMAND, source="ex01")

    session.during = during


def _file_in_the_way(session: Any, make: Any) -> None:
    found = Finding("certificate.file-differs", Severity.ATTENTION, "auth.cer", "AA11", "BB22")
    session.outcomes[StepId.CERTIFICATE] = StepReport(StepId.CERTIFICATE, Status.ATTENTION, (found,), (), make.now, 0.1)
    session.scripted_plan = make.plan(make.actions())


def _interrupted(session: Any, make: Any) -> None:
    session.interrupted_run = RUN


HELD = dict.fromkeys(Use, Presence.NONE) | {Use.CURRENT: Presence.HELD}
SERVER = ServerView(
    "ex01.lab.example", "Exchange Server 2019 CU15", "15.2.1748.10", "Main", ("Mailbox",), "Enterprise",
    executing=True, takes_part=True, support_ended=date(2025, 10, 14), failure=None, presence=HELD, certificates=(),
)  # fmt: skip
LACKING = replace(
    SERVER,
    fqdn="ex02.lab.example",
    executing=False,
    presence=HELD | {Use.CURRENT: Presence.ABSENT},
    findings=(
        Finding(
            "certificate.missing-on-server",
            Severity.ATTENTION,
            "ex02.lab.example",
            arguments={"since": "2026-11-02T00:00:00Z", "holder": "ex01.lab.example"},
        ),
    ),
)
GONE = replace(SERVER, fqdn="ex03.lab.example", executing=False, failure=REFUSED, presence=HELD)


def _organization(session: Any, make: Any) -> None:
    _keys(session, make)
    used = CertificateView("A1" * 20, None, (Use.CURRENT,), {}, session.scripted_keys[0])
    servers, keys = (LACKING, GONE, SERVER), session.scripted_keys
    known = Overview("7f0ca4fb", None, servers, (used,), keys, True, (), "", (), make.now)
    session.snapshot = lambda: SimpleNamespace(checked=True, overview=lambda: known)


def _changed(session: Any, make: Any) -> None:
    change = Sent(
        id="auth-server.create", step="auth-server", target="MicrosoftSts", risk="reversible", consent="", text="",
        undo_text="", before=None, after=None, account="", at=RUN.started, arguments={}, command=None, undo=None,
        backup={}, result="done",
    )  # fmt: skip
    proxy = replace(
        change, id="push-proxy.enable", step="push-proxy", target="OnPrem-Proxy", after={"organization": "fabrikam.com"}
    )
    session.scripted_runs = (replace(RUN, changes=(change, proxy)),)


def _pressing(*keys: str, idle: bool = False, until: str = "") -> Callable[[Any], Awaitable[None]]:
    """Press keys; then wait until nothing runs, or until something is on the screen."""

    async def act(it: Any) -> None:
        await it.press(*keys)
        if idle:
            await it.until_idle()
        if until:
            await it.until(lambda: type(it.app.screen).__name__ == until)
        await it.pilot.pause()

    return act


def _asking(ask: Callable[[Any], object]) -> Callable[[Any, Any], None]:
    """A run that asks for something, and gets no answer."""

    def prepare(session: Any, make: Any) -> None:
        session.during = lambda each: ask(each.prompts)

    return prepare


async def _checked(it: Any) -> None:
    await it.press("R")
    await it.until_idle()


async def _running(it: Any) -> None:
    await it.press("R")
    await it.until(lambda: it.session.entered.is_set())
    await it.pilot.pause()


async def _running_until(it: Any, screen: str) -> None:
    await it.press("R")
    await it.until(lambda: type(it.app.screen).__name__ == screen)


async def _detail(it: Any) -> None:
    await _checked(it)
    await it.press("down", "enter")


async def _found_in_the_log(it: Any) -> None:
    await _checked(it)
    await it.press("l", "slash", *"looks", "enter")


async def _problem_in_a_field(it: Any) -> None:
    await it.press("e", *"..", "x")


async def _consent(it: Any) -> None:
    await it.press("p")
    await it.until(lambda: type(it.app.screen).__name__ == "PlanScreen")
    await it.press("y")
    await it.until(lambda: type(it.app.screen).__name__ == "ConsentScreen")


async def _quitting(it: Any) -> None:
    await _running(it)
    await it.press("q")


async def _entry(it: Any) -> None:
    await _checked(it)
    await it.press("l", "enter")
    await it.until(lambda: type(it.app.screen).__name__ == "EntryScreen")


async def _copying(it: Any) -> None:
    await _checked(it)
    await it.press("3", "c")


async def _row(it: Any) -> None:
    await it.press("i")
    await it.until(lambda: type(it.app.screen).__name__ == "OrganizationScreen")
    await it.press("enter")


async def _drawn(it: Any) -> None:
    await _checked(it)
    await it.press("m")


async def _palette(it: Any) -> None:
    await it.press("ctrl+p")
    await it.until(lambda: it.app.screen.query_one("CommandList").option_count > 20)


async def _outcome(it: Any) -> None:
    found = (Finding("keys.removed", Severity.OK, "CC" * 20),)
    report = StepReport(StepId.SERVICE_PRINCIPAL, Status.OK, found, results={ChangeName("keys.remove", "app"): "done"})
    it.app.conductor.bridge.emit(OperationEnded("apply", {StepId.SERVICE_PRINCIPAL: report}))
    await it.until(lambda: type(it.app.screen).__name__ == "OutcomeScreen")


FOLDER = Path("/home/admin/.config/pushtui")
PAPER = Path("/home/admin/.local/state/pushtui/papers/fabrikam.com-20261122-103000.md")
PROFILES = (
    Known(
        FOLDER / "fabrikam.toml",
        "fabrikam",
        "fabrikam.com",
        "ex01.corp.fabrikam.com",
        used=datetime(2026, 11, 22, 10, 25, tzinfo=UTC),
    ),
    Known(FOLDER / "lab.toml", "lab", "fabrikam.example", "127.0.0.1", "lab", read_only=True),
    Known(FOLDER / "old.toml", "old", problem=f"{FOLDER}/old.toml has an unknown key “tenant”"),
)


def _with_profiles(show: Callable[[Any], None]) -> Callable[[Any], Awaitable[None]]:
    async def act(it: Any) -> None:
        show(it.app)
        await it.pilot.pause()

    return act


async def _typing_a_profile(it: Any) -> None:
    beginning.make(it.app, ProfilesFound(PROFILES))
    await it.pilot.pause()
    await it.press("enter", *"fabrikam", "down", *"ex01.contoso.com", "up")


URL = "https://login.example/authorize?x=1"
NEW = {"tenant_domain": "", "certificate_path": "", "path": Path("/home/admin/.config/pushtui/default.toml")}

SCENES: Mapping[str, Scene] = {
    "fresh": Scene(),
    "empty-profile": Scene(options=NEW),
    "read-only": Scene(options={"read_only": True}),
    "all-ok": Scene(_checked),
    "every-status": Scene(_checked, _mixed),
    "detail": Scene(_detail, _mixed),
    "checking": Scene(_running, _during()),
    "waiting": Scene(_running, _during(WaitStarted(WAIT, datetime(2026, 11, 22, 10, 32, tzinfo=UTC)))),
    "log": Scene(_pressing("R", "l", idle=True), _talkative),
    "log-alone": Scene(_pressing("R", "l", "z", idle=True), _talkative),
    "log-hit": Scene(_found_in_the_log, _talkative),
    "field": Scene(_problem_in_a_field),
    "help": Scene(_pressing("question_mark", until="HelpScreen")),
    "plan": Scene(
        _pressing("p", until="PlanScreen"), _planned(needed_consents=frozenset({Consent.SERVICE_PRINCIPAL_KEY}))
    ),
    "plan-read-only": Scene(_pressing("p", until="PlanScreen"), _planned(), {"read_only": True}),
    "undo": Scene(
        _pressing("U", until="PlanScreen"),
        _planned(
            task=Task("undo", RUN.id),
            lost=(Finding("undo.proxy-unread", Severity.WARNING, "OnPrem-Proxy", observed="fabrikam.com"),),
        ),
    ),
    "consent": Scene(_consent, _planned(needed_consents=frozenset({Consent.SERVICE_PRINCIPAL_KEY}))),
    "file-in-the-way": Scene(_pressing("p", until="FileScreen"), _file_in_the_way),
    "ask": Scene(lambda it: _running_until(it, "AskScreen"), _during(AskStarted(ASK))),
    "device-code": Scene(
        lambda it: _running_until(it, "DeviceCodeScreen"),
        _during(SignInCode("https://login.example/device", "ABCD1234", datetime(2026, 11, 22, 10, 45, tzinfo=UTC))),
    ),
    "secret": Scene(
        lambda it: _running_until(it, "SecretScreen"),
        _asking(lambda prompts: prompts.secret("admin@lab.example", "Sign in to Exchange")),
    ),
    "browser": Scene(
        lambda it: _running_until(it, "BrowserScreen"),
        _asking(lambda prompts: prompts._ask(AddressRequest(URL, "It was too late", PAPER.with_name("sign-in.txt")))),
    ),
    "interrupted": Scene(_pressing(until="InterruptedScreen"), _interrupted),
    "quit": Scene(_quitting, _during()),
    "entry": Scene(_entry, _talkative),
    "outcome": Scene(_outcome),
    "message": Scene(_with_profiles(lambda app: app.push_screen(screens.MessageScreen(MESSAGE)))),
    "doctor": Scene(_pressing("d", idle=True), _sick),
    "keys": Scene(_pressing("K", until="KeysScreen"), _keys),
    "welcome": Scene(
        _with_profiles(lambda app: beginning.show(app, ProfilesFound((), first=True))),
        options={**NEW, "application": {"lab": lambda: Path("/x")}},
    ),
    "welcome-back": Scene(_with_profiles(lambda app: beginning.show(app, ProfilesFound(PROFILES, first=True)))),
    "profiles": Scene(_with_profiles(lambda app: beginning.choose(app, ProfilesFound(PROFILES)))),
    "no-profiles": Scene(_with_profiles(lambda app: beginning.choose(app, ProfilesFound(())))),
    "new-profile": Scene(_typing_a_profile),
    "palette": Scene(_palette),
    "organization": Scene(_pressing("i", until="OrganizationScreen"), _organization),
    "row": Scene(_row, _organization),
    "chain": Scene(_drawn, _mixed),
    "papers": Scene(_pressing("w", until="PapersScreen")),
    "written": Scene(_with_profiles(lambda app: app.push_screen(screens.WrittenScreen(PAPER)))),
    "copy": Scene(_copying, _mixed),
    "save": Scene(_pressing("R", "l", "S", until="SaveScreen"), _talkative),
    "console": Scene(_pressing("greater_than_sign", *"get-")),
    "runs": Scene(_pressing("C", until="RunsScreen"), _changed),
}
