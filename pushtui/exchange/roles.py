"""Which role groups grant a cmdlet. In an Exchange session a cmdlet that no role grants does not exist at all.

From the permissions topics of the Exchange documentation; not verified against a real server.
"""

from __future__ import annotations

_ORGANIZATION = "Organization Management"
_SERVER = "Server Management"
_VIEW = "View-Only Organization Management"
_RECIPIENT = "Recipient Management"

_CERTIFICATES = (_ORGANIZATION, _SERVER)
_PUSH = (_ORGANIZATION, _RECIPIENT)
_HEALTH = (_ORGANIZATION, _SERVER, _VIEW)
_VIEWING = (_ORGANIZATION, _VIEW)
_TRUST = (_ORGANIZATION,)

_GROUPS = {
    "get-exchangecertificate": _CERTIFICATES,
    "new-exchangecertificate": _CERTIFICATES,
    "enable-exchangecertificate": _CERTIFICATES,
    "remove-exchangecertificate": _CERTIFICATES,
    "get-authconfig": _VIEWING,
    "get-authserver": _VIEWING,
    "get-partnerapplication": _VIEWING,
    "get-pushnotificationapp": _PUSH,
    "enable-pushnotificationproxy": _PUSH,
    "disable-pushnotificationproxy": _PUSH,
    "invoke-monitoringprobe": _HEALTH,
    "get-serverhealth": _HEALTH,
    "get-servercomponentstate": _HEALTH,
    "test-oauthconnectivity": _HEALTH,
    "get-exchangeserver": _VIEWING,
    "get-accepteddomain": _VIEWING,
    "get-hybridconfiguration": _VIEWING,
}


def role_groups(cmdlet: str) -> tuple[str, ...]:
    """The role groups of which one is enough; Organization Management for what is not listed."""
    return _GROUPS.get(cmdlet.lower(), _TRUST)
