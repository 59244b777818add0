"""A model of the two organizations, small enough to read: it answers queries and obeys commands, without any wire.

Every rule that a step relies on is here as Exchange and Graph have it: AuthConfig's parameter sets, refused
duplicates of auth servers, a list of keys that a PATCH replaces, a health manager that keeps its old settings.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from pushtui.base.commands import Cmdlet, Later
from pushtui.procedure import chain, questions
from pushtui.procedure.model import (
    Action,
    Answer,
    Ask,
    Change,
    Command,
    Discovery,
    ExchangeRead,
    ExchangeWrite,
    Facts,
    Failure,
    FileRead,
    FileRemove,
    FileWrite,
    Finding,
    GraphRead,
    GraphWrite,
    Inputs,
    Memory,
    Query,
    StepId,
    Trial,
    Wait,
    WindowsRead,
    WindowsWrite,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TENANT = "11111111-2222-3333-4444-555555555555"
OTHER_TENANT = "99999999-2222-3333-4444-555555555555"
APP = questions.EXCHANGE_ONLINE
ACS = "https://accounts.accesscontrol.windows.net"
URL = f"{ACS}/{TENANT}/metadata/json/1"
OTHER_URL = f"{ACS}/{OTHER_TENANT}/metadata/json/1"
PUSH_URI = "https://outlook.office365.com/PushNotifications"
EX01, EX02, EX03 = "ex01.lab.example", "ex02.lab.example", "ex03.lab.example"
SHA256_WITH_RSA, SHA1_WITH_RSA = bytes.fromhex("06092a864886f70d01010b"), bytes.fromhex("06092a864886f70d010105")


@cache
def _key(kind: str, number: int) -> Any:
    """A few private keys, made once a process: making one takes longer than a whole test."""
    if kind == "EC":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=int(kind))


@cache
def make_der(
    name: str = "Auth",
    start: datetime = NOW - 300 * DAY,
    end: datetime = NOW + 900 * DAY,
    kind: str = "2048",
    identifier: str = "",
    signature: str = "sha256",
) -> bytes:
    """A self-signed certificate as DER; the same arguments give the same one."""
    key = _key(kind, 0)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    serial = int.from_bytes(hashlib.sha256(repr((name, start, end, kind, identifier)).encode()).digest()[:16], "big")
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number((serial >> 2) or 1)
        .not_valid_before(start)
        .not_valid_after(end)
    )
    if identifier:
        builder = builder.add_extension(x509.SubjectKeyIdentifier(bytes.fromhex(identifier)), critical=False)
    der = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    # The library signs nothing with SHA-1 any more, but a name is all that is looked at.
    return der.replace(SHA256_WITH_RSA, SHA1_WITH_RSA) if signature == "sha1" else der


def thumb(der: bytes) -> str:
    return hashlib.sha1(der).hexdigest().upper()


@dataclass
class Stored:
    """A certificate in the store of one server."""

    der: bytes
    services: str = "None"
    private_key: bool | None = True
    status: str = "Valid"
    raw: bytes | None = None
    exportable: bool = True

    @property
    def thumbprint(self) -> str:
        return thumb(self.der)

    def object(self, server: str) -> dict[str, Any]:
        return {
            "Thumbprint": self.thumbprint,
            "Services": self.services,
            "Status": self.status,
            "HasPrivateKey": self.private_key,
            "PrivateKeyExportable": self.exportable,
            "FriendlyName": "",
            "RootCAType": "None",
            "Identity": f"{server}\\{self.thumbprint}",
            "RawData": self.der if self.raw is None else self.raw,
        }


def server_object(name: str, **changed: Any) -> dict[str, Any]:
    fqdn = f"{name}.lab.example"
    return {
        "Name": name.upper(),
        "Fqdn": fqdn,
        "AdminDisplayVersion": "Version 15.2 (Build 1544.4)",
        "ServerRole": "Mailbox",
        "Edition": "Enterprise",
        "Site": "lab.example/Configuration/Sites/Main",
        "IsEdgeServer": False,
        "IsMailboxServer": True,
        "IsClientAccessServer": True,
    } | changed


def key_object(der: bytes | None, name: str = "someone", **changed: Any) -> dict[str, Any]:
    end = x509.load_der_x509_certificate(der).not_valid_after_utc if der else NOW + DAY
    return {
        "customKeyIdentifier": thumb(der) if der else "A" * 40,
        "displayName": name,
        "endDateTime": end.isoformat(),
        "startDateTime": "2020-01-01T00:00:00Z",
        "key": base64.b64encode(der).decode() if der else None,
        "keyId": hashlib.md5(der or b"").hexdigest(),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    } | changed


class Refused(Exception):
    """The other side answered a command with an error."""


@dataclass
class World:
    """Everything that is true on both sides, and what our journals would know."""

    now: datetime = NOW
    inputs: Inputs = field(
        default_factory=lambda: Inputs("fabrikam.com", "/exports/auth.cer", EX01, windows_endpoint=True, probe=True)
    )
    memory: Memory = field(default_factory=Memory)
    trials: dict[str, Answer] = field(default_factory=dict)
    servers: list[dict[str, Any]] = field(default_factory=lambda: [server_object(n) for n in ("ex01", "ex02", "ex03")])
    stores: dict[str, list[Stored]] = field(default_factory=dict)
    executing: str = EX01
    config: dict[str, Any] = field(default_factory=dict)
    hybrid: bool = False
    auth_servers: list[dict[str, Any]] = field(default_factory=list)
    partners: list[dict[str, Any]] = field(
        default_factory=lambda: [{"Name": "Exchange Online", "Enabled": True, "ApplicationIdentifier": APP}]
    )
    proxy: dict[str, Any] = field(
        default_factory=lambda: {"Name": "OnPrem-Proxy", "Enabled": False, "Organization": "", "Uri": PUSH_URI}
    )
    shows_push_apps: bool = False
    tenant: str = TENANT
    organization: dict[str, Any] = field(
        default_factory=lambda: {
            "id": TENANT,
            "displayName": "Fabrikam",
            "verifiedDomains": [{"name": "fabrikam.com"}],
            "assignedPlans": [{"service": "exchange", "capabilityStatus": "Enabled"}],
        }
    )
    domains: list[dict[str, Any]] = field(default_factory=lambda: [{"id": "fabrikam.com", "isVerified": True}])
    principal: dict[str, Any] | None = field(
        default_factory=lambda: {"id": "sp-1", "appId": APP, "displayName": "Office 365", "keyCredentials": []}
    )
    visible_after: int = 0
    """How many reads the service principal's keys are old for after a PATCH."""
    file: dict[str, Any] = field(default_factory=lambda: {"kind": "absent"})
    processes: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"Name": "MSExchangeHMHost", "Id": 10, "StartTime": (NOW - 30 * DAY).isoformat()},
            {"Name": "MSExchangeHMWorker", "Id": 11, "StartTime": (NOW - 30 * DAY).isoformat()},
        ]
    )
    component: str = "Active"
    requesters: list[str] = field(default_factory=list)
    offline: bool = False
    """Whether the whole server is taken out of service."""
    stopped: dict[str, set[str]] = field(default_factory=dict)
    """Server → services that do not run there."""
    alerts: dict[str, str] = field(default_factory=dict)
    """Server → AlertValue of its push notifications' monitor."""
    unreachable: set[str] = field(default_factory=set)
    """Servers of which the one that executes gets no answer."""
    accepted: list[str] = field(default_factory=lambda: ["lab.example", "fabrikam.com"])
    guid: str = "0a1b2c3d-0000-0000-0000-000000000001"
    applications: list[dict[str, Any]] = field(default_factory=list)
    overrides: list[dict[str, Any]] = field(default_factory=list)
    clocks: dict[str, float] = field(default_factory=dict)
    """`exchange` (the front end), `tenant` or a server → seconds that it is ahead of us."""
    front_end: str = ""
    distributes: bool = True
    failures: dict[Query, Failure] = field(default_factory=dict)
    lose: set[str] = field(default_factory=set)
    """Ids of changes whose answer is lost once."""
    log: list[str] = field(default_factory=list)
    """Every write that arrived."""
    answers: dict[Query, Answer] = field(default_factory=dict)
    _stale: list[Any] = field(default_factory=list)
    _loaded: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.stores:
            der = make_der()
            self.stores = {name: [Stored(der, "SMTP")] for name in (EX01, EX02, EX03)}
            self.config = {"CurrentCertificateThumbprint": thumb(der)} | self.config
        self.config = {
            "CurrentCertificateThumbprint": "",
            "PreviousCertificateThumbprint": "",
            "NextCertificateThumbprint": "",
            "NextCertificateEffectiveDate": None,
            "WhenChangedUTC": NOW - 200 * DAY,
        } | self.config
        self._load()

    # --- reads -------------------------------------------------------------------------------------------------------

    def ask(self, query: Query) -> Answer:
        failure = self.failures.get(query) or self._silence(query)
        objects = () if failure is not None else tuple(self._objects(query))
        if query == questions.SHOWS_PUSH_APPS and not self.shows_push_apps and failure is None:
            failure = failed("exchange.not-found", "CommandNotFoundException,GetCommandCommand")
        offset = self.clocks.get("tenant" if isinstance(query, Discovery) else "exchange")
        timed = isinstance(query, (ExchangeRead, Discovery))
        return Answer(
            objects,
            self.now,
            "model",
            failure=failure,
            clock_offset=offset if timed else None,
            front_end=self.front_end,
        )

    def _silence(self, query: Query) -> Failure | None:
        """A server that is gone answers nothing; one without its health manager, nothing of its health."""
        if not isinstance(query, (ExchangeRead, WindowsRead)) or not query.server:
            return None
        if query.server in self.unreachable:
            return failed("exchange.cmdlet-error", "RpcException")
        if query == questions.server_health(query.server) and "MSExchangeHM" in self.stopped.get(query.server, ()):
            return failed("exchange.cmdlet-error", "RpcException")
        return None

    def _objects(self, query: Query) -> Iterable[Mapping[str, Any]]:
        match query:
            case Discovery():
                return [{"tenant_id": self.tenant}]
            case FileRead():
                return [dict(self.file)]
            case GraphRead(request):
                if request.path == "/organization":
                    return [self.organization]
                if request.path == "/applications":
                    return self.applications
                return self.domains if request.path == "/domains" else self._principal()
            case WindowsRead(cmdlet, server) if cmdlet.name == "Get-Service":
                stopped = self.stopped.get(server, set())
                names: Any = dict(cmdlet.parameters)["Name"]
                return [{"Name": name, "Status": "Stopped" if name in stopped else "Running"} for name in names]
            case WindowsRead():
                return self.processes
            case ExchangeRead(cmdlet, server):
                return self._read_of(cmdlet, server) if server else self._read(cmdlet)

    def _principal(self) -> list[dict[str, Any]]:
        if self._stale:
            return [self._stale.pop()]
        return [json.loads(json.dumps(self.principal))] if self.principal else []

    def _read(self, cmdlet: Cmdlet) -> Iterable[Mapping[str, Any]]:
        """Of the organization."""
        match cmdlet.name:
            case "Get-ExchangeServer":
                return self.servers
            case "Get-ExchangeCertificate":
                return [item.object(self.executing) for item in self.stores.get(self.executing, [])]
            case "Get-AuthConfig":
                return [dict(self.config)]
            case "Get-HybridConfiguration":
                return [{"Name": "Hybrid Configuration", "Domains": ["fabrikam.com"]}] if self.hybrid else []
            case "Get-OrganizationConfig":
                return [{"Name": "First Organization", "Guid": self.guid}]
            case "Get-AcceptedDomain":
                return [{"Name": name, "DomainName": name, "DomainType": "Authoritative"} for name in self.accepted]
            case "Get-SettingOverride":
                return self.overrides
            case "Get-AuthServer":
                return [dict(item) for item in self.auth_servers]
            case "Get-PartnerApplication":
                return self.partners
            case "Get-Command":
                return [{"Name": "Get-PushNotificationApp"}] if self.shows_push_apps else []
            case "Get-PushNotificationApp":
                return [dict(self.proxy)]
        raise AssertionError(f"the model does not know {cmdlet.text}")

    def _read_of(self, cmdlet: Cmdlet, server: str) -> Iterable[Mapping[str, Any]]:
        """Of one server."""
        match cmdlet.name:
            case "Get-ExchangeCertificate":
                return [item.object(server) for item in self.stores.get(server, [])]
            case "Get-ServerComponentState":
                states = [f"Requestor:{name}; State:{self.component}; Timestamp:1/2/2026" for name in self.requesters]
                return [
                    {
                        "ServerFqdn": server,
                        "Component": "PushNotificationsProxy",
                        "State": self.component,
                        "ServerWideOfflineIsOffline": self.offline,
                        "LocalStates": states,
                        "RemoteStates": states,
                    }
                ]
            case "Test-ServiceHealth":
                required, stopped = {"MSExchangeServiceHost", "MSExchangeIS"}, self.stopped.get(server, set())
                return [
                    {
                        "Role": "Mailbox Server Role",
                        "RequiredServicesRunning": not required & stopped,
                        "ServicesRunning": sorted(required - stopped),
                        "ServicesNotRunning": sorted(required & stopped),
                    }
                ]
            case "Get-ExchangeDiagnosticInfo":
                ahead = timedelta(seconds=self.clocks.get(server, self.clocks.get("tenant", 0.0)))
                time = (self.now + ahead).isoformat().replace("+00:00", "Z")
                return [{"Result": f"<Diagnostics><currentTime>{time}</currentTime></Diagnostics>"}]
            case "Get-ServerHealth":
                return [
                    {
                        "Server": server,
                        "Name": "PushNotificationsDeliveryMonitor",
                        "HealthSetName": "PushNotifications.Protocol",
                        "AlertValue": self.alerts.get(server, "Healthy"),
                    }
                ]
        raise AssertionError(f"the model does not know {cmdlet.text}")

    # --- writes ------------------------------------------------------------------------------------------------------

    def obey(self, command: Command) -> dict[str, Any] | None:
        """Do it; raises `Refused`."""
        match command:
            case FileWrite(path, content):
                assert content is not None
                assert path == self.inputs.certificate_path
                self.file = {"kind": "file", "content": content}
                return None
            case FileRemove(path):
                assert path == self.inputs.certificate_path
                self.file = {"kind": "absent"}
                return None
            case GraphWrite(request):
                self._patch(json.loads(request.body))
                return None
            case WindowsWrite(cmdlet, server) if dict(cmdlet.parameters)["Name"] == "MSExchangeServiceHost":
                self._restart_host(server)
                return None
            case WindowsWrite(cmdlet, server):
                assert dict(cmdlet.parameters)["Name"] == "MSExchangeHM"
                self.stopped.get(server, set()).discard("MSExchangeHM")
                self.processes = [item | {"StartTime": self.now.isoformat()} for item in self.processes]
                self._load()
                return None
            case ExchangeWrite(cmdlet):
                values = dict(cmdlet.parameters)
                assert not any(isinstance(value, Later) for value in values.values())
                assert values.get("Confirm") is False
                return self._write(cmdlet.name, values)

    def _restart_host(self, server: str) -> None:
        """Its servicelet looks for AuthConfig's certificates on the other servers."""
        self.stopped.get(server, set()).discard("MSExchangeServiceHost")
        if self.distributes:
            self.distribute()

    def _patch(self, body: dict[str, Any]) -> None:
        assert self.principal is not None
        before = json.loads(json.dumps(self.principal))
        keys = body["keyCredentials"]
        assert all(set(key) == {"type", "usage", "key"} for key in keys)
        old = {item["key"]: item for item in self.principal["keyCredentials"]}
        self.principal["keyCredentials"] = [
            old.get(key["key"]) or key_object(base64.b64decode(key["key"]), "new") for key in keys
        ]
        self._stale = [before] * self.visible_after

    def _write(self, name: str, values: dict[str, Any]) -> dict[str, Any] | None:
        match name:
            case "New-ExchangeCertificate":
                assert values["Services"] == "Federation"
                assert "Force" not in values
                der = make_der("lab.example", self.now - DAY, self.now + 1826 * DAY, "2048",
                               values["SubjectKeyIdentifier"])  # fmt: skip
                self.stores[values["Server"]].append(Stored(der, "Federation"))
            case "Set-AuthConfig":
                self._set_auth_config(values)
            case "New-AuthServer" | "Set-AuthServer" | "Remove-AuthServer":
                self._auth_server(name, values)
            case "Set-PartnerApplication":
                [partner] = [item for item in self.partners if item["Name"] == values["Identity"]]
                partner["Enabled"] = values["Enabled"]
            case "Enable-PushNotificationProxy":
                self.proxy |= {"Enabled": True, "Organization": values["Organization"], "Uri": values["Uri"]}
                return dict(self.proxy)
            case "Disable-PushNotificationProxy":
                self.proxy |= {"Enabled": False}
            case "Remove-ExchangeCertificate":
                if values["Thumbprint"] in self.config.values():
                    raise Refused("AuthConfig names it")
                store = self.stores[values["Server"]]
                self.stores[values["Server"]] = [item for item in store if item.thumbprint != values["Thumbprint"]]
            case _:
                raise AssertionError(f"the model does not know {name}")
        return None

    def _set_auth_config(self, values: dict[str, Any]) -> None:
        config = self.config
        if "PublishCertificate" in values:
            if not config["NextCertificateThumbprint"]:
                raise Refused("no next certificate")
            previous = "" if values.get("ClearPreviousCertificate") else config["CurrentCertificateThumbprint"]
            config |= {
                "CurrentCertificateThumbprint": config["NextCertificateThumbprint"],
                "PreviousCertificateThumbprint": previous,
                "NextCertificateThumbprint": "",
                "NextCertificateEffectiveDate": None,
            }
        elif "ClearPreviousCertificate" in values:
            config["PreviousCertificateThumbprint"] = ""
        elif values.get("NewCertificateThumbprint") == "":
            config |= {"NextCertificateThumbprint": "", "NextCertificateEffectiveDate": None}
        elif values.get("ClearPreviousCertificate"):
            config |= {"PreviousCertificateThumbprint": ""}
        elif "NewCertificateThumbprint" in values:
            self._usable_here(values["NewCertificateThumbprint"])
            config |= {
                "NextCertificateThumbprint": values["NewCertificateThumbprint"],
                "NextCertificateEffectiveDate": values["NewCertificateEffectiveDate"],
            }
        else:
            if values["CertificateThumbprint"] == config["NextCertificateThumbprint"]:
                raise Refused("it is the next one already")
            self._usable_here(values["CertificateThumbprint"])
            config |= {
                "PreviousCertificateThumbprint": config["CurrentCertificateThumbprint"],
                "CurrentCertificateThumbprint": values["CertificateThumbprint"],
            }
        config["WhenChangedUTC"] = self.now
        if self.distributes:
            self.distribute()

    def _usable_here(self, thumbprint: str) -> Stored:
        for item in self.stores[self.executing]:
            certificate = x509.load_der_x509_certificate(item.der)
            if item.thumbprint == thumbprint and certificate.not_valid_after_utc > self.now:
                return item
        raise Refused("not in the store of the executing server, or expired")

    def distribute(self) -> None:
        """AuthAdmin's work: the current and the next certificate on every server."""
        wanted = {self.config["CurrentCertificateThumbprint"], self.config["NextCertificateThumbprint"]}
        found = {item.thumbprint: item for store in self.stores.values() for item in store}
        for store in self.stores.values():
            have = {item.thumbprint for item in store}
            store += [found[it] for it in sorted(wanted - have) if it in found and found[it].private_key]

    def _auth_server(self, name: str, values: dict[str, Any]) -> None:
        url = str(values.get("AuthMetadataUrl", ""))
        realm = OTHER_TENANT if OTHER_TENANT in url else TENANT
        key = str(values.get("Identity") or values.get("Name"))
        existing = next((item for item in self.auth_servers if item["Name"] == key), None)
        if name == "New-AuthServer":
            if existing or any(it["Realm"] == realm and it["Type"] == "MicrosoftACS" for it in self.auth_servers):
                raise Refused("duplicate")
            self.auth_servers.append(auth_server(key, realm=realm, url=url, changed=self.now))
            return
        if existing is None:
            raise Refused("no such object")
        if name == "Remove-AuthServer":
            self.auth_servers.remove(existing)
            return
        if url and realm != existing["Realm"]:
            raise Refused("another realm")
        existing |= {"WhenChangedUTC": self.now} | ({"AuthMetadataUrl": url} if url else {})
        existing |= {"Enabled": values["Enabled"]} if "Enabled" in values else {}

    # --- the probe ---------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        """The health manager reads its settings."""
        self._loaded = {
            "thumbprint": self.config["CurrentCertificateThumbprint"],
            "realms": {
                item["Realm"] for item in self.auth_servers if item["Enabled"] and item["Type"] == "MicrosoftACS"
            },
            "proxy": dict(self.proxy),
        }

    def probe(self) -> dict[str, Any]:
        """Succeeds only with everything in place, as the health manager loaded it."""
        proxy = self._loaded["proxy"]
        if not proxy["Enabled"] or proxy["Organization"].lower() != "fabrikam.com":
            return {"ResultType": "Failed", "StateAttribute1": "PushNotifications", "StateAttribute2": "not enabled"}
        keys = {
            thumb(base64.b64decode(it["key"])) for it in (self.principal or {"keyCredentials": []})["keyCredentials"]
        }
        if self._loaded["thumbprint"] not in keys or self.tenant not in self._loaded["realms"]:
            return {"ResultType": "Failed", "StateAttribute1": "Authentication", "StateAttribute2": "401"}
        return {"ResultType": "Succeeded", "Error": "", "Exception": ""}

    # --- the run: what the engine does, in miniature -----------------------------------------------------------------

    def facts(self) -> Facts:
        """Ask until nothing new is asked."""
        while True:
            facts = Facts(self.inputs, self.now, dict(self.answers), dict(self.trials), self.memory)
            new = {query for step in chain.STEPS for query in step.queries(facts)} - self.answers.keys()
            if not new:
                return facts
            for query in new:
                self.answers[query] = self.ask(query)

    def fresh(self) -> Facts:
        self.answers.clear()
        return self.facts()

    def reports(self) -> dict[StepId, chain.Report]:
        return chain.reports(self.fresh())

    def findings(self) -> list[Finding]:
        return [item for report in self.reports().values() for item in report.findings]

    def codes(self) -> set[str]:
        return {item.code for item in self.findings()}

    def actions(self, step: StepId | None = None) -> list[Action]:
        reports = self.reports()
        return [action for name, report in reports.items() if step in (None, name) for action in report.actions]

    def action(self, name: str) -> Any:
        return next(item for item in self.actions() if item.id == name)

    def begin_run(self) -> None:
        self.memory = replace(self.memory, sent={}, done={}, acted_on=frozenset())
        self.trials.clear()

    def apply(self) -> dict[StepId, chain.Report]:
        """Do what the steps want, in order, each action recomputed from fresh reads; never the same change twice."""
        self.begin_run()
        planned = {(item.id, getattr(item, "target", "")) for item in self.actions() if isinstance(item, Change)}
        tried: set[tuple[str, str]] = set()
        for step in chain.STEPS:
            for _ in range(20):
                actions = chain.reports(self.fresh())[step.ID].actions
                if not actions:
                    break
                action = actions[0]
                key = (action.id, getattr(action, "target", "") or getattr(action, "where", ""))
                if key in tried or (isinstance(action, Change) and key not in planned):
                    break
                tried.add(key)
                if not self._do(action):
                    break
            else:
                raise AssertionError(f"{step.ID} does not come to an end")
        return self.reports()

    def _do(self, action: Action) -> bool:
        self.now += timedelta(seconds=1)
        match action:
            case Change():
                return self._change(action)
            case Wait() if not action.reads:
                self.memory = replace(self.memory, done={**self.memory.done, action.id: self.now})
                return True
            case Wait():
                self.distribute()
                return not any(item.id == action.id for _ in range(9) for item in self.actions(action.step))
            case Ask(id="certificate.restart-host"):
                self._restart_host(action.where)
                self.memory = replace(self.memory, acted_on=self.memory.acted_on | {(action.id, action.where)})
                return True
            case Ask():
                self.processes = [item | {"StartTime": self.now.isoformat()} for item in self.processes]
                self._load()
                self.memory = replace(self.memory, done={**self.memory.done, action.id: self.now})
                return True
            case Trial():
                objects = (self.probe(),) if action.query else ({"reply": "250 queued", "message_id": "<1@lab>"},)
                self.trials[action.id] = Answer(objects, self.now, "model")
                return True

    def _change(self, change: Change) -> bool:
        assert chain.sendable(change), change.id
        self.memory = replace(
            self.memory,
            sent={**self.memory.sent, change.id: self.now},
            acted_on=self.memory.acted_on | {(change.id, change.target)},
        )
        if change.id == "certificate.create":
            mark = change.arguments["identifier"]
            self.memory = replace(self.memory, certificate_identifiers=self.memory.certificate_identifiers | {mark})
        if isinstance(change.command, ExchangeWrite):
            self.memory = replace(self.memory, last_change_at=self.now)
        self.log.append(change.id)
        try:
            output = self.obey(change.command)
        except Refused as refused:
            self.log.append(f"{change.id}: {refused}")
            return False
        if change.id in self.lose:
            self.lose.discard(change.id)
            return change.id not in {item.id for item in self.actions(change.step)}
        if change.id == "push-proxy.enable":
            self.memory = replace(self.memory, push_proxy=output, push_proxy_at=self.now)
        return True


def failed(code: str = "exchange.unreachable", identifier: str = "") -> Failure:
    return Failure(code, "No answer", "exchange", identifier=identifier)


def auth_server(name: str = "MicrosoftSts", **changed: Any) -> dict[str, Any]:
    return {
        "Name": name,
        "Identity": name,
        "Type": changed.get("type", "MicrosoftACS"),
        "Enabled": changed.get("enabled", True),
        "Realm": changed.get("realm", TENANT),
        "IssuerIdentifier": changed.get("issuer", "00000001-0000-0000-c000-000000000000"),
        "AuthMetadataUrl": changed.get("url", URL),
        "TokenIssuingEndpoint": changed.get("endpoint", f"{ACS}/{changed.get('realm', TENANT)}/tokens/OAuth/2"),
        "ApplicationIdentifier": changed.get("application", ""),
        "WhenChangedUTC": changed.get("changed", NOW - 100 * DAY),
    }


class Kit:
    """What the test modules use of this file."""

    NOW, DAY, TENANT, OTHER_TENANT, URL, OTHER_URL = NOW, DAY, TENANT, OTHER_TENANT, URL, OTHER_URL
    APP, PUSH_URI, EX01, EX02, EX03 = APP, PUSH_URI, EX01, EX02, EX03
    World, Stored = World, Stored
    make_der = staticmethod(make_der)
    thumb = staticmethod(thumb)
    failed = staticmethod(failed)
    auth_server = staticmethod(auth_server)
    server_object = staticmethod(server_object)
    key_object = staticmethod(key_object)

    @staticmethod
    def answer(*objects: dict[str, Any]) -> Answer:
        """What was answered just now."""
        return Answer(objects, NOW, "model")

    @staticmethod
    def with_current(der: bytes, **changed: Any) -> World:
        """Three servers that all have `der`, which AuthConfig names."""
        stores = {name: [Stored(der, **changed)] for name in (EX01, EX02, EX03)}
        return World(stores=stores, config={"CurrentCertificateThumbprint": thumb(der)})

    @staticmethod
    def done() -> World:
        """Everything is as it should be."""
        der = make_der()
        world = World(auth_servers=[auth_server()], shows_push_apps=True)
        world.proxy |= {"Enabled": True, "Organization": "fabrikam.com"}
        world.principal = {
            "id": "sp-1",
            "appId": APP,
            "displayName": "Office 365",
            "keyCredentials": [key_object(der, "ours")],
        }
        world.file = {"kind": "file", "content": der}
        world._load()
        return world


@pytest.fixture(scope="session")
def kit() -> type[Kit]:
    return Kit


@pytest.fixture
def world() -> World:
    """An organization as Setup leaves it, and a tenant that knows nothing of it."""
    return World()


@pytest.fixture
def recorded() -> Callable[[str], list[dict[str, Any]]]:
    """The objects of one recording of a real server; skips where they are not."""
    from pushtui.exchange.clixml import load

    named = os.environ.get("PUSHTUI_RECORDINGS")
    folders = [Path(named)] if named else [up / "shared" / "recordings" for up in Path(__file__).resolve().parents]
    folder = next((item for item in folders if item.is_dir()), None)

    def read(name: str) -> list[dict[str, Any]]:
        if folder is None or not (folder / f"{name}.xml").exists():
            pytest.skip("no recordings of real servers here (PUSHTUI_RECORDINGS)")
        return load(folder / f"{name}.xml")

    return read
