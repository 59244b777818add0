"""What a session knows at one moment, all of it: for reports, scripts and tables, made without asking anybody again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from pushtui.base.values import frozen
from pushtui.engine.events import StepReport
from pushtui.procedure.model import Facts, Finding, StepId
from pushtui.procedure.overview import Overview, overview
from pushtui.profile import Profile


@frozen
class Snapshot:
    """The facts and what they mean. Nothing in it changes any more."""

    profile: Profile
    facts: Facts
    reports: Mapping[StepId, StepReport]
    accounts: Mapping[str, str]
    """Side → as whom we are signed in there; sides without a sign-in are not in it."""
    version: str

    @property
    def findings(self) -> Iterable[Finding]:
        """Of all steps, in their order."""
        return (finding for report in self.reports.values() for finding in report.findings)

    @property
    def checked(self) -> bool:
        """Whether anything was asked at all."""
        return bool(self.facts.answers)

    @property
    def span(self) -> tuple[datetime, datetime]:
        """When the first and the last answer came; now, where there was none."""
        times = [answer.at for answer in self.facts.answers.values()] or [self.facts.now]
        return min(times), max(times)

    def overview(self) -> Overview:
        """Servers, certificates and keys; reads certificates, which takes a moment where there are hundreds."""
        return overview(self.facts, self.findings)
