"""What applying would do as blocks: each action with its exact command, what it changes, its risk and its undo."""

from __future__ import annotations

from collections.abc import Iterable

from pushtui.base.words import _
from pushtui.procedure.model import Action, Ask, Change, Risk, Trial, Wait
from pushtui.reporting import sentences
from pushtui.reporting.requests import body_lines, command_text
from pushtui.tui.comparison import Comparison, rows
from pushtui.tui.finding_blocks import LABEL
from pushtui.tui.paragraphs import Block, Columns, Paragraph, text
from pushtui.tui.symbols import Symbols
from pushtui.tui.times import countdown
from pushtui.tui.widgets.inked import Piece


def action_blocks(action: Action, place: int, symbols: Symbols, result: str = "") -> list[Block]:
    """One action in full: what it is, the exact command, before and after, risk and undo."""
    lead: tuple[Piece, ...] = ((f"{place:>2}. ", "muted"),)
    title = text(sentences.action_title(action), "strong")
    match action:
        case Change():
            return [
                Paragraph((*title, *_badge(action), *result_pieces(result)), lead=lead),
                *_command(command_text(action.command), symbols, body_lines(action.command)),
                *_table(action, symbols),
            ]
        case Wait():
            note = _("up to {time}").format(time=countdown(action.seconds))
            return [Paragraph((*title, (f"  {note}", "muted")), lead=lead)]
        case Ask():
            where = _("you do this on {where}").format(where=action.where)
            return [
                Paragraph((*title, *text(f"  {where}", "muted")), lead=lead),
                *_command(action.command, symbols),
            ]
        case Trial():
            command = _command(action.query.cmdlet.text, symbols) if action.query else []
            return [Paragraph((*title, (f"  {_('a trial; it changes nothing')}", "muted")), lead=lead), *command]


def _badge(change: Change) -> tuple[Piece, ...]:
    ink = {Risk.REVERSIBLE: "muted", Risk.ORG_WIDE: "warning", Risk.IRREVERSIBLE: "error"}[change.risk]
    return ((f"  {sentences.risk_of(change)}", ink),)


def result_pieces(result: str) -> tuple[Piece, ...]:
    """What came of a change that was sent; nothing for one that was not."""
    words = {
        "done": (_("done"), "ok"),
        "already": (_("already so"), "ok"),
        "failed": (_("failed"), "error"),
        "unknown": (_("outcome unknown"), "warning"),
    }
    return ((f"  {words[result][0]}", words[result][1]),) if result in words else ()


def _command(command: str, symbols: Symbols, body: Iterable[str] = ()) -> list[Block]:
    lead: tuple[Piece, ...] = (("    ", "plain"), (f"{symbols.bar} ", "line"))
    rest = [
        Paragraph(
            text(line.lstrip(), "muted"), lead=(*lead, (" " * (len(line) - len(line.lstrip())), "plain")), repeat=True
        )
        for line in body
    ]
    return [Paragraph(text(command, "command"), lead=lead, repeat=True), *rest]


def _table(change: Change, symbols: Symbols) -> Iterable[Block]:
    """Where it is sent, the object, its properties before and after, and the undo."""

    def row(heading: str, value: str, ink: str = "plain") -> Block:
        return Columns((text(heading, "muted"), text(value, ink)), (LABEL, 0), indent=4, gap=2)

    yield row(_("target"), sentences.where_text(change.command))
    yield row(_("object"), change.target)
    compared = rows(change.before, change.after, sentences.nothing_before(change))
    if compared:
        yield Comparison(compared, symbols.bar)
    yield row(_("undo"), sentences.undo_text(change), "muted")
