"""Brings the catalogues of words up to the code: `make catalogue`.

Every message that is new in the code is added to each language's ``pushtui.po`` with no translation, what no longer is
in the code is dropped, and the ``pushtui.mo`` that the program reads is made anew. Then what lacks a translation is
listed; the exit code is 1 where something does.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pushtui.settings.documentation import documented  # noqa: E402  # of this tree, whatever is installed

PACKAGE = ROOT / "pushtui"
LOCALE = PACKAGE / "locale"
MARKS = frozenset({"_", "N_"})
TABLES = frozenset({"TEXTS", "ACTIONS", "REASONS"})
"""Tables at the top of the modules in `reporting/` whose values are messages without a mark on each of them."""
_WORD = re.compile(r"[^\W\d_]")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_STILL = datetime(2026, 1, 1, tzinfo=UTC)
"""The catalogues hold no time of their making: the same words give the same file."""


class NotLiteral(ValueError):
    """Something is marked that no catalogue can hold."""


def messages() -> dict[str, list[str]]:
    """Every message in the code → the files where it is, in the order of the code. Raises `NotLiteral`."""
    found: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        for text in _messages_of(path):
            places = found.setdefault(text, [])
            if name not in places:
                places.append(name)
    for text in documented().values():
        found.setdefault(text, []).append("pushtui/settings/model.py")
    return found


def _messages_of(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=mark), args=[ast.Constant(value=str() as text)]) if mark in MARKS:
                yield text
            case ast.Call(func=ast.Name(id="N_")):
                raise NotLiteral(f"{path}:{node.lineno}: N_() marks literal strings only")
            case ast.Call(func=ast.Name(id="_"), args=[ast.JoinedStr() | ast.BinOp()]):
                raise NotLiteral(f"{path}:{node.lineno}: _() takes a literal string with {{named}} placeholders")
    if path.parent.name == "reporting":
        yield from (text for table in _tables(tree) for text in _values(table))


def _tables(tree: ast.Module) -> Iterator[ast.expr]:
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id in TABLES:
            assert node.value is not None
            yield node.value


def _values(table: ast.expr) -> Iterator[str]:
    """The strings among the values of a dictionary that hold a word beside their placeholders."""
    for value in table.values if isinstance(table, ast.Dict) else ():
        for node in ast.walk(value):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _has_words(node.value):
                yield node.value


def _has_words(text: str) -> bool:
    return _WORD.search(_PLACEHOLDER.sub("", text)) is not None


def languages() -> list[str]:
    """The languages that there is a catalogue of."""
    return sorted(path.parents[1].name for path in LOCALE.glob("*/LC_MESSAGES/pushtui.po"))


def po_file(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "pushtui.po"


def read(language: str) -> Catalog:
    """The catalogue as it is kept."""
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language, domain="pushtui")


def compiled(catalogue: Catalog) -> bytes:
    """What the program reads."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def missing(language: str) -> list[str]:
    """The messages of the code that have no translation."""
    kept = read(language)
    return [text for text in messages() if not (kept.get(text) and kept.get(text).string) or kept.get(text).fuzzy]


def update(language: str) -> Catalog:
    """Bring the files of one language up to the code."""
    old = read(language) if po_file(language).exists() else Catalog(locale=language)
    new = Catalog(
        locale=language,
        domain="pushtui",
        project="pushtui",
        version="1",
        msgid_bugs_address="none",
        creation_date=_STILL,
        revision_date=_STILL,
        last_translator="pushtui",
        language_team=language,
        copyright_holder="",
        fuzzy=False,
        header_comment=f"# The words of pushtui in the language {language}.",
    )
    for text, places in messages().items():
        kept = old.get(text)
        new.add(
            text,
            kept.string if kept else "",
            [(place, 0) for place in places],
            user_comments=kept.user_comments if kept else (),
        )
    po_file(language).parent.mkdir(parents=True, exist_ok=True)
    with po_file(language).open("wb") as file:
        write_po(file, new, width=118, include_lineno=False, omit_header=False)
    po_file(language).with_suffix(".mo").write_bytes(compiled(new))
    return new


def main() -> int:
    code = 0
    for language in sys.argv[1:] or languages():
        update(language)
        absent = missing(language)
        print(f"{language}: {len(messages()) - len(absent)} translated, {len(absent)} missing")
        for text in absent:
            print(f"  {text!r}")
        code = code or int(bool(absent))
    return code


if __name__ == "__main__":
    sys.exit(main())
