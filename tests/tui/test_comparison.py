"""Before and after: nothing of a value is lost at any width, and what changes can be told without a colour."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pushtui.tui.comparison import WIDE, Comparison, Row, rows
from pushtui.tui.widgets.inked import width_of

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf", "Mn", "Me", "Z"]), max_size=70)
scalars = words | st.booleans() | st.none() | st.integers()
values = (
    st.none() | words | st.dictionaries(st.sampled_from(["keys", "enabled", "organization"]), scalars | st.lists(words))
)


def laid(before: Any, after: Any, width: int) -> list[str]:
    return ["".join(text for text, _ink in line) for line in Comparison(rows(before, after), "|").lines(width)]


@given(before=values, after=values, width=st.integers(30, 220))
def test_every_line_fits_and_nothing_is_lost(before: Any, after: Any, width: int) -> None:
    lines = laid(before, after, width)
    assert all(width_of(line.rstrip()) <= width for line in lines)
    said = sorted("".join(lines).replace(" ", ""))
    for row in rows(before, after):
        for value in {row.before, row.after} - {None}:
            assert not _missing(str(value).replace(" ", ""), said)


def _missing(value: str, said: list[str]) -> bool:
    """Wrapping moves characters to other lines, and takes none away."""
    left = list(said)
    return any(character not in left or left.remove(character) is not None for character in value)


@given(before=values, after=values)
def test_marks_stand_beside_what_changes_and_only_there(before: Any, after: Any) -> None:
    for row in rows(before, after):
        lines = ["".join(text for text, _ink in line) for line in Comparison((row,), "|").lines(WIDE + 20)]
        lines = lines[1:] if "before" in lines[0] and "after" in lines[0] else lines
        marked = any(
            part.strip()[:2] in {"- ", "+ ", "-", "+"} for part in lines[0].replace(row.name, "", 1).split("|")
        )
        assert row.changed <= marked


def test_of_a_list_what_stays_stands_side_by_side() -> None:
    assert rows({"keys": ["a", "b"]}, {"keys": ["a", "c"]}) == (
        Row("keys", "a", "a"), Row("", "b", None), Row("", None, "c"),
    )  # fmt: skip


def test_a_thumbprint_fits_in_half_a_hundred_columns() -> None:
    thumbprint = "AB" * 20
    lines = laid({"keys": []}, {"keys": [thumbprint]}, 98)
    assert any(line.rstrip().endswith(f"+ {thumbprint}") for line in lines)


def test_what_was_not_there_before_has_no_empty_side_beside_it() -> None:
    def drawn(before: Any, after: Any) -> list[str]:
        whole = Comparison(rows(before, after, "(none)"), "|").lines(WIDE)
        return ["".join(text for text, _ink in line).strip() for line in whole]

    assert drawn(None, {"Name": "x", "Realm": "y"}) == ["before - (none)", "Name   + x", "Realm  + y"]
    assert "|" in drawn({"Name": "x"}, {"Name": "y"})[0]
