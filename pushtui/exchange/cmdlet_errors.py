"""Error records of cmdlets, taken apart.

Exchange puts where and which request before its own identifier: ``[Server=EX01,RequestId=…,TimeStamp=…]
[FailureCategory=Cmdlet-ManagementObjectNotFoundException] E3DE7D95,Microsoft.Exchange…GetMailbox``, and sometimes
before the message too, as ``[ClientAccessServer=…,BackEndServer=…,RequestId=…] [FailureCategory=…] text``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pushtui.base.text import clean, clean_line
from pushtui.base.values import frozen

MAX_MESSAGE = 4000
"""Characters of an error message that are kept."""

# fmt: off
CATEGORIES = (
    "NotSpecified", "OpenError", "CloseError", "DeviceError", "DeadlockDetected", "InvalidArgument", "InvalidData",
    "InvalidOperation", "InvalidResult", "InvalidType", "MetadataError", "NotImplemented", "NotInstalled",
    "ObjectNotFound", "OperationStopped", "OperationTimeout", "SyntaxError", "ParserError", "PermissionDenied",
    "ResourceBusy", "ResourceExists", "ResourceUnavailable", "ReadError", "WriteError", "FromStdErr",
    "SecurityError", "ProtocolError", "ConnectionError", "AuthenticationError", "LimitsExceeded", "QuotaExceeded",
    "NotEnabled",
)
# fmt: on
"""System.Management.Automation.ErrorCategory by number (MS-PSRP 2.2.3.9)."""


@frozen
class CmdletError:
    """One error of a cmdlet, cleaned; the FullyQualifiedErrorId is split from what Exchange puts before it."""

    message: str
    identifier: str
    """``E3DE7D95,Microsoft.Exchange.Management.RecipientTasks.GetMailbox``, ``CommandNotFoundException``, …"""
    category: str
    """Name of the ErrorCategory, such as ``ObjectNotFound``."""
    reason: str
    """The exception's short name, such as ``ManagementObjectNotFoundException``."""
    target: str
    server: str
    """The server that executed, where Exchange says so."""
    request_id: str = ""
    failure_category: str = ""
    """``Cmdlet-ManagementObjectNotFoundException``: Exchange's own kind, where it says so."""
    cmdlet: str = ""
    """The cmdlet that it came from, where the record says so."""

    @property
    def unknown_command(self) -> bool:
        """Whether the session has no such cmdlet: in Exchange, a cmdlet that no role grants does not exist."""
        return self.identifier.partition(",")[0] == "CommandNotFoundException" or (
            self.reason == "CommandNotFoundException"
        )

    @property
    def absent(self) -> bool:
        """Whether there is no such object. Exchange says so by the exception alone: its category is NotSpecified."""
        words = (self.category, self.identifier, self.reason, self.failure_category)
        return any("notfound" in word.lower() for word in words)


@frozen
class Decoration:
    """What Exchange puts before an identifier or a message."""

    server: str = ""
    request_id: str = ""
    failure_category: str = ""


_BRACKET = re.compile(r"\s*\[([^\[\]]*)\]")
_KNOWN = re.compile(r"\s*\[(?:[A-Za-z]+Server=|Server=|RequestId=|TimeStamp=|FailureCategory=|AuthZRequestId=)")


def split_decoration(text: str) -> tuple[Decoration, str]:
    """The parts in leading brackets, and the text after them."""
    found: dict[str, str] = {}
    rest = text
    while _KNOWN.match(rest) and (match := _BRACKET.match(rest)):
        for part in match.group(1).split(","):
            name, equals, value = part.partition("=")
            if equals:
                found[name.strip().lower()] = value.strip()
        rest = rest[match.end() :]
    server = found.get("server") or found.get("backendserver") or found.get("clientaccessserver") or ""
    return Decoration(server, found.get("requestid", ""), found.get("failurecategory", "")), rest.strip()


def cmdlet_error(record: Mapping[str, Any]) -> CmdletError:
    """From a decoded ErrorRecord (MS-PSRP 2.2.3.15)."""
    before_identifier, identifier = split_decoration(_line(record.get("FullyQualifiedErrorId")))
    before_message, message = split_decoration(clean(_message(record)).strip())
    number = record.get("ErrorCategory_Category")
    return CmdletError(
        message=message[:MAX_MESSAGE] or identifier,
        identifier=identifier,
        category=CATEGORIES[number] if isinstance(number, int) and 0 <= number < len(CATEGORIES) else _line(number),
        reason=_line(record.get("ErrorCategory_Reason")),
        target=_line(record.get("ErrorCategory_TargetName")) or _line(record.get("TargetObject")),
        server=clean_line(before_identifier.server or before_message.server),
        request_id=clean_line(before_identifier.request_id or before_message.request_id),
        failure_category=clean_line(before_identifier.failure_category or before_message.failure_category),
        cmdlet=_origin(record, identifier),
    )


def _message(record: Mapping[str, Any]) -> str:
    for name in ("ErrorDetails_Message", "@text"):
        if isinstance(record.get(name), str) and record[name].strip():
            return str(record[name])
    exception = record.get("Exception")
    if isinstance(exception, Mapping):
        return str(exception.get("Message") or exception.get("@text") or "")
    return str(exception or record.get("ErrorCategory_Message") or "")


def _origin(record: Mapping[str, Any], identifier: str) -> str:
    for name in ("CommandInfo_Name", "InvocationInfo_InvocationName", "ErrorCategory_Activity"):
        if "-" in (word := _line(record.get(name))):
            return word
    if identifier.partition(",")[0] == "CommandNotFoundException":
        return _line(record.get("ErrorCategory_TargetName"))
    return identifier.rpartition(",")[2].rpartition(".")[2] if "," in identifier else ""


def _line(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("@text")
    return "" if value is None else clean_line(str(value))[:500]
