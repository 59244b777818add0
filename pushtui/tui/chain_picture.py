"""The seven links drawn: where the trust breaks, and between which two values. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.engine.events import StepReport
from pushtui.procedure.model import Finding, Severity, Status, StepId
from pushtui.reporting import sentences, step_lines
from pushtui.tui.paragraphs import Line, wrap
from pushtui.tui.symbols import STATUS_INK, Symbols
from pushtui.tui.widgets.inked import fitted

WIDE = 150
"""From this width on the links stand side by side."""
_GAP = 5
_BOX_LINES = 3
_BROKEN = frozenset({Status.FAILED, Status.ATTENTION, Status.CHANGE_NEEDED, Status.BLOCKED})
_WRONG = frozenset({Severity.FAILURE, Severity.ATTENTION, Severity.CHANGE})
_IDENTIFIER = re.compile(r"[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@frozen
class ChainPicture:
    """A block; see `pushtui.tui.paragraphs.Block`."""

    reports: Mapping[StepId, StepReport]
    symbols: Symbols

    def lines(self, width: int) -> list[Line]:
        """Side by side where there is room, else one below the other."""
        return list(self._across(width) if width >= WIDE else self._down(width))

    # --- one below the other ---------------------------------------------------------------------------------------

    def _down(self, width: int) -> Iterable[Line]:
        reports = list(self.reports.values())
        for place, report in enumerate(reports):
            ink = STATUS_INK[report.status]
            head = f"{self.symbols.status[report.status]} {place + 1} {sentences.title(report.id)}"
            word = sentences.status_word(report.status)
            room = max(0, width - 42)
            summary = fitted(clean_line(step_lines.brief(report)), room, self.symbols.ellipsis)
            yield [(" ", "plain"), (fitted(head, 24, self.symbols.ellipsis), ink), (fitted(f" {word}", 16), ink),
                   (summary, "muted")]  # fmt: skip
            breaks = _breaks(report, self.symbols)
            for words in breaks:
                for line in wrap([(words, "strong")], max(8, width - 8)):
                    yield [(f" {self.symbols.gap}    ", "error"), *line]
            if place + 1 < len(reports):
                holds = report.status is Status.OK
                yield [(f" {self.symbols.down if holds else self.symbols.down_loose}", "ok" if holds else "line")]

    # --- side by side ----------------------------------------------------------------------------------------------

    def _across(self, width: int) -> Iterable[Line]:
        reports = list(self.reports.values())
        size = (width - 2 - _GAP * (len(reports) - 1)) // len(reports)
        yield self._row([(f"{self.symbols.rule * size}", STATUS_INK[each.status]) for each in reports], " " * _GAP)
        yield self._row(
            [
                (fitted(f"{place} {sentences.title(each.id)}", size, self.symbols.ellipsis), "strong")
                for place, each in enumerate(reports, 1)
            ],
            " " * _GAP,
        )
        yield self._states(reports, size)
        texts = [wrap([(clean_line(step_lines.brief(each)), "muted")], size) for each in reports]
        for number in range(min(_BOX_LINES, max(map(len, texts)))):
            cells = ["".join(words for words, _ink in lines[number]) if number < len(lines) else "" for lines in texts]
            yield self._row([(fitted(cell, size, self.symbols.ellipsis), "muted") for cell in cells], " " * _GAP)
        yield self._row([(f"{self.symbols.rule * size}", STATUS_INK[each.status]) for each in reports], " " * _GAP)
        for place, report in enumerate(reports, 1):
            for words in _breaks(report, self.symbols):
                yield []
                lead = f" {self.symbols.gap} {place} {sentences.title(report.id)}: "
                for number, line in enumerate(wrap([(words, "strong")], max(8, width - len(lead) - 1))):
                    yield [(lead if not number else " " * len(lead), "error"), *line]

    def _row(self, cells: Sequence[tuple[str, str]], between: str) -> Line:
        line: Line = [(" ", "plain")]
        for place, cell in enumerate(cells):
            line += [*([(between, "plain")] if place else []), cell]
        return line

    def _states(self, reports: Sequence[StepReport], size: int) -> Line:
        """Each link's status, and between two the link itself, whole or broken."""
        line: Line = [(" ", "plain")]
        for place, report in enumerate(reports):
            if place:
                line.append(self._link(reports[place - 1], report))
            word = f"{self.symbols.status[report.status]} {sentences.status_word(report.status)}"
            line.append((fitted(word, size, self.symbols.ellipsis), STATUS_INK[report.status]))
        return line

    def _link(self, before: StepReport, after: StepReport) -> tuple[str, str]:
        if before.status is Status.OK and after.status is Status.OK:
            return self.symbols.link * (_GAP - 2) + "  ", "ok"
        if after.status in _BROKEN:
            return self.symbols.loose + self.symbols.gap + self.symbols.loose + "  ", "error"
        return self.symbols.loose * (_GAP - 2) + "  ", "line"


def _breaks(report: StepReport, symbols: Symbols) -> list[str]:
    """What does not fit together in a link that does not hold: the two values, or the sentence where there are none."""
    if report.status not in _BROKEN:
        return []
    wrong = [finding for finding in report.findings if finding.severity in _WRONG and not finding.explained_by]
    return list(dict.fromkeys(_said(finding, symbols) for finding in wrong[:3]))


def _said(finding: Finding, symbols: Symbols) -> str:
    """``realm 1111… ≠ tenant 2222…``"""
    expected, observed = (_short(value, symbols) for value in (finding.expected, finding.observed))
    names = _names().get(finding.code)
    if names and expected:
        left, right = names
        found = f"{left} {observed}" if observed else _("no {name}").format(name=left)
        return f"{found} {symbols.differs} {right} {expected}"
    if expected and observed:
        subject = clean_line(finding.subject)
        words = _("{subject}: {observed} {sign} {expected}")
        return words.format(subject=subject, observed=observed, sign=symbols.differs, expected=expected)
    return sentences.finding_text(finding)


def _names() -> dict[str, tuple[str, str]]:
    """Code → what the observed and the expected value are."""
    return {
        "tenant.mismatch": (_("signed in to"), _("tenant")),
        "auth-server.other-realm": (_("realm"), _("tenant")),
        "auth-server.url-differs": (_("metadata"), _("expected")),
        "service-principal.key-missing": (_("key in the tenant"), _("certificate")),
        "certificate.file-differs": (_("certificate in the file"), _("AuthConfig")),
        "certificate.file-missing": (_("certificate file"), _("certificate")),
        "push-proxy.organization-differs": (_("proxy for"), _("tenant domain")),
        "push-proxy.uri-differs": (_("proxy sends to"), _("cloud")),
        "servers.too-old": (_("version"), _("at least")),
    }


def _short(value: str, symbols: Symbols) -> str:
    """An identifier by its beginning; anything else as it is."""
    line = clean_line(value)
    return f"{line[:8]}{symbols.ellipsis}" if _IDENTIFIER.fullmatch(line) else line
