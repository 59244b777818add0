"""Errors: PowerShell's own texts and identifiers, and the decoration that Exchange puts on its cmdlets' ones."""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from pushtui.base.values import frozen, replace
from pushtui.lab.remoting.cmdlet import ErrorSpec

_AUTOMATION = "System.Management.Automation."


class Failure(Exception):
    """A terminating error as it goes out. `stop`: -ErrorAction Stop, which ends the statements that follow, too."""

    def __init__(self, error: ErrorSpec, activity: str = "", *, stop: bool = False) -> None:
        super().__init__(error.message)
        self.error = error
        self.activity = activity
        self.stop = stop


def decorate(error: ErrorSpec, server: str) -> ErrorSpec:
    """An error of an Exchange cmdlet, identified as Exchange does.

    ``[Server=EX01,RequestId=<guid>,TimeStamp=9/9/2022 3:17:40 PM] [FailureCategory=Cmdlet-…] <HASH>,<task class>``;
    the hash, of a place in Exchange's code, is here one of the error itself, so that it is the same every time.
    """
    if error.identifier.startswith("["):
        return error
    failure = error.failure_category or "Cmdlet-" + error.exception.rsplit(".", 1)[-1]
    tail = error.identifier
    if not re.match(r"[0-9A-F]{6,8},", tail):
        tail = f"{zlib.crc32(f'{failure}{tail}'.encode()):X},{tail}"
    stamp = datetime.now(UTC)
    hour = stamp.hour % 12 or 12
    time = f"{stamp.month}/{stamp.day}/{stamp.year} {hour}:{stamp:%M:%S} {'AM' if stamp.hour < 12 else 'PM'}"
    head = f"[Server={server.split('.')[0].upper()},RequestId={uuid4()},TimeStamp={time}]"
    return replace(error, identifier=f"{head} [FailureCategory={failure}] {tail}")


def scripts_not_allowed(script: str) -> Failure:
    return Failure(
        ErrorSpec(
            "The syntax is not supported by this runspace. This can occur if the runspace is in no-language mode.",
            "ScriptsNotAllowed",
            "ParserError",
            _AUTOMATION + "ParseException",
            script,
        )
    )


def command_not_found(name: str, suffix: str = "") -> ErrorSpec:
    return ErrorSpec(
        f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable program. "
        "Check the spelling of the name, or if a path was included, verify that the path is correct and try again.",
        "CommandNotFoundException" + suffix,
        "ObjectNotFound",
        _AUTOMATION + "CommandNotFoundException",
        name,
    )


def not_simulated(what: str) -> Failure:
    return Failure(
        ErrorSpec(
            f"The lab does not simulate {what}.", "LabNotSimulated", "NotImplemented", "System.NotSupportedException"
        )
    )


def prompt_failed(question: str, suffix: str, activity: str) -> Failure:
    """What a prompt comes to where the client has no host (PowerShell's InternalHostUserInterface).

    The identifier's second half is not verified against a real server.
    """
    return Failure(
        ErrorSpec(
            "A command that prompts the user failed because the host program or the command type does not support "
            "user interaction. The host was attempting to request confirmation with the following message: " + question,
            f"HostFunctionNotImplemented,{suffix}",
            "NotImplemented",
            _AUTOMATION + "Host.HostException",
        ),
        activity,
    )


@frozen
class Binding:
    """The errors of the parameter binder, for one cmdlet."""

    cmdlet: str
    suffix: str
    """What the identifier ends in: the cmdlet's name in Exchange's sessions (its cmdlets are proxies there), the
    class in plain Windows PowerShell."""
    proxied: bool

    def unknown(self, name: str) -> Failure:
        return self._failure(
            f"A parameter cannot be found that matches parameter name '{name}'.", "NamedParameterNotFound"
        )

    def ambiguous(self, name: str, matches: list[str]) -> Failure:
        listed = " ".join(f"-{match}" for match in matches)
        return self._failure(
            f"Parameter cannot be processed because the parameter name '{name}' is ambiguous. Possible matches "
            f"include: {listed}.",
            "AmbiguousParameter",
        )

    def twice(self, name: str) -> Failure:
        return self._failure(
            f"Cannot bind parameter because parameter '{name}' is specified more than once. To provide multiple values "
            'to parameters that can accept multiple values, use the array syntax. For example, "-parameter '
            'value1,value2,value3".',
            "ParameterAlreadyBound",
        )

    def positional(self, value: Any) -> Failure:
        return self._failure(
            f"A positional parameter cannot be found that accepts argument '{value}'.", "PositionalParameterNotFound"
        )

    def missing(self, names: list[str]) -> Failure:
        return self._failure(
            f"Cannot process command because of one or more missing mandatory parameters: {' '.join(names)}.",
            "MissingMandatoryParameter",
        )

    def no_argument(self, name: str, kind: str) -> Failure:
        return self._failure(
            f"Missing an argument for parameter '{name}'. Specify a parameter of type '{kind}' and try again.",
            "MissingArgument",
        )

    def no_set(self) -> Failure:
        return self._failure(
            "Parameter set cannot be resolved using the specified named parameters.", "AmbiguousParameterSet"
        )

    def null(self, name: str) -> Failure:
        return self._failure(
            f"Cannot bind argument to parameter '{name}' because it is null.",
            "ParameterArgumentValidationErrorNullNotAllowed",
            "InvalidData",
            "ParameterBindingValidationException",
        )

    def empty(self, name: str) -> Failure:
        return self._failure(
            f"Cannot bind argument to parameter '{name}' because it is an empty string.",
            "ParameterArgumentValidationErrorEmptyStringNotAllowed",
            "InvalidData",
            "ParameterBindingValidationException",
        )

    def conversion(self, name: str, reason: str) -> Failure:
        if self.proxied:
            return self._failure(
                f"Cannot process argument transformation on parameter '{name}'. {reason}",
                "ParameterArgumentTransformationError",
                "InvalidData",
                "ParameterBindingArgumentTransformationException",
            )
        return self._failure(f"Cannot bind parameter '{name}'. {reason}", "CannotConvertArgumentNoMessage")

    def _failure(
        self,
        message: str,
        identifier: str,
        category: str = "InvalidArgument",
        exception: str = "ParameterBindingException",
    ) -> Failure:
        spec = ErrorSpec(message, f"{identifier},{self.suffix}", category, _AUTOMATION + exception)
        return Failure(spec, self.cmdlet)


def suffix_of(cmdlet: str, *, proxied: bool) -> str:
    """What engine errors of a cmdlet are identified by: its name, or the class of one of Windows PowerShell's own."""
    return cmdlet if proxied else f"Microsoft.PowerShell.Commands.{cmdlet.replace('-', '')}Command"
