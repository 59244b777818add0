"""Walks by keys alone, on the screens and dialogs over the main one: the second half, as of the table of actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pushtui.base.files import state_folder
from pushtui.engine.events import AskStarted, SignInCode
from pushtui.procedure.model import Consent
from pushtui.procedure.overview import overview
from tests.procedure.conftest import Kit
from tests.tui import gallery
from tests.tui.walks import Keys, Stage, Walk, asked, busy, copied, focus, idle, on, running, screen, shows, text_at

CODE = SignInCode("https://login.example/device", "ABCD1234", datetime(2026, 11, 22, 10, 45, tzinfo=UTC))
ADDRESS = "https://login.example/authorize?x=1"

# --- a plan and its consents, the keys -------------------------------------------------------------------------------


def _consented(session: Any, make: Any) -> None:
    session.scripted_plan = make.plan(make.actions(), frozenset({Consent.SERVICE_PRINCIPAL_KEY}))


PLAN = (
    Keys(["p"], on("PlanScreen")),
    Walk("plan.copy", screen, "CopyScreen"),
    Keys(["escape"], on("PlanScreen")),
    Walk("plan.agree", screen, "ConsentScreen"),
    Walk("consent.decline", screen, "PlanScreen"),
    Walk("plan.leave", screen, "MainScreen"),
)


def _keys(session: Any, make: Any) -> None:
    gallery._keys(session, make)
    session.scripted_plan = make.plan(make.actions()[1:2])


KEYS = (
    Keys(["K"], on("KeysScreen")),
    Walk("keys.down", shows("> [ ] CN=Another"), True),
    Walk("keys.up", shows("> [ ] CN=Auth"), True),
    Walk("keys.choose", shows("[x] CN=Auth"), True),
    Keys(["space"], shows("[ ] CN=Auth")),
    Walk("keys.choose-ours", shows("[x] CN=Auth"), True),
    Walk("keys.choose-expired", shows("[x] CN=Retired"), True),
    Walk("keys.copy", screen, "CopyScreen"),
    Keys(["escape"], on("KeysScreen")),
    Walk("keys.leave", screen, "MainScreen"),
    Keys(["K"], on("KeysScreen")),
    Keys(["e"], shows("[x] CN=Retired")),
    Walk("keys.remove", asked, ["task", "plan 0"]),
)

# --- the organization and the picture --------------------------------------------------------------------------------


class Everything:
    """What is known of an organization of thirty servers, of which one lacks the certificate."""

    checked = True

    def __init__(self) -> None:
        world = Kit().done()
        world.stores[Kit.EX02] = []
        first = world.servers[0]
        for number in range(4, 31):
            name = f"EX{number:02}"
            world.servers.append({**first, "Name": name, "Fqdn": f"{name.lower()}.lab.example"})
            world.stores[f"{name.lower()}.lab.example"] = world.stores[Kit.EX01]
        self._facts, self._findings = world.fresh(), world.findings()

    def overview(self) -> Any:
        return overview(self._facts, self._findings)


def _known(session: Any, make: Any) -> None:
    known = Everything()
    session.snapshot = lambda: known


def row(it: Any) -> int:
    """The row of the table that is selected."""
    return it.app.screen.table.place


ORGANIZATION = (
    Keys(["i"], on("OrganizationScreen")),
    Walk("organization.down", row, 1),
    Walk("organization.up", row, 0),
    Walk("organization.page-down", row, lambda at: 5 < at < 29),
    Walk("organization.page-up", row, 0),
    Walk("organization.last", row, 29),
    Walk("organization.first", row, 0),
    Walk("organization.sort", shows("by Server"), True),
    Walk("organization.turn", row, 28),
    Walk("organization.next", shows("[Certificates: 1]"), True),
    Walk("organization.previous", shows("[Servers: 30]"), True),
    Walk("organization.open", screen, "RowScreen"),
    Walk("reading.copy", copied, lambda lines: len(lines) == 1),
    Walk("reading.close", screen, "OrganizationScreen"),
    Walk("organization.copy", screen, "CopyScreen"),
    Walk("copy.take", copied, ["ex02.lab.example"]),
    Walk("organization.again", asked, ["check 7"]),
    Keys([], lambda it: idle(it) and screen(it) == "OrganizationScreen"),
    Walk("organization.leave", screen, "MainScreen"),
    Keys(["m"], on("ChainScreen")),
    Walk("picture.copy", copied, lambda lines: len(lines) == 1),
    Walk("picture.leave", screen, "MainScreen"),
)

# --- dialogs ---------------------------------------------------------------------------------------------------------


def _doctor(session: Any, make: Any) -> None:
    gallery._sick(session, make)
    session.gate.clear()


DOCTOR = (
    Keys(["d"], running),
    Walk("doctor.copy", copied, lambda lines: len(lines) == 1),
    Walk("doctor.cancel", shows("Testing"), False),
    Keys([], idle),
    Walk("doctor.again", shows("Testing"), True),
    Keys([], running),
    Walk("doctor.leave", screen, "MainScreen"),
)


def papers(it: Any) -> set[str]:
    """The kinds of files that were written."""
    return {path.suffix for path in (state_folder() / "papers").glob("*")}


def _written(form: str, suffix: str) -> tuple[Walk | Keys, ...]:
    return (
        Keys(["w"], on("PapersScreen")),
        Walk(f"papers.{form}", papers, lambda kinds: suffix in kinds),
        Keys([], on("WrittenScreen")),
        Keys(["escape"], on("MainScreen")),
    )


PAPERS = (
    *_written("markdown", ".md"),
    *_written("html", ".html"),
    *_written("json", ".json"),
    Keys(["w"], on("PapersScreen")),
    Walk("papers.leave", screen, "MainScreen"),
    Keys(["w"], on("PapersScreen")),
    Walk("papers.script", asked, ["plan 7"]),
)

SIGN_IN = (
    Keys(["R"], on("DeviceCodeScreen")),
    Walk("dialog.down", text_at, 1),
    Walk("dialog.up", text_at, 0),
    Walk("dialog.page-down", text_at, lambda y: y > 2),
    Walk("dialog.page-up", text_at, 0),
    Walk("code.copy", copied, ["ABCD1234"]),
    Walk("code.copy-address", copied, [CODE.url]),
    Walk("code.give-up", asked, ["give up 0"]),
)


def _asks_for(ask: Any) -> Any:
    def prepare(session: Any, make: Any) -> None:
        def during(each: Any) -> None:
            each.line(f"given: {ask(each.prompts)}")

        session.during = during

    return prepare


BROWSER = (
    Keys(["R"], on("BrowserScreen")),
    Walk("browser.copy", copied, [ADDRESS]),
    Walk("browser.decline", shows("given: None"), True),
)
SECRET = (Keys(["R"], on("SecretScreen")), Walk("secret.decline", shows("given: None"), True))


def replaces(it: Any) -> bool:
    """Whether the file at the certificate path may be replaced."""
    return it.app.conductor.may_replace_file


FILE = (
    Keys(["p"], on("FileScreen")),
    Walk("file.no", screen, "PlanScreen"),
    Keys(["escape"], on("MainScreen")),
    Keys(["p"], on("FileScreen")),
    Walk("file.yes", replaces, True),
)
INTERRUPTED = {
    "later": Walk("interrupted.later", screen, "MainScreen"),
    "go-on": Walk("interrupted.go-on", asked, ["plan 7"]),
    "undo": Walk("interrupted.undo", asked, ["plan_undo"]),
}
TO_DO = (
    Keys(["R"], on("AskScreen")),
    Walk("ask.copy", copied, [gallery.ASK.command]),
    Walk("ask.later", screen, "MainScreen"),
    Walk("main.attend", screen, "AskScreen"),
)

# --- profiles --------------------------------------------------------------------------------------------------------


PROFILES = (
    Keys([], on("WelcomeScreen")),
    Walk("list.down", shows("> Run the doctor"), True),
    Walk("list.up", shows("> Make a profile"), True),
    Walk("list.choose", screen, "ProfileForm"),
    Walk("form.go-on", focus, "tenant_domain"),
    Walk("form.down", focus, "exchange_server"),
    Walk("form.up", focus, "tenant_domain"),
    Keys([*"fabrikam.com", "enter", *"ex01.contoso.com"]),
    Walk("form.save", focus, "client_id"),
    Walk("form.leave", screen, "MainScreen"),
    Keys(["P"], on("ProfilesScreen")),
    Walk("profiles.new", screen, "ProfileForm"),
    Keys(["escape"], on("MainScreen")),
    Keys(["P"], on("ProfilesScreen")),
    Walk("list.leave", screen, "MainScreen"),
)

STAGES: Mapping[str, Stage] = {
    "plan": Stage(PLAN, _consented),
    "keys": Stage(KEYS, _keys),
    "organization": Stage(ORGANIZATION, _known),
    "doctor": Stage(DOCTOR, _doctor),
    "papers": Stage(PAPERS, size=(40, 10)),
    "code": Stage(SIGN_IN, busy(CODE), (40, 10)),
    "browser": Stage(BROWSER, _asks_for(lambda prompts: prompts.browser(ADDRESS, "It was too late"))),
    "secret": Stage(SECRET, _asks_for(lambda prompts: prompts.secret("admin@lab.example", "Sign in to Exchange"))),
    "file": Stage(FILE, gallery._file_in_the_way),
    **{
        f"interrupted-{name}": Stage((Keys([], on("InterruptedScreen")), walk), gallery._interrupted, (40, 10))
        for name, walk in INTERRUPTED.items()
    },
    **{
        f"ask-{name}": Stage((*TO_DO, Walk(f"ask.{name}", asked, ["answer"])), busy(AskStarted(gallery.ASK)))
        for name in ("done", "not-possible")
    },
    "profiles": Stage(PROFILES, options={"application": {"welcome": True}}),
}
