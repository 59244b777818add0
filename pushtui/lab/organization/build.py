"""The way in: from a scenario's table to an organization whose endpoints can be served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pushtui.base.clock import Clock
from pushtui.lab.keys import NewKey, new_rsa_key
from pushtui.lab.organization.accounts import Account
from pushtui.lab.organization.construction import build_state
from pushtui.lab.organization.organization import Organization
from pushtui.lab.organization.state import Internet


def build(
    table: Mapping[str, Any],
    internet: Internet,
    accounts: Sequence[Account],
    *,
    clock: Clock | None = None,
    new_key: NewKey = new_rsa_key,
) -> Organization:
    """The organization that a scenario's [organization] table describes; `UsageError` where the table is wrong.

    An auth server without a realm is fetched through `internet`, so the tenant must already answer.
    """
    return Organization(build_state(table, internet, accounts, clock=clock, new_key=new_key))
