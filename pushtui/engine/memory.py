"""What the journals know and no read can tell, as the steps need it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pushtui.engine.encoding import from_json
from pushtui.engine.journal import entries, journals
from pushtui.procedure.model import ExchangeWrite, Memory, Properties, StepId

_OF_THE_PROXY = frozenset({"Enable-PushNotificationProxy", "Disable-PushNotificationProxy"})
_RESTART_STEP = StepId.VERIFICATION.value


class Recollection:
    """Takes in journal entries in their order, old ones from files and new ones as they are made."""

    def __init__(self) -> None:
        self._sent: dict[str, datetime] = {}
        self._done: dict[str, datetime] = {}
        self._acted_on: set[tuple[str, str]] = set()
        self._identifiers: set[str] = set()
        self._push_proxy: Properties | None = None
        self._push_proxy_at: datetime | None = None
        self._push_proxy_before: tuple[Properties | None, datetime | None] = (None, None)
        self._last_change_at: datetime | None = None
        self._open: dict[str, Mapping[str, Any]] = {}
        self._before_intent: dict[str, datetime | None] = {}
        self._keys_kept: frozenset[str] = frozenset()

    def read(self, folder: Path) -> None:
        """Take in every journal of the organization."""
        for path in journals(folder):
            for entry in entries(path):
                self.take(entry)
            self.begin_run()

    def begin_run(self) -> None:
        """Forget what belongs to one run only."""
        self._sent.clear()
        self._done.clear()
        self._acted_on.clear()
        self._open.clear()
        self._before_intent.clear()
        self._keys_kept = frozenset()

    def take(self, entry: Mapping[str, Any]) -> None:
        """One entry; whatever this version does not understand is passed over."""
        at = _time(entry.get("at"))
        change = entry.get("change")
        if at is None or not isinstance(change, str):
            return
        if entry["kind"] == "intent":
            self._intent(change, entry, at)
        elif entry["kind"] == "result":
            self._result(change, entry, at)
        elif entry["kind"] == "done":
            self._done[change] = at
            self._acted_on.add((change, str(entry.get("where") or "")))

    def memory(self) -> Memory:
        """As the steps see it; a copy."""
        return Memory(
            sent=dict(self._sent),
            certificate_identifiers=frozenset(self._identifiers),
            push_proxy=self._push_proxy,
            push_proxy_at=self._push_proxy_at,
            acted_on=frozenset(self._acted_on),
            done=dict(self._done),
            last_change_at=self._last_change_at,
            keys_kept=self._keys_kept,
        )

    def _intent(self, change: str, entry: Mapping[str, Any], at: datetime) -> None:
        self._sent[change] = at
        self._acted_on.add((change, str(entry.get("target") or "")))
        self._open[change] = entry
        self._before_intent[change] = self._last_change_at
        self._identifiers |= _identifiers(entry)
        if _cmdlet(entry) in _OF_THE_PROXY:  # until its outcome is known, nobody knows how the proxy is
            self._push_proxy_before = (self._push_proxy, self._push_proxy_at)
            self._push_proxy = self._push_proxy_at = None
        if _touches_probe(entry):
            self._last_change_at = at

    def _result(self, change: str, entry: Mapping[str, Any], at: datetime) -> None:
        intent = self._open.pop(change, None)
        if intent is None:
            return
        if entry.get("result") != "failed" and (kept := _keys_kept(intent)) is not None:
            self._keys_kept = kept
        if entry.get("result") == "failed":
            self._identifiers -= _identifiers(intent)
            if _cmdlet(intent) in _OF_THE_PROXY:
                self._push_proxy, self._push_proxy_at = self._push_proxy_before
            if _touches_probe(intent):
                self._last_change_at = self._before_intent.get(change)
            return
        if _touches_probe(intent):
            self._last_change_at = at
        if entry.get("result") == "done" and _cmdlet(intent) in _OF_THE_PROXY:
            self._proxy_set(_cmdlet(intent), entry.get("objects"), at)

    def _proxy_set(self, cmdlet: str, objects: object, at: datetime) -> None:
        """Its own output says how it is; Disable-PushNotificationProxy may have none."""
        last = objects[-1] if isinstance(objects, list) and objects else None
        before = self._push_proxy_before[0]
        if isinstance(last, dict):
            self._push_proxy, self._push_proxy_at = last, at
        elif cmdlet == "Disable-PushNotificationProxy" and before is not None:
            self._push_proxy, self._push_proxy_at = {**before, "Enabled": False}, at


def _identifiers(entry: Mapping[str, Any]) -> set[str]:
    """The SubjectKeyIdentifier that a certificate was asked for with."""
    if _cmdlet(entry) != "New-ExchangeCertificate":
        return set()
    command = from_json(entry["command"])
    assert isinstance(command, ExchangeWrite)
    values = dict(command.cmdlet.parameters)
    identifier = values.get("SubjectKeyIdentifier")
    return {identifier.upper()} if isinstance(identifier, str) else set()


def _keys_kept(entry: Mapping[str, Any]) -> frozenset[str] | None:
    """SHA-256 of the keys in a list of keys that was sent, but of what it added; None where it was no such list."""
    command, before = entry.get("command"), entry.get("before")
    if not isinstance(command, dict) or command.get("to") != "graph" or not isinstance(before, dict):
        return None
    try:
        keys = [base64.b64decode(key["key"]) for key in json.loads(command["body"])["keyCredentials"]]
    except (KeyError, TypeError, ValueError):
        return None
    known = before.get("keys")
    there = set(known) if isinstance(known, list) else set()
    thumbprints = {key: hashlib.sha1(key, usedforsecurity=False).hexdigest().upper() for key in keys}
    return frozenset(hashlib.sha256(key).hexdigest().upper() for key in keys if thumbprints[key] in there)


def _touches_probe(entry: Mapping[str, Any]) -> bool:
    """Whether the health manager has to be restarted to see this change: any write to the Exchange organization."""
    command = entry.get("command")
    return isinstance(command, dict) and command.get("to") == "exchange" and entry.get("step") != _RESTART_STEP


def _cmdlet(entry: Mapping[str, Any]) -> str:
    """The name of the entry's Exchange cmdlet; empty for anything else."""
    command = entry.get("command")
    if not isinstance(command, dict) or command.get("to") != "exchange":
        return ""
    try:
        from_json(command)
    except ValueError:
        return ""
    return str(command["cmdlet"])


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
