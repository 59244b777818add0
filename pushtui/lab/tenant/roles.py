"""Directory roles by their English names, with the template ids that tokens carry (Entra built-in roles)."""

from __future__ import annotations

from pushtui.base.errors import UsageError

TEMPLATES = {
    "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
    "Application Administrator": "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    "Cloud Application Administrator": "158c047a-c907-4556-b7ef-446551a6b5f7",
    "Exchange Administrator": "29232cdf-9323-42fd-ade2-1d097af3e4de",
    "Hybrid Identity Administrator": "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
    "Domain Name Administrator": "8329153b-31d0-4727-b945-745eb3bc5f31",
    "User Administrator": "fe930be7-5e62-47db-91af-98c3a49a38b1",
    "Helpdesk Administrator": "729827e3-9c14-49f7-bb1b-9608f156bbb8",
    "Directory Readers": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
    "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
}

WRITES_CREDENTIALS = frozenset({"Global Administrator", "Application Administrator", "Cloud Application Administrator"})
"""Roles with ``microsoft.directory/servicePrincipals/credentials/update`` (Graph: upsert servicePrincipal)."""


def check(names: tuple[str, ...]) -> None:
    """Raise `UsageError` for a role that does not exist."""
    unknown = [name for name in names if name not in TEMPLATES]
    if unknown:
        raise UsageError("lab.unknown-role", f"[tenant.user] names an unknown role “{unknown[0]}”")


def templates(names: tuple[str, ...]) -> list[str]:
    return [TEMPLATES[name] for name in names]
