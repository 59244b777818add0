"""Which role groups and roles grant a cmdlet. A cmdlet that no role grants does not exist in the session at all.

Groups are from the permissions topics of the Exchange documentation; roles from the role group that Microsoft's script
for monitoring the Auth certificate makes for itself. Neither is verified against a real server.
"""

from __future__ import annotations

from pushtui.base.words import _

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
    "get-organizationconfig": _VIEWING,
    "test-servicehealth": _HEALTH,
    "set-partnerapplication": _TRUST,
}

_CERTIFICATE_ROLE = "Exchange Server Certificates"
_CLIENT_ROLE = "Organization Client Access"
_VIEW_ROLE = "View-Only Configuration"

_ROLES = {
    "get-exchangecertificate": _CERTIFICATE_ROLE,
    "new-exchangecertificate": _CERTIFICATE_ROLE,
    "enable-exchangecertificate": _CERTIFICATE_ROLE,
    "remove-exchangecertificate": _CERTIFICATE_ROLE,
    "set-authconfig": _CLIENT_ROLE,
    "get-authconfig": _VIEW_ROLE,
    "get-exchangeserver": _VIEW_ROLE,
    "get-accepteddomain": _VIEW_ROLE,
    "get-hybridconfiguration": _VIEW_ROLE,
    "get-organizationconfig": _VIEW_ROLE,
}


def role_groups(cmdlet: str) -> tuple[str, ...]:
    """The role groups of which one is enough; Organization Management for what is not listed."""
    return _GROUPS.get(cmdlet.lower(), _TRUST)


def granting(cmdlet: str) -> str:
    """The role groups of which one is enough for a cmdlet, as text."""
    return _(" or ").join(role_groups(cmdlet))


def grant(cmdlet: str) -> str:
    """What to do so that an account has the cmdlet, as a sentence without its full stop."""
    role = _ROLES.get(cmdlet.lower(), "")
    text = (
        _("Add the account to the role group {groups}, or give it the management role {role}")
        if role
        else _("Add the account to the role group {groups}")
    )
    whole = _("{text}; Get-ManagementRole -Cmdlet {cmdlet} names every role that grants it. Then sign in again")
    return whole.format(text=text.format(groups=granting(cmdlet), role=role), cmdlet=cmdlet)
