"""The WSMan operations of a PowerShell endpoint (MS-WSMV 3.1.4): Create to Delete."""

from __future__ import annotations

import base64
import binascii
import threading
import uuid
from collections.abc import Callable, Mapping
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from pushtui.base.values import frozen
from pushtui.lab.faults import Fault, Faults
from pushtui.lab.remoting import runspace, soap
from pushtui.lab.remoting.cmdlet import PowerShellHost
from pushtui.lab.remoting.runspace import Session
from pushtui.lab.remoting.shells import Mishap, Shell, Shells
from pushtui.lab.remoting.soap import COMMAND_STATE, NAMESPACES, Operation, WSManFault
from pushtui.lab.requests import RequestLog

_CONFIGURATIONS = "http://schemas.microsoft.com/powershell/"
_SHELL_RESOURCE = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_ARGUMENTS: Mapping[int, tuple[object, ...]] = {soap.TOO_MANY_SHELLS: (18,), soap.NOT_IN_CATALOG: ("",)}
"""What the texts of faults that are made to order speak of."""


@frozen
class Answer:
    """What goes back: an HTTP status and an envelope, or what happens to the connection instead."""

    status: int = 200
    body: bytes = b""
    mishap: Fault | None = None


class Operations:
    """Performs the operations on the shells of one endpoint."""

    def __init__(
        self, host: PowerShellHost, shells: Shells, requests: RequestLog, faults: Faults, stopping: threading.Event
    ) -> None:
        self._host = host
        self._shells = shells
        self._requests = requests
        self._faults = faults
        self._stopping = stopping
        self._resource = _CONFIGURATIONS + host.configuration
        self._handlers: Mapping[str, Callable[[Operation, str], str]] = {
            "Create": self._create,
            "Command": self._command,
            "Send": self._send,
            "Receive": self._receive,
            "Signal": self._signal,
            "Delete": self._delete,
            "Get": self._get,
        }

    def perform(self, user: str, data: bytes) -> Answer:
        """Never raises: what nobody foresaw is a fault on the wire and an entry in the request log."""
        operation: Operation | None = None
        try:
            operation = soap.parse(data)
            answer = self._with_faults(operation, user)
        except WSManFault as fault:
            self._log(operation, user, str(fault.code))
            return Answer(500, soap.fault(operation, fault, self._host.fqdn))
        except Mishap as mishap:
            answer = Answer(mishap=mishap.fault)
        except Exception as error:
            self._log(operation, user, "lab-error", f"{type(error).__name__}: {error}")
            text = f"The lab failed: {type(error).__name__}. "
            return Answer(500, soap.fault(operation, WSManFault(soap.INTERNAL, text=text), self._host.fqdn))
        self._log(operation, user, answer.mishap.effect if answer.mishap else "ok")
        if answer.mishap is not None and answer.mishap.effect == "hold":
            self._faults.hold(answer.mishap, self._stopping)
        return answer

    def _log(self, operation: Operation | None, user: str, status: str, detail: str = "") -> None:
        name = f"wsman:{operation.name if operation else 'unreadable'}"
        self._requests.add(self._host.side, name, write=False, account=user, status=status, detail=detail)

    def _with_faults(self, operation: Operation, user: str) -> Answer:
        fault = self._faults.take(self._host.side, f"wsman:{operation.name}")
        if fault is None:
            return self._perform(operation, user)
        if fault.effect == "refuse":
            code = int(fault.code) if fault.code.isdigit() else soap.ACCESS_DENIED
            raise WSManFault(code, *_ARGUMENTS.get(code, ()), text=fault.message)
        if fault.effect == "delay":
            self._stopping.wait(fault.seconds)
            return self._perform(operation, user)
        if fault.effect in ("cut-after", "hold", "drip"):
            done = self._perform(operation, user)
            return Answer(done.status, done.body, fault)
        raise Mishap(fault)

    def _perform(self, operation: Operation, user: str) -> Answer:
        handler = self._handlers.get(operation.name)
        if handler is None:
            raise WSManFault(soap.ACTION_UNSUPPORTED)
        return Answer(200, soap.response(operation, handler(operation, user)))

    # -- the operations

    def _create(self, operation: Operation, user: str) -> str:
        if operation.resource.lower() != self._resource.lower():
            raise WSManFault(soap.NOT_IN_CATALOG, operation.resource)
        if reason := self._host.forbids(user):
            raise WSManFault(soap.ACCESS_DENIED, text=reason)
        element = _child(operation.body, "rsp:Shell")
        identifier = (element.get("ShellId") or str(uuid.uuid4())).upper()
        idle = element.findtext("rsp:IdleTimeOut", "", NAMESPACES).strip()
        session = Session(self._host, user, self._host.executing_server, self._requests, self._faults)
        creation = _decoded(element.findtext("pwsh:creationXml", "", NAMESPACES))
        if not creation:
            raise WSManFault(soap.SCHEMA)
        shell = self._shells.add(
            identifier,
            operation.resource,
            user,
            soap.duration(idle) if idle else None,
            lambda pipeline: runspace.run(session, pipeline),
        )
        try:
            with shell:
                shell.open(creation)
        except WSManFault:
            self._shells.remove(shell)
            raise
        return (
            f"<x:ResourceCreated><a:Address>{escape(operation.to)}</a:Address><a:ReferenceParameters>"
            f"<w:ResourceURI>{escape(operation.resource)}</w:ResourceURI><w:SelectorSet>"
            f'<w:Selector Name="ShellId">{escape(identifier)}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
            f"</x:ResourceCreated>{self._element(shell)}"
        )

    def _command(self, operation: Operation, user: str) -> str:
        element = _child(operation.body, "rsp:CommandLine")
        identifier = _guid(element.get("CommandId")) or uuid.uuid4()
        arguments = "".join(part.text or "" for part in element.iterfind("rsp:Arguments", NAMESPACES))
        with self._shell(operation, user) as shell:
            self._shells.check_operations(user)
            shell.command(identifier, _decoded(arguments))
        return f"<rsp:CommandResponse><rsp:CommandId>{str(identifier).upper()}</rsp:CommandId></rsp:CommandResponse>"

    def _send(self, operation: Operation, user: str) -> str:
        with self._shell(operation, user) as shell:
            for stream in operation.body.iterfind("rsp:Send/rsp:Stream", NAMESPACES):
                shell.send(_decoded(stream.text or ""), _guid(stream.get("CommandId")))
        return "<rsp:SendResponse/>"

    def _receive(self, operation: Operation, user: str) -> str:
        desired = _child(operation.body, "rsp:Receive/rsp:DesiredStream")
        identifier = _guid(desired.get("CommandId"))
        with self._shell(operation, user) as shell:
            received = shell.receive(identifier, operation.timeout, operation.max_envelope)
        command = f' CommandId="{str(identifier).upper()}"' if identifier else ""
        streams = "".join(
            f'<rsp:Stream Name="stdout"{command}>{base64.b64encode(part).decode()}</rsp:Stream>'
            for part in received.parts
        )
        state = ""
        if identifier:
            name, code = ("Done", "<rsp:ExitCode>0</rsp:ExitCode>") if received.done else ("Running", "")
            state = f'<rsp:CommandState{command} State="{COMMAND_STATE}{name}">{code}</rsp:CommandState>'
        return f"<rsp:ReceiveResponse>{streams}{state}</rsp:ReceiveResponse>"

    def _signal(self, operation: Operation, user: str) -> str:
        element = _child(operation.body, "rsp:Signal")
        identifier = _guid(element.get("CommandId"))
        if identifier is None:
            raise WSManFault(soap.SCHEMA)
        with self._shell(operation, user) as shell:
            shell.signal(identifier, element.findtext("rsp:Code", "", NAMESPACES).strip())
        return "<rsp:SignalResponse/>"

    def _delete(self, operation: Operation, user: str) -> str:
        self._shells.remove(self._shell(operation, user))
        return ""

    def _get(self, operation: Operation, user: str) -> str:
        return self._element(self._shell(operation, user))

    def _shell(self, operation: Operation, user: str) -> Shell:
        shell = self._shells.find(operation.shell_id, user)
        if operation.resource.lower() not in (shell.resource.lower(), _SHELL_RESOURCE):
            raise WSManFault(soap.SHELL_GONE)
        return shell

    def _element(self, shell: Shell) -> str:
        return soap.shell_element(shell.identifier, shell.resource, shell.owner, shell.idle)


def _child(body: ElementTree.Element, path: str) -> ElementTree.Element:
    element = body.find(path, NAMESPACES)
    if element is None:
        raise WSManFault(soap.SCHEMA)
    return element


def _guid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise WSManFault(soap.SCHEMA) from None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        raise WSManFault(soap.SCHEMA) from None
