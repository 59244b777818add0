"""The vocabulary of the procedure: what a step asks, what it learns, what it concludes and what it would change.

A step is a module with ``ID`` and three pure functions (:class:`Step`). `queries` is asked again with what is known
until it asks nothing new; `findings` and `actions` look only at the facts. Nothing here knows a transport or a widget.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Any, Protocol, TypeAlias

from pushtui.base.commands import Cmdlet, GraphRequest, Json
from pushtui.base.values import frozen

Properties: TypeAlias = Mapping[str, Any]
"""One answered object: names to plain values (str, int, bool, bytes, datetime text, list, None, nested Properties)."""


class StepId(StrEnum):
    """The links of the chain, in their order."""

    TENANT = "tenant"
    SERVERS = "servers"
    CERTIFICATE = "certificate"
    AUTH_SERVER = "auth-server"
    SERVICE_PRINCIPAL = "service-principal"
    PUSH_PROXY = "push-proxy"
    VERIFICATION = "verification"


class Status(StrEnum):
    """What a panel shows."""

    UNKNOWN = "unknown"
    CHECKING = "checking"
    OK = "ok"
    CHANGE_NEEDED = "change-needed"
    BLOCKED = "blocked"
    APPLYING = "applying"
    WAITING = "waiting"
    ATTENTION = "attention"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class Severity(Enum):
    """What a finding means for its step; the gravest one decides the status."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"
    WAITING = "waiting"
    CHANGE = "change"
    BLOCKED = "blocked"
    ATTENTION = "attention"
    FAILURE = "failure"


# --- what is asked -------------------------------------------------------------------------------------------------


@frozen
class ExchangeRead:
    """A cmdlet on the Exchange endpoint. `server` names the server whose data it fetches; empty: the organization."""

    cmdlet: Cmdlet
    server: str = ""


@frozen
class WindowsRead:
    """A cmdlet on the Windows endpoint of `server`."""

    cmdlet: Cmdlet
    server: str


@frozen
class GraphRead:
    """A GET. A collection answers one object an item, anything else one object."""

    request: GraphRequest


@frozen
class Discovery:
    """The OpenID configuration, read without signing in: one object with `tenant_id`, `issuer`, `token_endpoint`."""

    domain: str


@frozen
class FileRead:
    """A local file: one object: `kind` ("absent", "file", "folder", "other"), `content` (bytes, at most 64 KiB)."""

    path: str


Query: TypeAlias = ExchangeRead | WindowsRead | GraphRead | Discovery | FileRead


# --- what is learned -----------------------------------------------------------------------------------------------


@frozen
class Failure:
    """Why a query could not be answered or a change not be made: the parts of a `PushtuiError`, as data.

    `identifier` is the remote side's own name for it: an error's FullyQualifiedErrorId, a Graph code, an AADSTS error.
    """

    code: str
    what: str
    side: str
    where: str = ""
    cause: str = ""
    remedy: str = ""
    identifier: str = ""


@frozen
class Answer:
    """What came back, when, and from where. With a `failure`, `objects` may still hold what came before it."""

    objects: tuple[Properties, ...]
    at: datetime
    source: str = ""
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    failure: Failure | None = None
    clock_offset: float | None = None
    """Seconds that the clock of whoever answered is ahead of ours; None where the answer did not tell."""
    front_end: str = ""
    """What the web server that answered calls itself: `source` can be a name that many servers share, or an address."""


@frozen
class CloudNames:
    """The host names that the procedure writes into Exchange or compares with."""

    acs: str = "https://accounts.accesscontrol.windows.net"
    acs_path: str = "/{tenant}/metadata/json/1"
    """How the cloud names its metadata; `{tenant}` is the tenant id or a domain."""
    push_uri: str = "https://outlook.office365.com/PushNotifications"


@frozen
class RenewalTerms:
    """When the Auth certificate is renewed, and how long its parts need."""

    within: timedelta = timedelta(days=60)
    """Before its end, a certificate is due for renewal from then on."""
    notice: timedelta = timedelta(hours=72)
    """How far ahead the next certificate's effective date is put. Exchange asks under 48 hours."""
    settle: timedelta = timedelta(hours=48)
    """How long after the change the previous certificate is still taken to serve somebody."""


@frozen
class Inputs:
    """What the admin told us."""

    tenant_domain: str
    certificate_path: str
    exchange_server: str
    cloud: CloudNames = CloudNames()
    service_principal: str = "00000002-0000-0ff1-ce00-000000000000"
    windows_endpoint: bool = False
    verification_server: str = ""
    wait_seconds: float = 120.0
    probe: bool = False
    """Whether `verification` counts: true in apply, and in check with ``--probe``."""
    mail: bool = False
    """Whether a test message is set up."""
    overwrite_certificate_file: bool = False
    """The admin agreed that a different file at the certificate path is replaced."""
    removed_keys: frozenset[str] = frozenset()
    """SHA-256 (upper-case hex) of the keys that the admin chose for removal from the service principal."""
    renewal: RenewalTerms = RenewalTerms()


@frozen
class Memory:
    """What our journals know and no read can tell."""

    sent: Mapping[str, datetime] = field(default_factory=dict)
    """Change id → when it was sent in this run, whatever came of it."""
    acted_on: frozenset[tuple[str, str]] = frozenset()
    """Id and target (or where) of every change that was sent and every ask that was done in this run."""
    certificate_identifiers: frozenset[str] = frozenset()
    """SubjectKeyIdentifiers (upper-case hex) that we asked New-ExchangeCertificate for, in any run here."""
    push_proxy: Properties | None = None
    """The last output of Enable-PushNotificationProxy that we saw."""
    push_proxy_at: datetime | None = None
    done: Mapping[str, datetime] = field(default_factory=dict)
    """Ask id → when the admin said it was done; Wait id → when it ended; in this run."""
    keys_kept: frozenset[str] = frozenset()
    """SHA-256 (upper-case hex) of the keys that were there before and that every list sent in this run carried on."""
    last_change_at: datetime | None = None
    """When any setting that the probe uses was last changed by us, in any run."""


@frozen
class Facts:
    """Everything a step may look at."""

    inputs: Inputs
    now: datetime
    answers: Mapping[Query, Answer] = field(default_factory=dict)
    trials: Mapping[str, Answer] = field(default_factory=dict)
    """Trial id → its outcome in this run."""
    memory: Memory = Memory()


# --- what is concluded ---------------------------------------------------------------------------------------------


@frozen
class Evidence:
    """Something that a finding rests on: what was read, who answered it, and when."""

    read: str
    """The command, request or path, without the properties that were asked for."""
    source: str
    """The server, or `graph`, `login`, `file`, `profile`, `journal`."""
    at: datetime | None = None


@frozen
class Cause:
    """Another finding, by its name: of whichever step, as the first word of its code says."""

    code: str
    subject: str


@frozen
class Finding:
    """A conclusion: a stable code and its arguments. Words are made where it is shown (`pushtui.reporting.sentences`).

    `expected` and `observed` are values (a version, a thumbprint, a URL), not sentences. `failure` is set where we
    could not find out. `explained_by` names the findings that it is but a consequence of; a root cause has none.
    """

    code: str
    severity: Severity
    subject: str = ""
    expected: str = ""
    observed: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    evidence: tuple[Evidence, ...] = ()
    explained_by: tuple[Cause, ...] = ()


# --- what would be done --------------------------------------------------------------------------------------------


class Risk(StrEnum):
    REVERSIBLE = "reversible"
    ORG_WIDE = "org-wide"
    IRREVERSIBLE = "irreversible"


class Consent(StrEnum):
    """The changes that ask for a consent of their own; the words of ``--accept``."""

    SERVICE_PRINCIPAL_KEY = "service-principal-key"
    REPLACE_CERTIFICATE = "replace-certificate"
    BREAK_TRUST = "break-trust"


@frozen
class ExchangeWrite:
    """A cmdlet on the Exchange endpoint."""

    cmdlet: Cmdlet

    @property
    def text(self) -> str:
        return self.cmdlet.text


@frozen
class WindowsWrite:
    """A cmdlet on the Windows endpoint of `server`."""

    cmdlet: Cmdlet
    server: str

    @property
    def text(self) -> str:
        return f"{self.cmdlet.text}   # on {self.server}"


@frozen
class GraphWrite:
    """A request that changes the tenant."""

    request: GraphRequest

    @property
    def text(self) -> str:
        return self.request.text


@frozen
class FileWrite:
    """A local file, written atomically. `content` is None while it is only known after apply."""

    path: str
    content: bytes | None

    @property
    def text(self) -> str:
        return f"write {self.path}"


@frozen
class FileRemove:
    """A local file is taken away; one that is not there any more is no error."""

    path: str

    @property
    def text(self) -> str:
        return f"remove {self.path}"


Command: TypeAlias = ExchangeWrite | WindowsWrite | GraphWrite | FileWrite | FileRemove


@frozen
class Change:
    """One write.

    `id` is stable within a run and names the rule, not the value (``service-principal.add-key``). `reads` are the
    queries that are asked again right before it is sent (the command is then computed anew from them) and right
    after. `before` and `after` are JSON values for people and for the undo. `undo` is the command that takes it
    back, or None where nothing can. `backup` asks for the answers of `reads` to be kept in a file first.
    """

    id: str
    step: StepId
    target: str
    command: Command
    before: Json
    after: Json
    risk: Risk
    reads: tuple[Query, ...]
    undo: Command | None = None
    consent: Consent | None = None
    backup: bool = False
    pinned: bool = False
    """Only good for the very list that was confirmed: with another `before`, it is shown again."""
    volatile: frozenset[str] = frozenset()
    """Parameters and properties that are made anew each time it is computed, such as a date: in these it may differ
    from what was confirmed."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    affects: tuple[Query, ...] = ()
    """What else it may change, in time: asked again when its step is through."""


@frozen
class Wait:
    """Something takes time. With `reads`: they are asked again every `poll` seconds until the step no longer wants
    this wait, twice in a row where `twice`. Without: a plain countdown that the admin may skip, then `Memory.done`.
    One that `pauses` takes hours or days: the run ends there, and a later one goes on."""

    id: str
    step: StepId
    seconds: float
    reads: tuple[Query, ...] = ()
    poll: float = 1.0
    twice: bool = False
    pauses: bool = False
    arguments: Mapping[str, str] = field(default_factory=dict)


@frozen
class Ask:
    """A person must do something that we cannot, and say when it is done. `command` is what to type, where."""

    id: str
    step: StepId
    command: str
    where: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    affects: tuple[Query, ...] = ()
    """As a change's."""


@frozen
class Trial:
    """Something that proves the chain: the probe (an ExchangeRead), or the test message (None)."""

    id: str
    step: StepId
    query: ExchangeRead | None
    timeout: float = 300.0
    arguments: Mapping[str, str] = field(default_factory=dict)


Action: TypeAlias = Change | Wait | Ask | Trial


class Step(Protocol):
    """One link of the chain; the modules of this package have this shape."""

    @property
    def ID(self) -> StepId: ...  # noqa: N802  # a module constant

    def queries(self, facts: Facts) -> Iterable[Query]:
        """What the step needs to know, given what is known; asked again until nothing is new."""

    def findings(self, facts: Facts) -> Sequence[Finding]:
        """What the facts mean; empty while a query that matters is unanswered."""

    def actions(self, facts: Facts) -> Sequence[Action]:
        """What would make this link hold, in order, given the facts; empty when it holds or is blocked."""
