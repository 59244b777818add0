"""Where the test message goes."""

from __future__ import annotations

from typing import Literal

from pushtui.base.values import frozen


@frozen
class MailSettings:
    """The test message of the procedure's other verification; off while `host` is empty."""

    host: str = ""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    """Sign-in name; unset: no sign-in."""
    password_file: str = ""
    """File (mode 0600) with the password; unset: asked for when `user` is set."""
    password_command: tuple[str, ...] = ()
    """Command, as a list of words, that prints the password."""
    ca_file: str = ""
    sender: str = ""
    recipient: str = ""
    timeout: float = 30.0
    """Seconds one step of the conversation may take."""
