"""Which cmdlets a role group grants. A cmdlet that no group grants does not exist in the session.

The split follows the documentation of permissions; where it says nothing (the probe and Test-ServiceHealth for Server
Management and View-Only Organization Management, Get-SettingOverride, Get-ExchangeDiagnosticInfo) it is not verified
against a real server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

_VIEW = frozenset(
    {
        "get-exchangeserver",
        "get-exchangecertificate",
        "get-authconfig",
        "get-authserver",
        "get-partnerapplication",
        "get-servercomponentstate",
        "get-serverhealth",
        "get-accepteddomain",
        "get-hybridconfiguration",
        "get-organizationconfig",
        "get-settingoverride",
        "test-servicehealth",
        "get-pushnotificationapp",
        "invoke-monitoringprobe",
        "test-oauthconnectivity",
    }
)
_CERTIFICATES = frozenset({"new-exchangecertificate", "enable-exchangecertificate", "remove-exchangecertificate"})
_OAUTH = frozenset(
    {"set-authconfig", "new-authserver", "set-authserver", "remove-authserver", "set-partnerapplication"}
)
_SUPPORT = frozenset({"get-exchangediagnosticinfo"})
_PUSH = frozenset({"enable-pushnotificationproxy", "disable-pushnotificationproxy", "get-pushnotificationapp"})

ROLE_GROUPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Organization Management": _VIEW | _CERTIFICATES | _OAUTH | _PUSH | _SUPPORT,
        "View-Only Organization Management": _VIEW,
        "Server Management": _VIEW - {"get-pushnotificationapp", "get-settingoverride"} | _CERTIFICATES,
        "Recipient Management": _PUSH | {"get-exchangeserver", "get-accepteddomain"},
    }
)
"""Role group → lower-case cmdlet names."""


def granted(role_groups: Iterable[str]) -> frozenset[str]:
    """What the groups grant together."""
    return frozenset().union(*(ROLE_GROUPS.get(group, frozenset()) for group in role_groups))
