"""Becomes the ``sitecustomize`` of a program under test: loud, watched, and made to crash at one layer.

Every logger speaks at DEBUG, each secret that exists is noted in the file ``CANARIES``, and once the file
``CRASH_WHEN`` exists the layer ``CRASH`` fails with all of them in its frames and in the exception's text.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)

FIELDS = {
    *("access_token", "refresh_token", "id_token", "device_code"),
    *("client_secret", "client_assertion", "code", "code_verifier"),
}
CRASHES = {
    "exchange": ("pushtui.exchange.connection", "Connection", "run"),
    "exchange library": ("pushtui.exchange.shell", "Shell", "start"),
    "graph": ("pushtui.entra.wire", "Wire", "exchange"),
    "sign-in": ("pushtui.entra.tokens", "TokenSource", "_accept"),
    "windows": ("pushtui.engine.realports", "RealPorts", "windows"),
    "journal": ("pushtui.engine.journal", "Journal", "write"),
    "doctor": ("pushtui.engine.doctor.leg", "Leg", "test"),
    "doctor test": ("pushtui.engine.doctor.judgement", "", "permissions_for_reading"),
    "procedure": ("pushtui.procedure.chain", "", "report"),
    "reporting": ("pushtui.reporting.step_lines", "", "summary"),
    "mail": ("pushtui.mail.conversation", "_Talk", "run"),
    "engine": ("pushtui.engine.gather", "Survey", "publish"),
    "tui": ("pushtui.tui.widgets.connection_bar", "ConnectionBar", "_second"),
}
"""Layer → module, class (empty: the module itself) and what fails there."""
SIGNED_IN = {"engine", "procedure", "reporting"}
"""What fails no sooner than there is a token to tell."""
KNOWN: list[str] = []
"""Every secret that there was in this process."""


def note(value: Any) -> None:
    if value:
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        with open(os.environ["CANARIES"], "a") as file:
            file.write(json.dumps(text) + "\n")


def note_secrets(module: Any) -> None:
    init = module.Secret.__init__

    def noted(self: Any, value: str) -> None:
        note(value)
        KNOWN.append(value)
        init(self, value)

    module.Secret.__init__ = noted


def note_answers(module: Any) -> None:
    request = module.LoginHost.request

    async def noted(self: Any, method: str, url: str, data: Any = None, headers: Any = None) -> Any:
        answer = await request(self, method, url, data, headers)
        for found in (data if isinstance(data, dict) else {}, answer.json):
            for name in FIELDS & found.keys():
                note(found[name])
        return answer

    module.LoginHost.request = noted


def note_certificate(module: Any) -> None:
    load = module.read_certificate

    @functools.wraps(load)
    def noted(*arguments: Any) -> Any:
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        found = load(*arguments)
        pem = found.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        for line in pem.splitlines()[1:-1]:
            note(line)
        return found

    module.read_certificate = noted


def crash_at(kind: str, name: str) -> Callable[[Any], None]:
    def patch(module: Any) -> None:
        owner = getattr(module, kind) if kind else module
        original = getattr(owner, name)

        @functools.wraps(original)
        def crashing(*arguments: Any, **named: Any) -> Any:
            if not Path(os.environ["CRASH_WHEN"]).exists():
                return original(*arguments, **named)
            known = list(KNOWN)
            layer = os.environ["CRASH"]
            if not known or (layer in SIGNED_IN and not any(each.startswith("eyJ") for each in known)):
                return original(*arguments, **named)  # there is nothing to tell yet
            note(f"crashed {layer}")
            raise RuntimeError(f"crash with {known}")

        setattr(owner, name, crashing)

    return patch


PATCHES: dict[str, list[Callable[[Any], None]]] = {
    "pushtui.base.secret": [note_secrets],
    "pushtui.entra.login": [note_answers],
    "pushtui.entra.credentials": [note_certificate],
}
if where := CRASHES.get(os.environ.get("CRASH", "")):
    PATCHES.setdefault(where[0], []).append(crash_at(*where[1:]))


class Finder(importlib.abc.MetaPathFinder):
    """Patches a module as soon as it is loaded."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name not in PATCHES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        assert spec is not None
        assert spec.loader is not None
        execute = spec.loader.exec_module

        def patched(module: Any) -> None:
            execute(module)
            for patch in PATCHES[name]:
                patch(module)

        spec.loader.exec_module = patched  # type: ignore[method-assign]  # this loader belongs to this module alone
        return spec


sys.meta_path.insert(0, Finder())
