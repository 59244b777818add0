"""Long rows on several lines: nothing lost, nothing too wide, and every line knows its row."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pushtui.tui.widgets.inked import width_of
from pushtui.tui.wrapping import Heights, height_of, parts

TEXTS = st.text(st.sampled_from("ab 漢字é\u0301\U0001f600"), max_size=60)


@given(TEXTS, st.integers(8, 30))
def test_the_parts_are_the_text_and_none_is_too_wide(text: str, width: int) -> None:
    cut = parts(text, width)
    assert "".join(cut) == text
    assert all(width_of(part) <= width for part in cut)
    assert len(cut) == height_of(text, width)


@given(st.lists(st.tuples(TEXTS, st.booleans()), max_size=40), st.integers(8, 20))
def test_lines_and_rows_agree_while_rows_come_and_go(steps: list[tuple[str, bool]], width: int) -> None:
    rows: list[str] = []
    heights = Heights(width)
    for text, drop in steps:
        if drop and rows:
            assert heights.drop(1) == height_of(rows.pop(0), width)
        rows.append(text)
        heights.extend([text])
    lines = [(place, part) for place, text in enumerate(rows) for part in range(height_of(text, width))]
    assert heights.total == len(lines)
    assert [heights.at(line) for line in range(len(lines))] == lines
    assert [heights.top(place) for place in range(len(rows))] == [lines.index((place, 0)) for place in range(len(rows))]
