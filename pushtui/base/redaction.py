"""Text that will be kept or shown, without the secrets that may have come into it."""

from __future__ import annotations

import base64
import json
import re
import threading
from urllib.parse import quote, quote_plus

from pushtui.base.secret import Secret

_MASK = "***"
_SHORTEST = 4
"""A shorter secret is masked only as a whole word: else half of the text would go with it."""

_PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = (
    (
        ("-----begin",),
        re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?(-----END \1-----|\Z)", re.DOTALL),
        _MASK,
    ),
    (("eyj",), re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}(\.[\w-]*)?"), _MASK),
    (
        ("bearer", "basic", "negotiate", "kerberos", "ntlm"),
        re.compile(r"(?i)\b(bearer|basic|negotiate|kerberos|ntlm)\s+[\w+/=.~-]{12,}"),
        rf"\1 {_MASK}",
    ),
    (
        ("password", "passwd", "pwd", "secret", "assertion", "_token", "device_code"),
        re.compile(
            r"(?i)\b(password|passwd|pwd|secret|client_secret|client_assertion|access_token|refresh_token|id_token"
            r"|device_code|assertion)\b([\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;}]+"
        ),
        rf"\1\2{_MASK}",
    ),
    (("://",), re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), rf"\1{_MASK}@"),
)
"""What must be in a text, in small letters, for the expression to find anything; found a dozen times as quickly."""


class Redactor:
    """Knows the secrets of a run, in the forms in which they can turn up; safe between threads."""

    def __init__(self) -> None:
        self._known: dict[str, re.Pattern[str] | None] = {}
        self._lock = threading.Lock()

    def add(self, secret: Secret, account: str = "") -> None:
        """Mask this value from now on, plain, URL-encoded, JSON-encoded and as Basic credentials of `account`."""
        value = secret.reveal()
        if not value:
            return
        forms = {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1]}
        forms.add(base64.b64encode(value.encode()).decode())
        if account:
            forms.add(base64.b64encode(f"{account}:{value}".encode()).decode())
        with self._lock:
            for form in forms:
                self._known[form] = re.compile(rf"\b{re.escape(form)}\b") if len(form) < _SHORTEST else None

    def redact(self, text: str) -> str:
        """The text with ``***`` in the place of secrets."""
        with self._lock:
            known = sorted(self._known.items(), key=lambda item: -len(item[0]))
        for form, pattern in known:
            text = pattern.sub(_MASK, text) if pattern else text.replace(form, _MASK)
        lowered = text.lower() if text.isascii() else ""  # other alphabets have letters that count as these
        for words, pattern, mask in _PATTERNS:
            if not lowered or any(word in lowered for word in words):
                text = pattern.sub(mask, text)
        return text
