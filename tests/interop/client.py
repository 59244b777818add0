"""The second client: psrp (pypsrp's 1.0 beta), run by the interpreter of a virtual environment of its own.

Reads one JSON object of connection settings from standard input and writes one of what it saw to standard output.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import psrp


async def main(settings: dict[str, Any]) -> dict[str, Any]:
    async with psrp.AsyncRunspacePool(psrp.WSManInfo(**settings), max_runspaces=5) as pool:
        seen: dict[str, Any] = {"version": str(pool.application_private_data["PSVersionTable"]["PSVersion"])}
        shell = psrp.AsyncPowerShell(pool).add_command("Get-Thing").add_parameter("Count", 2)
        things = await shell.invoke()
        seen["types"] = things[0].PSTypeNames
        seen["names"] = [str(thing.Name) for thing in things]
        seen["items"] = [str(item) for item in things[0].Items]
        seen["raw"] = bytes(things[0].Raw).hex()
        seen["state"] = str(things[0].State)
        seen["warnings"] = [str(entry.Message) for entry in shell.streams.warning]
        seen["errors"] = [str(entry.FullyQualifiedErrorId) for entry in shell.streams.error]

        several = psrp.AsyncPowerShell(pool).add_command("Get-Thing").add_statement().add_command("Get-Thing")
        several.add_command("Select-Object").add_parameter("Property", ["Name", "Hidden"])
        seen["several"] = [str(getattr(thing, "Hidden", "")) for thing in await several.invoke()]

        side_by_side = [
            psrp.AsyncPowerShell(pool).add_command("Get-Thing").add_parameter("Count", n) for n in range(1, 6)
        ]
        seen["counts"] = [len(found) for found in await asyncio.gather(*(each.invoke() for each in side_by_side))]

        big = psrp.AsyncPowerShell(pool).add_command("Get-Length").add_argument("z" * 700_000)
        seen["big"] = [int(length) for length in await big.invoke()]

        await pool.exchange_key()
        secret = psrp.AsyncPowerShell(pool).add_command("Get-Length")
        secret.add_parameter("Secret", _secure("pass"))
        seen["secret"] = [int(length) for length in await secret.invoke()]

        waiting = psrp.AsyncPowerShell(pool).add_command("Wait-Thing")
        task = await waiting.invoke_async()
        await waiting.stop()
        try:
            await task
        except psrp.PipelineStopped:
            seen["stopped"] = True

        try:
            await psrp.AsyncPowerShell(pool).add_script("1 + 1").invoke()
        except psrp.PipelineFailed as error:
            seen["script"] = str(error)
    return seen


async def organization(settings: dict[str, Any]) -> dict[str, Any]:
    """What the lab's own organization answers: its cmdlets, its errors, its questions."""
    async with psrp.AsyncRunspacePool(psrp.WSManInfo(**settings)) as pool:

        async def ask(name: str, select: tuple[str, ...] = (), **parameters: Any) -> tuple[list[Any], list[str]]:
            shell = psrp.AsyncPowerShell(pool).add_command(name)
            for key, value in parameters.items():
                shell.add_parameter(key, value)
            if select:
                shell.add_command("Select-Object").add_parameter("Property", list(select))
            try:
                found = list(await shell.invoke())
            except psrp.PipelineFailed as error:
                return [], [str(error)]
            return found, [str(entry.FullyQualifiedErrorId) for entry in shell.streams.error]

        servers, _ = await ask("Get-ExchangeServer")
        certificates, _ = await ask("Get-ExchangeCertificate")
        chosen, _ = await ask("Get-ExchangeCertificate", ("Thumbprint", "HasPrivateKey", "CertificateDomains"))
        config, _ = await ask("Get-AuthConfig")
        _, missing = await ask("Get-ExchangeServer", Identity="EX09")
        _, unknown = await ask("Get-Mailbox")
        # -WhatIf is for a host; this client has none, so nothing is said and nothing is done.
        preview, _ = await ask("Enable-PushNotificationProxy", Organization="fabrikam.com", WhatIf=True)
        _, question = await ask("Disable-PushNotificationProxy")
        enabled, _ = await ask("Enable-PushNotificationProxy", Organization="fabrikam.com", Confirm=False)
        return {
            "servers": [[str(server.Name), str(server.AdminDisplayVersion)] for server in servers],
            "raw": [bytes(certificate.RawData)[:1].hex() for certificate in certificates],
            "chosen": [[str(item.Thumbprint), bool(item.HasPrivateKey)] for item in chosen],
            "current": str(config[0].CurrentCertificateThumbprint),
            "missing": missing,
            "unknown": unknown,
            "preview": len(preview),
            "question": question,
            "enabled": [bool(enabled[0].Enabled), str(enabled[0].Organization), str(enabled[0].Uri)],
        }


def _secure(text: str) -> Any:
    from psrpcore.types import PSSecureString

    return PSSecureString(text)


async def refused(settings: dict[str, Any]) -> dict[str, Any]:
    work = {"wire": main, "organization": organization}[settings.pop("work", "wire")]
    try:
        return await work(settings)
    except psrp.WSManAuthenticationError as error:
        return {"refused": error.http_code}


if __name__ == "__main__":
    json.dump(asyncio.run(refused(json.load(sys.stdin))), sys.stdout)
