"""What a benchmark found: one figure beside what it is compared with, and whether it is good enough."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from pushtui.base.values import frozen

RUNS = 5
"""Every figure is the median of so many runs, where they differ from each other."""


@frozen
class Figure:
    """One row of the table; `goal` is the largest ratio to the `reference` that is good, or value without one."""

    row: str
    """The number of the row in the list of goals."""
    name: str
    ours: float
    unit: str
    """What `ours` and `reference` are counted in: ``ms``, ``B``, ``B/s`` or ``MB``."""
    goal: float
    reference: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the reference; None where there is nothing to compare with."""
        return None if self.reference is None else self.ours / self.reference

    @property
    def holds(self) -> bool:
        """Whether the goal is reached."""
        return (self.ours if self.ratio is None else self.ratio) <= self.goal


def median(measure: Callable[[], float], runs: int = RUNS) -> float:
    """The median of several measurements."""
    return statistics.median(measure() for _ in range(runs))


def medians(*measures: Callable[[], float], runs: int = RUNS) -> tuple[float, ...]:
    """The median of each, taken in turn, so that what else the machine does strikes all of them alike."""
    rounds = [[measure() for measure in measures] for _ in range(runs)]
    return tuple(statistics.median(column) for column in zip(*rounds, strict=True))


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0 to 1) of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


HEADINGS = ("#", "what", "ours", "reference", "ratio", "goal", "holds")


def table(figures: list[Figure]) -> str:
    """The figures as a Markdown table, which reads as well on a terminal."""
    rows = [HEADINGS, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _cells(figure: Figure) -> tuple[str, ...]:
    ratio, reference = figure.ratio, figure.reference
    return (
        figure.row,
        figure.name,
        _value(figure.ours, figure.unit),
        "–" if reference is None else _value(reference, figure.unit),
        "–" if ratio is None else f"{ratio:.2f}",
        f"≤ {figure.goal:g} ×" if ratio is not None else f"≤ {_value(figure.goal, figure.unit)}",
        "yes" if figure.holds else "NO",
    )


def _value(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 10 or value == int(value) else f"{value:.1f} {unit}"
