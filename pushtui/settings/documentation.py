"""What each setting means, from where it is defined: the texts below the fields of the model."""

from __future__ import annotations

import ast
import inspect
import textwrap

from pushtui.base.words import _
from pushtui.settings import model
from pushtui.settings.model import Settings
from pushtui.settings.reading import NAMES, variable


def documented() -> dict[str, str]:
    """Setting → what it means, in English on one line."""
    tree = ast.parse(inspect.getsource(model))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    texts = {}
    for place, node in enumerate(body[:-1]):
        below = body[place + 1]
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            assert isinstance(below, ast.Expr), node.target.id
            assert isinstance(below.value, ast.Constant), node.target.id
            texts[node.target.id] = " ".join(str(below.value.value).split())
    return texts


def meaning(name: str) -> str:
    """What a setting means."""
    text = documented()[name]
    return _(text)


def example() -> str:
    """A settings file that says everything and changes nothing."""
    parts = [_commented(_("The settings of pushtui. Every value below is the default: take away the # to change one."))]
    defaults = Settings()
    for name in NAMES:
        if name == "keys":
            continue
        note = _("(also in the environment: {variable})").format(variable=variable(name))
        parts.append(f"{_commented(meaning(name))}\n{_commented(note)}\n#{name} = {toml(getattr(defaults, name))}")
    parts.append(f'{_commented(meaning("keys"))}\n[keys]\n#main.plan = "p,f7"')
    return "\n\n".join(parts) + "\n"


def _commented(text: str) -> str:
    return textwrap.fill(text, 100, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


def toml(value: object) -> str:
    """A value as TOML writes it."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case _:
            return str(value)
