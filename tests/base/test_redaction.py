"""What is kept or shown has no secret in it, however the secret came to be written."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.redaction import Redactor
from pushtui.base.secret import Secret

secrets = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=6, max_size=30).filter(
    lambda text: text.strip("*") and "***" not in text
)


@given(secret=secrets, before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_known_secret_is_masked_in_every_form(secret: str, before: str, after: str) -> None:
    redactor = Redactor()
    redactor.add(Secret(secret), "admin@lab.example")
    forms = [
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        base64.b64encode(secret.encode()).decode(),
        base64.b64encode(f"admin@lab.example:{secret}".encode()).decode(),
    ]
    for form in forms:
        assert redactor.redact(f"«{form}»") == "«***»"
        assert form not in redactor.redact(f"{before}«{form}»{after}").replace(before, "").replace(after, "")


def test_a_short_secret_is_masked_as_a_word_only() -> None:
    redactor = Redactor()
    redactor.add(Secret("ex"))
    assert redactor.redact("password ex for ex01 in exchange") == "password *** for ex01 in exchange"


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcdefghijklmnop.qrstuv",
        "Authorization: Basic YWRtaW46c2VjcmV0cGFzcw==",
        '{"access_token": "abcdefgh12345678"}',
        "client_secret=abcdefgh12345678&scope=x",
        "client_assertion=abcdefgh12345678&x",
        "refresh_token: abcdefgh12345678",
        "http://user:abcdefgh12345678@proxy.example:3128/",
        "eyJhbGciOiJSUzI1NiJ9.abcdefgh12345678.sig",
        "-----BEGIN PRIVATE KEY-----\nabcdefgh12345678\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nabcdefgh12345678",
        "password = 'abcdefgh12345678'",
        *(f"{word.upper()}: abcdefgh12345678" for word in ("passwd", "pwd", "secret", "id_token", "device_code")),
        *(f"{way} abcdefgh12345678" for way in ("BEARER", "negotiate", "Kerberos", "ntlm")),
        "pa\u017f\u017fword: abcdefgh12345678",  # a long s counts as an s
    ],
)
def test_what_looks_like_a_credential_is_masked_even_if_unknown(text: str) -> None:
    redacted = Redactor().redact(text)
    assert "***" in redacted
    assert "abcdefgh" not in redacted
    assert "YWRtaW4" not in redacted


@pytest.mark.parametrize(
    "text",
    [
        "Get-ExchangeCertificate -Server 'ex01.lab.example' | Select-Object Thumbprint,RawData",
        "PATCH /servicePrincipals/8729d3a8-6433-40b5-b9c0-6c4eea6d9efe",
        "The basic idea: a password is asked for once",
        "https://accounts.accesscontrol.windows.net/3fa5ecae-75d9-4467-a371-50ed7500d0d2/metadata/json/1",
        "37FCF6D384CF1727F7FE673761542E1DDA375D29",
        "admin@lab.example signed in at 127.0.0.1:8443",
    ],
)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    redactor = Redactor()
    redactor.add(Secret("correct horse"))
    assert redactor.redact(text) == text


def test_an_empty_secret_masks_nothing() -> None:
    redactor = Redactor()
    redactor.add(Secret(""))
    assert redactor.redact("anything") == "anything"
