"""How Exchange's tasks refuse: exception types, categories and identifiers, made in one place.

An Exchange task writes its error to the error stream and ends; the record's identifier is a hash and the task's class
(``E3DE7D95,Microsoft.Exchange.Management.RecipientTasks.GetMailbox``, recorded). The hash is the lab's own; so are the
texts that say "not verified".
"""

from __future__ import annotations

import zlib

from pushtui.lab.remoting.cmdlet import ErrorSpec

NOT_FOUND = "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException"
LOCALIZED = "Microsoft.Exchange.Data.Common.LocalizedException"
TASKS = "Microsoft.Exchange.Management.SystemConfigurationTasks"


class Refused(Exception):
    """A task's own error; the cmdlet's wrapper writes it to the error stream."""

    def __init__(
        self,
        message: str,
        *,
        exception: str = "System.InvalidOperationException",
        category: str = "InvalidOperation",
        target: str = "",
        no_answer: bool = False,
    ) -> None:
        """`no_answer`: a server that cannot be reached, which takes the time that RPC tries it."""
        super().__init__(message)
        self.message = message
        self.exception = exception
        self.category = category
        self.target = target
        self.no_answer = no_answer

    def spec(self, task: str) -> ErrorSpec:
        """The error record of the task with this class name."""
        short = self.exception.rpartition(".")[2]
        return ErrorSpec(
            self.message,
            f"{zlib.crc32(self.message.encode()):08X},{task}",
            self.category,
            self.exception,
            self.target,
            f"Cmdlet-{short}",
        )


def not_found(identity: str, domain_controller: str) -> Refused:
    """The text is Exchange's own. Its category is beyond PowerShell's enumeration and shows as NotSpecified."""
    return Refused(
        f"The operation couldn't be performed because object '{identity}' couldn't be found on '{domain_controller}'.",
        exception=NOT_FOUND,
        category="NotSpecified",
        target=identity,
    )


def unreachable(fqdn: str) -> Refused:
    """An RPC to another server failed. Not an InvalidOperationException: that means "not on that server"."""
    return Refused(
        f"The task wasn't able to connect to server {fqdn}. The RPC server is unavailable.",  # not verified
        exception="Microsoft.Exchange.Rpc.RpcException",
        category="ResourceUnavailable",
        target=fqdn,
        no_answer=True,
    )


def invalid_argument(message: str, target: str = "") -> Refused:
    """A value that its parameter takes but the task does not."""
    return Refused(message, exception="System.ArgumentException", category="InvalidArgument", target=target)
