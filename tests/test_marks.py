"""Words are marked so that a catalogue can hold them, and translated when they are said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import catalogue

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "pushtui").rglob("*.py"))

LOOKED_UP = re.compile(
    r"^(_?[A-Z][A-Z_]*|texts_\w+\.[A-Z]+)\b"  # a table or a constant at the top of a module, whose texts are marked
)
FILLED = {
    "pushtui/engine/expected.py": {"meaning"},
    "pushtui/exchange/kerberos_failures.py": {"cause", "remedy"},
    "pushtui/reporting/filling.py": {"template"},
    "pushtui/reporting/sentences.py": {"kept"},
    "pushtui/settings/documentation.py": {"text"},
}
"""Names that hold a marked text where `_` takes them: a table was looked into a few lines before."""

SENTENCE = re.compile(r"[a-z]{2,} [a-z]{2,}")
NO_WORDS_FOR_PEOPLE = {
    "pushtui/procedure/codes.py",
    "pushtui/procedure/diagnosis_codes.py",
    "pushtui/procedure/undo_codes.py",
    "pushtui/procedure/upkeep_codes.py",
    "pushtui/engine/outcomes.py",
}
"""What codes mean is said to whoever reads the code; people read `pushtui/reporting/texts_*.py`."""

UNSAID = {
    "bold reverse",
    "a Secret cannot be pickled or copied to a file",
    "the plan holds back what is only known after apply",
    "patience ends before its tries do",
    "only who keeps calls begins one",
    "response_mode='form_post' is recommended",
    "no single query: ",
    "not an action",
    " is not known yet",
    "tenant id",
    # what servers and libraries say, looked for in their answers
    "invalid certificate",
    "end date is invalid",
    "update to existing credential",
    "Connection refused|Errno 111|NewConnectionError",
    "NameResolutionError|Name or service not known|getaddrinfo|Temporary failure in name|Errno -[2-5]",
    "No route to host|Network is unreachable|Errno 11[03]",
    "Read timed out",
    "record layer failure",
    "hostname mismatch",
    "address mismatch",
    "certificate has expired",
    "not yet valid",
    "auth protocol",
    "concurrent shells",
    "load quota",
    "did not response with one of",
    # words of the program's own language: states, commands, names for threads
    "never left",
    "shell gone",
    "keys list",
    "keys remove",
    "runs show",
    "connect to ",
    # data that a machine reads, or that goes out as it is
    ", correlation id ",
    "(known after apply)",
    "foreach ($key in $principal['keyCredentials']) {",
    "pushtui test message, ",
    "pushtui plan",
}
"""Strings of several words that no person is shown, or that are the same in every language."""


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _calls(node: ast.AST, *, inside: bool = False) -> Iterator[tuple[ast.Call, bool]]:
    """Calls of `_` below a node, each with whether it happens in a function, and so not while it is imported."""
    for child in ast.iter_child_nodes(node):
        within = inside
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for early in [*child.args.defaults, *filter(None, child.args.kw_defaults)]:
                yield from _calls(ast.Expr(early), inside=inside)
            within = True
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id == "_":
            yield child, within
        yield from _calls(child, inside=within)


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_nothing_is_translated_before_the_language_is_chosen(path: Path) -> None:
    early = [call.lineno for call, inside in _calls(ast.parse(path.read_text())) if not inside]
    assert not early, (
        f"{_name(path)}: _() at import, in lines {early}: mark with N_() there, and say _() where it is read"
    )


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_what_is_looked_up_was_marked(path: Path) -> None:
    allowed = FILLED.get(_name(path), set())
    for call, _inside in _calls(ast.parse(path.read_text())):
        argument = call.args[0]
        if not isinstance(argument, ast.Constant):
            words = ast.unparse(argument)
            assert LOOKED_UP.match(words) or words in allowed, f"{_name(path)}:{call.lineno}: _({words})"


def test_every_message_can_be_in_a_catalogue() -> None:
    found = catalogue.messages()
    assert len(found) > 1000
    assert "pushtui/reporting/sentences.py" in found["Service principal"]
    assert "pushtui/reporting/texts_exchange.py" in found["{subject} holds it"]
    assert any("pushtui/settings/model.py" in places for places in found.values())


@pytest.mark.parametrize("path", [path for path in MODULES if "/lab/" not in _name(path)], ids=_name)
def test_no_sentence_escaped(path: Path) -> None:
    """Every string that reads like a sentence is marked, or is known to be for nobody's eyes."""
    if _name(path) in NO_WORDS_FOR_PEOPLE:
        return
    tree = ast.parse(path.read_text())
    marked = {id(node) for table in _marked(tree, path) for node in ast.walk(table)}
    said = [
        f"line {node.lineno}: {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and SENTENCE.search(node.value)
        and id(node) not in marked
        and node.value not in UNSAID
        and not node.value.startswith(("<", "body {"))  # markup
    ]
    assert not said, f"{_name(path)}: not marked with _() or N_(): {said}"


def _marked(tree: ast.Module, path: Path) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="_" | "N_")):
                yield node
            case ast.Expr(value=ast.Constant()):
                yield node  # a docstring
            case ast.AnnAssign(target=ast.Name(id="TEXTS" | "ACTIONS" | "REASONS"), value=ast.AST() as table):
                if path.parent.name == "reporting":
                    yield table
