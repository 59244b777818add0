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


def _secure(text: str) -> Any:
    from psrpcore.types import PSSecureString

    return PSSecureString(text)


async def refused(settings: dict[str, Any]) -> dict[str, Any]:
    try:
        return await main(settings)
    except psrp.WSManAuthenticationError as error:
        return {"refused": error.http_code}


if __name__ == "__main__":
    json.dump(asyncio.run(refused(json.load(sys.stdin))), sys.stdout)
