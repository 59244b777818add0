"""Error, warning and verbose records as psrpcore sends them, with the invocation for clients that ask for it.

A client asks by RemoteStreamOptions in CREATE_PIPELINE (MS-PSRP 2.2.3.5); pypsrp does so by default.
"""

from __future__ import annotations

from typing import Any, Final

from psrpcore import types as ps

from pushtui.lab.remoting.clixml import escaped, list_type
from pushtui.lab.remoting.cmdlet import ErrorSpec

_AUTOMATION = "System.Management.Automation."
_RUNTIME = _AUTOMATION + "RuntimeException"
_HRESULT = -2146233087
_INTEGERS: Final = list_type(("System.Int32[]", "System.Array"))
_ARGUMENTS: Final = list_type(("System.Collections.Generic.List`1[[System.Object, mscorlib]]",))
_ITERATION: Final = list_type(("System.Collections.ObjectModel.ReadOnlyCollection`1[[System.Int32, mscorlib]]",))
"""Each list of an invocation has a type of its own, as on Windows: pypsrp reads properties in an order of its own and
stumbles over a reference to type names that it has not read yet."""


@ps.PSType(["System.Management.Automation.ErrorRecord"], rehydrate=False)
class _ErrorRecord(ps.ErrorRecord):
    """An error record that can carry its invocation.

    psrpcore would nest a whole InvocationInfo in it as well, whose type names pypsrp does not read and later misses.
    """

    cmdlet = ""

    @classmethod
    def ToPSObjectForRemoting(cls, instance: Any, **options: Any) -> Any:  # noqa: N802 - psrpcore's name
        shape = ps.ErrorRecord.ToPSObjectForRemoting(instance, **options)
        if instance.cmdlet:
            ps.add_note_property(shape, "SerializeExtendedInfo", True, force=True)
            _add_invocation(shape, instance.cmdlet)
            ps.add_note_property(shape, "PipelineIterationInfo", _ITERATION([]))
        return shape


class _Informational(ps.InformationalRecord):
    """What warnings and verbose lines have in common. psrpcore leaves out the ToString that Windows sends."""

    cmdlet = ""

    @classmethod
    def ToPSObjectForRemoting(cls, instance: Any, **options: Any) -> Any:  # noqa: N802 - psrpcore's name
        shape = ps.InformationalRecord.ToPSObjectForRemoting(instance, **options)
        shape.PSObject.to_string = escaped(instance.Message)
        if instance.cmdlet:
            name = "InformationalRecord_SerializeInvocationInfo"
            ps.add_note_property(shape, name, True, force=True)
            _add_invocation(shape, instance.cmdlet)
            ps.add_note_property(shape, "InformationalRecord_PipelineIterationInfo", _ITERATION([]))
        return shape


def error_record(error: ErrorSpec, activity: str, *, invocation: bool = False) -> Any:
    """The record of an error that `activity`, a cmdlet or nothing, raised."""
    exception = ps.NETException(Message=error.message, HResult=_HRESULT)
    bases = [_RUNTIME] if error.exception.startswith(_AUTOMATION) and error.exception != _RUNTIME else []
    exception.PSObject.type_names = [
        error.exception,
        *bases,
        "System.SystemException",
        "System.Exception",
        "System.Object",
    ]
    exception.PSObject.to_string = escaped(f"{error.exception}: {error.message}")
    result = _ErrorRecord(
        Exception=exception,
        TargetObject=error.target or None,
        FullyQualifiedErrorId=error.identifier,
        CategoryInfo=ps.ErrorCategoryInfo(
            Category=ps.ErrorCategory[error.category],
            Activity=activity,
            Reason=error.exception.rsplit(".", 1)[-1],
            TargetName=error.target,
            TargetType="String" if error.target else "",
        ),
    )
    result.cmdlet = activity if invocation else ""
    return result


def informational_record(message: str, cmdlet: str, *, invocation: bool = False) -> Any:
    result = _Informational(Message=message)
    result.cmdlet = cmdlet if invocation else ""
    return result


def _add_invocation(shape: Any, cmdlet: str) -> None:
    """MS-PSRP 2.2.3.15.1."""
    notes = {
        "InvocationInfo_BoundParameters": ps.PSDict(),
        "InvocationInfo_CommandOrigin": ps.CommandOrigin.Runspace,
        "InvocationInfo_ExpectingInput": False,
        "InvocationInfo_InvocationName": cmdlet,
        "InvocationInfo_Line": "",
        "InvocationInfo_OffsetInLine": 0,
        "InvocationInfo_HistoryId": 1,
        "InvocationInfo_PipelineIterationInfo": _INTEGERS([]),
        "InvocationInfo_PipelineLength": 1,
        "InvocationInfo_PipelinePosition": 1,
        "InvocationInfo_PSScriptRoot": "",
        "InvocationInfo_PSCommandPath": None,
        "InvocationInfo_PositionMessage": "",
        "InvocationInfo_ScriptLineNumber": 0,
        "InvocationInfo_ScriptName": "",
        "InvocationInfo_UnboundArguments": _ARGUMENTS([]),
        "SerializeExtent": False,
        "CommandInfo_CommandType": ps.CommandTypes.Cmdlet,
        "CommandInfo_Definition": cmdlet,
        "CommandInfo_Name": cmdlet,
        "CommandInfo_Visibility": ps.SessionStateEntryVisibility.Public,
    }
    for name, value in notes.items():
        ps.add_note_property(shape, name, value)
