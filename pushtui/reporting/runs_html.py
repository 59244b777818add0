"""One run as one HTML document: no script, no other file, nothing that is fetched."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.engine.runs import Run, Sent
from pushtui.reporting import runs

_STYLE = """\
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24;
  background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem;
  border-bottom: 1px solid #d0d7de; overflow-wrap: anywhere }
pre { background: #f3f4f6; padding: .7rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere }
@media (prefers-color-scheme: dark) { body { color: #e6e6e6; background: #16191d } pre { background: #22272e }
  th, td { border-color: #3a414a } }
@media print { body { margin: 0; max-width: none } }
"""


def page(run: Run) -> str:
    """The report of a run, with everything from outside escaped."""
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(runs.heading(run))}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{_text(runs.heading(run))}</h1>",
        _table((), runs.facts(run)),
    ]
    for number, change in enumerate(run.changes, 1):
        parts += _change(number, change)
    proven = list(runs.proofs(run))
    if proven:
        parts += [f"<h2>{_text(_('Proven'))}</h2><ul>", *(f"<li>{_text(line)}</li>" for line in proven), "</ul>"]
    if run.statuses:
        parts += [f"<h2>{_text(_('The steps at the end'))}</h2>", _table((), runs.final(run))]
    return "\n".join([*parts, "</body></html>"]) + "\n"


def _change(number: int, change: Sent) -> Iterable[str]:
    yield f"<h2>{number}. {_text(runs.title(change))}: {_text(runs.result_word(change))}</h2>"
    yield f"<pre>{_text(change.text)}</pre>"
    yield _table((_("What"), _("Before"), _("After")), runs.values(change))
    yield _table((), runs.notes(change))


def _table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    """A table whose rows begin with their name."""
    lines = ["<table>"]
    names = [f"<th>{_text(name)}</th>" for name in head]
    if names:
        lines.append(f"<tr>{''.join(names)}</tr>")
    for first, *rest in rows:
        cells = "".join(f"<td>{_text(cell)}</td>" for cell in rest)
        lines.append(f'<tr><th scope="row">{_text(first)}</th>{cells}</tr>')
    return "\n".join([*lines, "</table>"])


def _text(value: str) -> str:
    return escape(clean_line(str(value)))
