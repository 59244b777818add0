"""What is written for people who are not at the screen, by the name of its form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pushtui.engine.snapshot import Snapshot
from pushtui.reporting import report
from pushtui.reporting.pages_html import page
from pushtui.reporting.pages_markdown import markdown

FORMS: Mapping[str, Callable[[Snapshot], str]] = {
    "markdown": lambda snapshot: markdown(report.blocks(snapshot)),
    "html": lambda snapshot: page(report.blocks(snapshot)),
    "json": report.report_json,
}

SUFFIXES: Mapping[str, str] = {"markdown": ".md", "html": ".html", "json": ".json", "script": ".ps1"}
"""Form → how the name of its file ends; a script's beside them."""
