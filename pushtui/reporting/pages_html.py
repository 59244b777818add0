"""A document as one HTML file: no script, no other file, nothing that is fetched, everything from outside escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from pushtui.base.text import clean, clean_line
from pushtui.base.words import language
from pushtui.reporting.pages import (
    Block,
    Bullets,
    Cell,
    Code,
    Heading,
    Picture,
    Point,
    Points,
    Prose,
    Table,
    Tone,
    cell,
    drawn,
)

_STYLE = """<style>
:root { color-scheme: light dark; --text: #1b1f24; --back: #fff; --soft: #f3f4f6; --line: #d0d7de; --muted: #59636e;
  --ok: #1a7f37; --warning: #8a5a00; --bad: #b3261e }
@media (prefers-color-scheme: dark) { :root { --text: #e6e6e6; --back: #16191d; --soft: #22272e; --line: #3a414a;
  --muted: #9aa4af; --ok: #6fcf85; --warning: #e3b45a; --bad: #ff8f88 } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: var(--text);
  background: var(--back); overflow-wrap: anywhere }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem } h3 { font-size: 1rem; margin-top: 1.5rem }
table { border-collapse: collapse; width: 100%; font-size: .93em }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem;
  border-bottom: 1px solid var(--line); overflow-wrap: break-word; max-width: 25rem }
thead th { color: var(--muted) } th { font-weight: 600 }
pre { background: var(--soft); padding: .7rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere }
pre.picture { white-space: pre; background: none; padding: 0; line-height: 1.35 }
dl { margin: .2rem 0; display: grid; grid-template-columns: max-content 1fr; gap: 0 .8rem }
dt { color: var(--muted) } dd { margin: 0 }
ul.points { list-style: none; padding-left: 0 } ul.points ul.points { padding-left: 1.5rem }
ul.points p { margin: .4rem 0 .2rem; color: var(--muted) } ul.points pre { margin: 0 }
ul.points > li { margin: .6rem 0; padding-left: .7rem; border-left: .2rem solid var(--line) }
.ok { color: var(--ok) } .warning { color: var(--warning) } .bad { color: var(--bad) } .muted { color: var(--muted) }
ul.points > li.ok { border-color: var(--ok); color: inherit } ul.points > li.bad { border-color: var(--bad);
  color: inherit } ul.points > li.warning { border-color: var(--warning); color: inherit }
@media print { :root { color-scheme: light; --text: #000; --back: #fff; --soft: #f3f4f6; --line: #bbb; --muted: #444;
  --ok: #1a7f37; --warning: #8a5a00; --bad: #b3261e } body { margin: 0; max-width: none; font-size: 11px }
  h2, h3 { break-after: avoid } tr, pre, li { break-inside: avoid } }
</style>"""


def page(blocks: Sequence[Block]) -> str:
    """The document; its title is the first heading's."""
    title = next((block.text for block in blocks if isinstance(block, Heading)), "pushtui")
    head = [
        "<!DOCTYPE html>",
        f'<html lang="{_text(language())}"><head>',
        '<meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(title)}</title>{_STYLE}</head><body>",
    ]
    return "\n".join([*head, *(line for block in blocks for line in _block(block)), "</body></html>"]) + "\n"


def _block(block: Block) -> Iterable[str]:
    match block:
        case Heading(text, level):
            yield f"<h{level}>{_text(text)}</h{level}>"
        case Prose(text, tone):
            yield f"<p{_class(tone)}>{_text(text)}</p>"
        case Bullets(items):
            yield f"<ul>{''.join(f'<li>{_text(item)}</li>' for item in items)}</ul>"
        case Points(points):
            yield from _points(points)
        case Table(head, rows):
            yield from _table(head, rows)
        case Code(text):
            yield _code(text)
        case Picture(says, lines):
            yield from _picture(says, lines)


def _points(points: Sequence[Point]) -> Iterable[str]:
    yield '<ul class="points">'
    for point in points:
        yield f"<li{_class(point.tone)}><strong{_class(point.tone)}>{_text(point.word)}</strong> {_text(point.text)}"
        if point.details:
            pairs = (f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in point.details)
            yield f"<dl>{''.join(pairs)}</dl>"
        yield from (f"<p>{_text(where)}</p>{_code(text)}" for where, text in point.commands)
        if point.points:
            yield from _points(point.points)
        yield "</li>"
    yield "</ul>"


def _code(text: str) -> str:
    return f"<pre>{escape(clean(text).expandtabs(4))}</pre>"


def _picture(says: str, lines: Sequence[Sequence[Cell]]) -> Iterable[str]:
    """Read out as one thing, by its name."""
    shown = ("".join(f"<span{_class(each.tone)}>{escape(drawn(each))}</span>" for each in line) for line in lines)
    yield f'<pre class="picture" role="img" aria-label="{_text(says)}">'
    yield "\n".join(shown) + "</pre>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str | Cell]]) -> Iterable[str]:
    yield "<table>"
    if any(head):
        names = (f'<th scope="col">{_text(name)}</th>' for name in head)
        yield f"<thead><tr>{''.join(names)}</tr></thead>"
    yield "<tbody>"
    for first, *rest in (map(cell, row) for row in rows):
        cells = "".join(f"<td{_class(each.tone)}>{_text(each.text)}</td>" for each in rest)
        yield f'<tr><th scope="row"{_class(first.tone)}>{_text(first.text)}</th>{cells}</tr>'
    yield "</tbody></table>"


def _class(tone: Tone) -> str:
    return "" if tone is Tone.PLAIN else f' class="{tone.value}"'


def _text(value: str) -> str:
    return escape(clean_line(value))
