"""WSMan envelopes: requests taken apart, answers and faults put together (MS-WSMV 2.2, 3.1.4)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from pushtui.base.values import frozen

NAMESPACES: dict[str, str] = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
    "e": "http://schemas.xmlsoap.org/ws/2004/08/eventing",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
    "pwsh": "http://schemas.microsoft.com/powershell",
    "wsmid": "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd",
}
_DECLARED = " ".join(f'xmlns:{k}="{v}"' for k, v in NAMESPACES.items() if k not in ("pwsh", "wsmid"))
_ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
_FAULT_ACTION = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
_FAULT_DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"
COMMAND_STATE = NAMESPACES["rsp"] + "/CommandState/"
CONTENT_TYPE = "application/soap+xml;charset=UTF-8"

ACCESS_DENIED = 5
NOT_IN_CATALOG = 2150858811
SCHEMA = 2150858770
SHELL_GONE = 2150858843
TIMED_OUT = 2150858793
TOO_MANY_SHELLS = 2150859173
TOO_MANY_OPERATIONS = 2150859174
LOAD_QUOTA = 2150859175
ACTION_UNSUPPORTED = 2150858754
INTERNAL = 2147942487


@frozen
class _Entry:
    value: str
    subcode: str
    text: str
    detail: str = ""


_CATALOGUE: Mapping[int, _Entry] = {
    TIMED_OUT: _Entry(
        "s:Receiver",
        "w:TimedOut",
        "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.  ",
    ),
    SHELL_GONE: _Entry(
        "s:Sender",
        "w:InvalidSelectors",
        "The WS-Management service cannot process the request because the request contained invalid selectors for the "
        "resource. ",
        "UnexpectedSelectors",
    ),
    NOT_IN_CATALOG: _Entry(
        "s:Sender",
        "a:DestinationUnreachable",
        "The WS-Management service cannot process the request. The resource URI (%s) was not found in the "
        "WS-Management catalog. The catalog contains the metadata that describes resources, or logical endpoints. ",
        "InvalidResourceURI",
    ),
    TOO_MANY_SHELLS: _Entry(
        "s:Receiver",
        "w:QuotaLimit",
        "The WS-Management service cannot process the request. This user is allowed a maximum number of %s concurrent "
        "shells, which has been exceeded. Close existing shells or raise the quota for this user. ",
    ),
    TOO_MANY_OPERATIONS: _Entry(
        "s:Receiver",
        "w:QuotaLimit",
        "The WS-Management service cannot process the request. The maximum number of concurrent operations for this "
        "user has been exceeded. Close existing operations for this user, or raise the quota for this user. ",
    ),
    LOAD_QUOTA: _Entry(
        "s:Receiver",
        "w:QuotaLimit",
        "The WS-Management service cannot process the request. The user load quota of 1000 requests per 2 seconds has "
        "been exceeded. Send future requests at a slower rate or raise the quota for this user. ",
    ),
    ACCESS_DENIED: _Entry("s:Sender", "w:AccessDenied", "Access is denied. "),
    SCHEMA: _Entry(
        "s:Sender",
        "w:SchemaValidationError",
        "The SOAP XML in the message does not match the corresponding XML schema definition. "
        "Change the XML and retry. ",
    ),
    ACTION_UNSUPPORTED: _Entry(
        "s:Sender",
        "a:ActionNotSupported",
        "The WS-Management service cannot process the request because the action is not supported by the service. ",
    ),
}
"""Codes, subcodes and texts as the Windows service sends them. The code of ActionNotSupported and the number of the
internal error are not verified against a real server."""


class WSManFault(Exception):
    """A fault to answer with (HTTP 500, MS-WSMV 2.2.4.43)."""

    def __init__(self, code: int, *arguments: object, text: str = "") -> None:
        self.code = code
        self.entry = _CATALOGUE.get(code, _Entry("s:Receiver", "w:InternalError", "The lab failed. "))
        self.text = text or (self.entry.text % arguments if arguments else self.entry.text)
        super().__init__(self.text)


@frozen
class Operation:
    """A request, taken apart."""

    name: str
    """The last part of the action: ``Create``, ``Command``, ``Receive``…"""
    action: str
    resource: str
    message_id: str
    to: str
    selectors: Mapping[str, str]
    timeout: float
    """OperationTimeout in seconds; 60 where the client names none."""
    max_envelope: int
    body: ElementTree.Element

    @property
    def shell_id(self) -> str:
        return self.selectors.get("ShellId", "").upper()


def parse(data: bytes) -> Operation:
    """The request of an envelope; a :class:`WSManFault` where it is none."""
    envelope = _tree(data)
    if envelope is None:
        raise WSManFault(SCHEMA)
    header, body = envelope.find("s:Header", NAMESPACES), envelope.find("s:Body", NAMESPACES)
    if envelope.tag != f"{{{NAMESPACES['s']}}}Envelope" or header is None or body is None:
        raise WSManFault(SCHEMA)
    action = _text(header, "a:Action")
    if not action:
        raise WSManFault(SCHEMA)
    size = _text(header, "w:MaxEnvelopeSize") or "153600"
    if not size.isdigit():
        raise WSManFault(SCHEMA)
    return Operation(
        name=action.rsplit("/", 1)[-1],
        action=action,
        resource=_text(header, "w:ResourceURI"),
        message_id=_text(header, "a:MessageID"),
        to=_text(header, "a:To"),
        selectors={
            e.get("Name", ""): (e.text or "").strip() for e in header.iterfind("w:SelectorSet/w:Selector", NAMESPACES)
        },
        timeout=duration(_text(header, "w:OperationTimeout") or "PT60S"),
        max_envelope=int(size),
        body=body,
    )


def is_identify(data: bytes) -> bool:
    """Whether this is a ``wsmid:Identify`` request (DSP0226 11), which has neither action nor header."""
    envelope = _tree(data)
    body = envelope.find("s:Body", NAMESPACES) if envelope is not None else None
    return body is not None and body.find("wsmid:Identify", NAMESPACES) is not None


def identify_response() -> bytes:
    return (
        f'<s:Envelope xml:lang="" xmlns:s="{NAMESPACES["s"]}"><s:Header/><s:Body>'
        f'<wsmid:IdentifyResponse xmlns:wsmid="{NAMESPACES["wsmid"]}">'
        "<wsmid:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</wsmid:ProtocolVersion>"
        "<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>"
        "<wsmid:ProductVersion>OS: 0.0.0 SP: 0.0 Stack: 3.0</wsmid:ProductVersion>"
        "</wsmid:IdentifyResponse></s:Body></s:Envelope>"
    ).encode()


def duration(text: str) -> float:
    """Seconds of an XML duration of days, hours, minutes and seconds."""
    match = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", text.strip())
    if match is None:
        raise WSManFault(SCHEMA)
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return days * 86400 + hours * 3600 + minutes * 60 + seconds


def response(operation: Operation, body: str) -> bytes:
    return _envelope(operation.action + "Response", operation.message_id, body)


def fault(operation: Operation | None, error: WSManFault, machine: str) -> bytes:
    entry, text = error.entry, escape(error.text)
    detail = f"<w:FaultDetail>{_FAULT_DETAIL}{entry.detail}</w:FaultDetail>" if entry.detail else ""
    return _envelope(
        _FAULT_ACTION,
        operation.message_id if operation else "",
        f"<s:Fault><s:Code><s:Value>{entry.value}</s:Value><s:Subcode><s:Value>{entry.subcode}</s:Value></s:Subcode>"
        f'</s:Code><s:Reason><s:Text xml:lang="en-US">{text}</s:Text></s:Reason><s:Detail>{detail}'
        '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" '
        f'Code="{error.code}" Machine={quoteattr(machine)}><f:Message>{text}</f:Message></f:WSManFault>'
        "</s:Detail></s:Fault>",
    )


def shell_element(shell_id: str, resource: str, owner: str, idle: float) -> str:
    """``rsp:Shell`` as Create and Get answer it (MS-WSMV 2.2.4.37)."""
    return (
        f"<rsp:Shell><rsp:ShellId>{shell_id}</rsp:ShellId><rsp:ResourceUri>{escape(resource)}</rsp:ResourceUri>"
        f"<rsp:Owner>{escape(owner)}</rsp:Owner><rsp:ClientIP>127.0.0.1</rsp:ClientIP>"
        f"<rsp:ProcessId>4242</rsp:ProcessId><rsp:IdleTimeOut>PT{idle:.3f}S</rsp:IdleTimeOut>"
        "<rsp:InputStreams>stdin pr</rsp:InputStreams><rsp:OutputStreams>stdout</rsp:OutputStreams>"
        "<rsp:MaxIdleTimeOut>PT43200.000S</rsp:MaxIdleTimeOut><rsp:Locale>en-US</rsp:Locale>"
        "<rsp:DataLocale>en-US</rsp:DataLocale><rsp:CompressionMode>NoCompression</rsp:CompressionMode>"
        "<rsp:ProfileLoaded>Yes</rsp:ProfileLoaded><rsp:Encoding>UTF8</rsp:Encoding>"
        "<rsp:BufferMode>Block</rsp:BufferMode><rsp:State>Connected</rsp:State>"
        "<rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime><rsp:ShellInactivity>P0DT0H0M0S</rsp:ShellInactivity>"
        "</rsp:Shell>"
    )


def _tree(data: bytes) -> ElementTree.Element | None:
    """The document, unless it is no XML or carries a document type, which SOAP 1.2 (5) forbids."""
    if b"<!DOCTYPE" in data:
        return None
    try:
        return ElementTree.fromstring(data)  # noqa: S314 - without a document type there are no entities to expand
    except ElementTree.ParseError:
        return None


def _text(header: ElementTree.Element, path: str) -> str:
    return (header.findtext(path, namespaces=NAMESPACES) or "").strip()


def _envelope(action: str, relates_to: str, body: str) -> bytes:
    return (
        f'<s:Envelope xml:lang="en-US" {_DECLARED}><s:Header><a:Action>{escape(action)}</a:Action>'
        f"<a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID><a:To>{_ANONYMOUS}</a:To>"
        f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()
