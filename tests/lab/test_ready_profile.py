"""What [profile] and the other knobs make of the running lab: the file, the quota, the server's own time."""

from __future__ import annotations

import dataclasses
import email.utils
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509

from pushtui.base.errors import UsageError
from pushtui.lab.laboratory import Laboratory
from pushtui.lab.scenario import ProfileTable, load
from tests.keys import KeyPairs


@pytest.fixture
def start(key_pairs: KeyPairs) -> Iterator[Callable[..., Laboratory]]:
    running: list[Laboratory] = []

    def begin(name: str, **profile: Any) -> Laboratory:
        scenario = load(name)
        if profile:
            scenario = dataclasses.replace(scenario, profile=ProfileTable(**profile))
        running.append(Laboratory(scenario, new_key=key_pairs.of_a_lab()))
        return running[-1]

    yield begin
    for lab in running:
        lab.stop()


def place_of(lab: Laboratory) -> Path:
    return Path(tomllib.loads(Path(lab.line()["profile"]).read_text())["certificate_path"])


def test_the_exported_certificate_is_there_from_the_start(start: Any) -> None:
    lab = start("sizes/one-server")
    path = place_of(lab)
    current = lab.state()["organization"]["auth_config"]["current"]
    certificate = x509.load_der_x509_certificate(path.read_bytes())
    assert certificate.fingerprint(x509.load_der_x509_certificate(path.read_bytes()).signature_hash_algorithm)
    assert current in {c["thumbprint"] for c in lab.state()["organization"]["servers"][0]["certificates"]}
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("kind", "content"), [("pem", b"-----BEGIN CERT"), ("text", b"This is no"), ("empty", b""), ("", None)]
)
def test_something_else_at_the_certificate_path(start: Any, kind: str, content: bytes | None) -> None:
    path = place_of(start("sizes/one-server", certificate_file=kind))
    assert path.exists() is (content is not None)
    assert content is None or path.read_bytes()[:15].startswith(content[:15])


def test_a_certificate_that_the_scenario_does_not_describe() -> None:
    scenario = dataclasses.replace(load("sizes/one-server"), profile=ProfileTable(certificate_file="nothing"))
    with pytest.raises(UsageError, match="no certificate “nothing”"):
        Laboratory(scenario)


def test_the_profile_names_another_domain_and_no_windows(start: Any) -> None:
    lab = start("sizes/one-server", tenant_domain="contoso.com", windows=False)
    profile = tomllib.loads(Path(lab.line()["profile"]).read_text())
    assert profile["tenant_domain"] == "contoso.com"
    assert profile["windows"]["enabled"] is False


def test_a_server_tells_its_own_time_in_its_answers(start: Any) -> None:
    lab = start("servers/clock-ahead")
    ahead = {}
    for server, url in lab.line()["exchange"]["servers"].items():
        with requests.Session() as session:
            session.trust_env, session.verify = False, lab.line()["ca_file"]
            answer = session.get(url)
        ahead[server] = email.utils.parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()
    assert 1100 < ahead["ex01.lab.example"] < 1300
    assert abs(ahead["ex02.lab.example"]) < 100
