"""Who may sign in, and which of Exchange's role groups they are in."""

from __future__ import annotations

from pushtui.base.values import frozen


@frozen
class Account:
    """An account of the domain."""

    user: str
    """The user principal name, ``admin@lab.example``."""
    password: str
    role_groups: tuple[str, ...] = ("Organization Management",)
    without: frozenset[str] = frozenset()
    """Lower-case names of cmdlets that its roles do not grant after all."""
    remote_powershell: bool = True
    """RemotePowerShellEnabled: whether Exchange lets it in at all."""
    local_admin: bool = True
    """Whether the Windows endpoint lets it in."""

    def is_named(self, user: str) -> bool:
        """Whether `user` (``admin@lab.example`` or ``LAB\\admin``) means this account."""
        name, _, domain = self.user.lower().partition("@")
        return user.lower() in {self.user.lower(), f"{domain.partition('.')[0]}\\{name}"}
