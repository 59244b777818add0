"""The certificate path: what is there, and whether exactly the Auth certificate may be written."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from pushtui.base.values import frozen
from pushtui.procedure import questions
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Answer, Facts, Finding
from pushtui.procedure.records import CertificateRecord

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")
_PKCS12 = re.compile(rb"\x30(?:[\x00-\x7f]|\x80|\x81.|\x82..|\x83...|\x84....)\x02\x01\x03", re.DOTALL)
"""A PFX begins with SEQUENCE { INTEGER 3 (RFC 7292 §4), in DER or with BER's indefinite length."""

_UNTOUCHABLE = frozenset({"certificate.file-pkcs12", "certificate.file-private-key"})


@frozen
class Content:
    """What a file holds."""

    code: str
    """The finding code of what is wrong with it; empty for a DER certificate."""
    certificate: CertificateRecord | None = None
    note: str = ""

    @property
    def label(self) -> str:
        return self.certificate.sha1_thumbprint if self.certificate else self.note


def identify(data: bytes) -> Content:
    """What these bytes are."""
    pem = [label.decode() for label in _PEM.findall(data)]
    if any("PRIVATE KEY" in label for label in pem):
        return Content("certificate.file-private-key", note=pem[0])
    if pem:
        return Content("certificate.file-pem", note=pem[0])
    if not data.strip():
        return Content("certificate.file-empty")
    if _PKCS12.match(data):
        return Content("certificate.file-pkcs12", note="PKCS#12")
    try:
        return Content("", CertificateRecord.from_der(data))
    except ValueError:
        return Content("certificate.file-not-certificate")


def findings(facts: Facts, wanted: CertificateRecord | None, superseded: Collection[str] = ()) -> Sequence[Finding]:
    """What is at the path, compared with the certificate that should be there; None: one that is yet to be made.

    `superseded`: thumbprints of AuthConfig's certificates whose place it takes; a file of theirs is an older export.
    """
    path = facts.inputs.certificate_path
    if not path:
        return (finding("certificate.path-missing"),)
    answer = facts.answers.get(questions.certificate_file(facts))
    return () if answer is None else (_judge(facts, path, answer, wanted, superseded),)


def findings_alone(facts: Facts) -> Sequence[Finding]:
    """As :func:`findings`, where nobody knows which certificate should be there: only what can be none at all."""
    comparing = {"certificate.file-missing", "certificate.file-differs", "certificate.file-replaced"}
    return [item for item in findings(facts, None) if item.code not in comparing]


def _judge(
    facts: Facts, path: str, answer: Answer, wanted: CertificateRecord | None, superseded: Collection[str]
) -> Finding:
    if answer.failure is not None or not answer.objects:
        return finding("certificate.file-unreadable", path, failure=answer.failure)
    expected = wanted.sha1_thumbprint if wanted else ""
    kind = answer.objects[0].get("kind")
    if kind == "absent":
        return finding("certificate.file-missing", path, expected=expected)
    if kind != "file":
        return finding("certificate.file-folder" if kind == "folder" else "certificate.file-special", path)
    content = identify(bytes(answer.objects[0].get("content") or b""))
    if wanted is not None and content.certificate is not None and content.certificate.der == wanted.der:
        return finding("certificate.file-agrees", path, expected=expected, observed=expected)
    if content.certificate is not None and content.certificate.sha1_thumbprint in superseded:
        return finding("certificate.file-replaced", path, expected=expected, observed=content.label)
    code = content.code or "certificate.file-differs"
    if facts.inputs.overwrite_certificate_file and code not in _UNTOUCHABLE:
        code = "certificate.file-replaced"
    return finding(code, path, expected=expected, observed=content.label)


def held(facts: Facts) -> bytes | None:
    """What the file holds now, for the undo; None where there is none."""
    answer = facts.answers.get(questions.certificate_file(facts))
    if answer is None or not answer.objects or answer.objects[0].get("kind") != "file":
        return None
    return bytes(answer.objects[0].get("content") or b"")
