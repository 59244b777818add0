"""PowerShell as a real grammar reads it (tree-sitter-powershell), for scripts and for single values.

The grammar knows the straight quotes alone. PowerShell takes the typographic ones for the same characters
(about_Quoting_Rules), so a text is read twice: as it is, and with those made straight.
"""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_powershell.language()))
_STRAIGHT = str.maketrans(dict.fromkeys("‘’‚‛", "'")) | str.maketrans(dict.fromkeys("“”„", '"'))


def readings(text: str) -> Iterator[Node]:
    """The root of each way to read it."""
    for version in dict.fromkeys((text, text.translate(_STRAIGHT))):
        yield _PARSER.parse(version.removeprefix("\ufeff").encode()).root_node


def problems(text: str) -> list[str]:
    """What is no PowerShell in it."""
    return [
        f"{node.type} at {node.start_point}: {node.text!r}"
        for root in readings(text)
        for node in nodes(root)
        if node.type == "ERROR" or node.is_missing
    ]


def nodes(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in node.children:
        yield from nodes(child)


def commands(text: str) -> list[str]:
    """The names of all commands in it, as each reading has them."""
    return [
        (node.text or b"").decode() for root in readings(text) for node in nodes(root) if node.type == "command_name"
    ]
