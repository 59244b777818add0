"""What a person types, as one cmdlet that only reads; anything else is refused with a sentence.

No script is ever sent: the text is taken apart here into a name, parameters with plain values, and property names for
``Select-Object``. Of PowerShell's language only that is understood (about_Parsing, about_Quoting_Rules); what would
make it more than one command with literals is named, so that nobody has to guess why it is not taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pushtui.base.commands import Cmdlet, Scalar, Value, literal
from pushtui.base.errors import UsageError
from pushtui.base.text import clean, clean_line
from pushtui.base.values import frozen
from pushtui.base.words import N_, _

SELECT = "Select-Object"

_SINGLE = "'\u2018\u2019\u201a\u201b"
_DOUBLE = '"\u201c\u201d\u201e'
_DASHES = "-\u2013\u2014\u2015"
"""PowerShell takes the typographic quotes and dashes for the straight ones."""
_BLANK = " \t\u00a0"
_FORBIDDEN = {
    ";": N_("only one command at a time"),
    "&": N_("nothing can be called or run in the background"),
    "(": N_("expressions in parentheses cannot be sent"),
    ")": N_("expressions in parentheses cannot be sent"),
    "{": N_("script blocks cannot be sent"),
    "}": N_("script blocks cannot be sent"),
    "@": N_("arrays are written with commas alone, and hash tables cannot be sent"),
    "`": N_("the backtick has no meaning here"),
    "<": N_("nothing can be redirected"),
    ">": N_("nothing can be redirected"),
    "#": N_("comments have no meaning here"),
}
"""What a word of plain text cannot have → why not."""
_NAME = re.compile(r"[A-Za-z]+-[A-Za-z][A-Za-z0-9]*")
_PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_PROPERTY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,8})")
_VERBS = frozenset({"get", "test"})
_CONSTANTS = {"$true": True, "$false": False, "$null": None}
_IDENTITY = "identity"
_WRITING = ("resettestaccountcredentials", "loglocation")
"""Parameters of reading cmdlets that write all the same: a new password for a test account, files on the server."""


@frozen
class _Token:
    """`word`, `string`, `parameter` (with a colon in `glued` where its value follows it), `comma` or `pipe`."""

    kind: str
    text: str
    glued: bool = False


def parse(text: str) -> Cmdlet:
    """The cmdlet that was typed. Raises `UsageError` (``console.*``), whose text says what is not taken, and why."""
    tokens = list(_tokens(text.strip()))
    if not tokens:
        raise _refused("empty", _("Nothing was typed"), _("Try Get-ExchangeServer"))
    command, *pipes = _split(tokens)
    name = _name(command[0])
    parameters = tuple(_parameters(name, command[1:]))
    if len(pipes) > 1:
        raise _refused("pipe", _("Only one pipe is possible, to Select-Object"))
    return Cmdlet(name, parameters, _selected(pipes[0]) if pipes else ())


def _refused(code: str, what: str, remedy: str = "") -> UsageError:
    return UsageError(f"console.{code}", what, remedy=remedy)


# --- from characters to tokens ---------------------------------------------------------------------------------------


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        character = text[at]
        if character in _BLANK:
            at += 1
        elif character in ",|":
            yield _Token("comma" if character == "," else "pipe", character)
            at += 1
        elif character in _SINGLE + _DOUBLE:
            value, at = _string(text, at)
            yield _Token("string", value)
        else:
            word, at = _word(text, at)
            yield from _read(word)


def _string(text: str, start: int) -> tuple[str, int]:
    """A quoted string, and where it ends. Nothing in it is expanded, so what would be is refused."""
    quotes = _SINGLE if text[start] in _SINGLE else _DOUBLE
    value, at = "", start + 1
    while at < len(text):
        character = text[at]
        if character in quotes:
            if at + 1 == len(text) or text[at + 1] not in quotes:
                return _seen(value), _apart(text, at + 1)
            at += 1  # of two, the second is meant
        elif quotes is _DOUBLE and character in "$`":
            words = _("In double quotes “{sign}” would be expanded: use single quotes").format(sign=character)
            raise _refused("expansion", words)
        value += text[at]
        at += 1
    raise _refused("quote", _("A quotation mark has no partner"))


def _apart(text: str, at: int) -> int:
    """The place, where a value may end before it."""
    if at < len(text) and text[at] not in _BLANK + ",|":
        raise _refused("glued", _("Something stands right after a quoted value: put the whole value in quotes"))
    return at


def _word(text: str, start: int) -> tuple[str, int]:
    """A word without quotes, and where it ends; after the colon of a parameter anything may follow."""
    at = start
    while at < len(text) and text[at] not in _BLANK + ",|" + _SINGLE + _DOUBLE:
        at += 1
        if text[at - 1] == ":" and _is_parameter(text[start : at - 1]):
            return text[start:at], at
    if at < len(text) and text[at] in _SINGLE + _DOUBLE:
        raise _refused("glued", _("A quotation mark stands in the middle of a value: put the whole value in quotes"))
    return text[start:at], at


def _is_parameter(word: str) -> bool:
    return len(word) > 1 and word[0] in _DASHES and word[1].isalpha()


def _read(word: str) -> Iterator[_Token]:
    if _is_parameter(word):
        name = word[1:].removesuffix(":")
        if not _PARAMETER.fullmatch(name):
            _plain(name)
            raise _refused("parameter", _("“{word}” is no parameter").format(word=clean_line(word)))
        yield _Token("parameter", name, word.endswith(":"))
    else:
        _plain(word)
        yield _Token("word", word)


def _plain(word: str) -> None:
    """Refuse what means something to PowerShell beyond a plain value."""
    if word.lower() in _CONSTANTS:
        return
    if "$" in word:
        raise _refused("variable", _("Variables cannot be sent, only $true, $false and $null"))
    for sign in word:
        if sign in _FORBIDDEN:
            words = _("“{sign}”: {reason}").format(sign=sign, reason=_(_FORBIDDEN[sign]))
            raise _refused("language", words, _("A value with such a character goes in single quotes"))
    _seen(word)


def _seen(value: str) -> str:
    """The value, where a reader of the log would see all of it."""
    if clean(value) != value or "\n" in value:
        raise _refused("control", _("There is a character that cannot be seen"))
    return value


# --- from tokens to the cmdlet ---------------------------------------------------------------------------------------


def _split(tokens: Sequence[_Token]) -> list[list[_Token]]:
    """The parts between pipes; none of them is empty."""
    parts: list[list[_Token]] = [[]]
    for token in tokens:
        if token.kind == "pipe":
            parts.append([])
        else:
            parts[-1].append(token)
    if not all(parts):
        raise _refused("pipe", _("A pipe needs a command on both of its sides"))
    return parts


def _name(token: _Token) -> str:
    name = token.text
    if token.kind != "word" or not _NAME.fullmatch(name):
        raise _refused(
            "name",
            _("“{name}” is no cmdlet: its name is a verb, a dash and a noun").format(name=clean_line(name)),
            _("Try Get-ExchangeServer"),
        )
    if name.partition("-")[0].lower() not in _VERBS:
        raise _refused(
            "writes",
            _("{name} is not sent: this console only reads, with Get- and Test-").format(name=name),
            _("Changes are made by the steps, where a plan shows them first"),
        )
    return name


def _parameters(cmdlet: str, tokens: Sequence[_Token]) -> Iterator[tuple[str, Value]]:
    at, seen = 0, set[str]()
    while at < len(tokens):
        token = tokens[at]
        if token.kind != "parameter":
            raise _refused(
                "positional",
                _("“{value}” has no parameter before it").format(value=clean_line(token.text)),
                _("Name it: {cmdlet} -Identity {value}").format(cmdlet=cmdlet, value=literal(clean_line(token.text))),
            )
        if token.text.lower() in seen:
            raise _refused("twice", _("-{name} is given twice").format(name=token.text))
        seen.add(token.text.lower())
        value, at = _value(tokens, at + 1, token)
        _harmless(token.text, value)
        yield token.text, value


def _value(tokens: Sequence[_Token], at: int, parameter: _Token) -> tuple[Value, int]:
    """The value of a parameter, and the place of what follows it; without one it is a switch."""
    if at == len(tokens) or tokens[at].kind == "parameter":
        if parameter.glued:
            raise _refused("no-value", _("-{name}: has no value").format(name=parameter.text))
        return True, at
    values: list[Scalar] = []
    while True:
        if at == len(tokens) or tokens[at].kind not in {"word", "string"}:
            raise _refused("comma", _("A comma in the value of -{name} lacks a side").format(name=parameter.text))
        values.append(_scalar(tokens[at]))
        at += 1
        if at == len(tokens) or tokens[at].kind != "comma":
            return (values[0] if len(values) == 1 else tuple(values)), at
        at += 1


def _scalar(token: _Token) -> Scalar:
    if token.kind == "string":
        return token.text
    if token.text.lower() in _CONSTANTS:
        return _CONSTANTS[token.text.lower()]
    return int(token.text) if _INTEGER.fullmatch(token.text) else token.text


def _harmless(name: str, value: Value) -> None:
    """Refuse what would answer everything, and what writes. PowerShell takes the beginning of a name for all of it."""
    low = name.lower()
    if _IDENTITY.startswith(low) and any(item is None or str(item).strip() == "" for item in _each(value)):
        raise _refused(
            "empty-identity",
            _("-{name} is empty, and Exchange would answer every object there is").format(name=name),
            _("Leave the parameter out, if that is what you want"),
        )
    if any(writing.startswith(low) for writing in _WRITING if len(low) > 1):
        raise _refused("writes", _("-{name} is not sent: it writes, and this console only reads").format(name=name))


def _each(value: Value) -> tuple[Scalar, ...]:
    return value if isinstance(value, tuple) else (value,)


def _selected(tokens: Sequence[_Token]) -> tuple[str, ...]:
    """The property names after ``Select-Object``; ``select`` is taken for it."""
    command, *rest = tokens
    if command.kind != "word" or command.text.lower() not in {SELECT.lower(), "select"}:
        raise _refused(
            "pipe", _("After a pipe only Select-Object is possible, not “{name}”").format(name=clean_line(command.text))
        )
    if rest and rest[0].kind == "parameter" and "property".startswith(rest[0].text.lower()):
        rest = rest[1:]
    names: list[str] = []
    for place, token in enumerate(rest):
        comma = place % 2 == 1
        if (token.kind == "comma") != comma or (not comma and not _PROPERTY.fullmatch(token.text)):
            raise _refused(
                "property",
                _("“{text}” is no property name").format(text=clean_line(token.text)),
                _("Select-Object takes plain names, separated by commas"),
            )
        if not comma:
            names.append(token.text)
    if len(rest) % 2 == 0:
        raise _refused("property", _("Select-Object needs property names, separated by commas"))
    return tuple(names)
