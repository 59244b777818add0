"""Taking back that the partner application of Exchange Online was enabled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pushtui.procedure import questions
from pushtui.procedure.auth_server_setting import ENABLE_PARTNER
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Facts, Query, StepId
from pushtui.procedure.reading import read
from pushtui.procedure.records import PartnerApplicationRecord
from pushtui.procedure.undoing.deeds import Deed, Verdict, exchange_change

KNOWN = frozenset({ENABLE_PARTNER})


def queries(facts: Facts, deeds: Sequence[Deed]) -> Iterable[Query]:
    yield questions.PARTNER_APPLICATIONS


def verdict(facts: Facts, deeds: Sequence[Deed]) -> Verdict:
    """It is disabled again, where it is still there and enabled."""
    reading = read(facts, questions.PARTNER_APPLICATIONS, PartnerApplicationRecord.from_properties)
    if reading.failed:
        problem = finding("undo.unreadable", "Get-PartnerApplication", failure=reading.failure, reason=reading.reason)
        return Verdict((problem,))
    result = Verdict()
    for deed in deeds:
        record = next((item for item in reading.items if item.name.lower() == deed.target.lower()), None)
        if record is None or not record.enabled:
            result += Verdict((finding("undo.taken-back", deed.target),))
            continue
        action = exchange_change(
            "undo.auth-server.disable-partner",
            StepId.AUTH_SERVER,
            record.name,
            "Set-PartnerApplication",
            {"Identity": record.name, "Enabled": False},
            (questions.PARTNER_APPLICATIONS,),
            before={"name": record.name, "enabled": True},
            after={"name": record.name, "enabled": False},
            undo=deed.command,
        )
        result += Verdict((finding("undo.wanted", deed.target, observed="Enabled"),), (action,))
    return result
