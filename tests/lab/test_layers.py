"""Scenarios laid over others, and the list of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pushtui.base.errors import UsageError
from pushtui.lab.layers import laid_over
from pushtui.lab.scenario import listing, load, names


def test_tables_are_merged_and_values_replaced() -> None:
    assert laid_over({"a": {"x": 1, "y": [1]}, "b": 2}, {"a": {"y": [2, 3]}, "c": 4}) == {
        "a": {"x": 1, "y": [2, 3]},
        "b": 2,
        "c": 4,
    }


def test_entries_with_a_name_change_the_one_of_that_name() -> None:
    base = {"servers": [{"name": "ex01", "site": "A"}, {"name": "ex02"}]}
    top = {"servers": [{"name": "ex01", "reachable": False}, {"name": "ex03"}, {"name": "ex02", "absent": True}]}
    assert laid_over(base, top) == {
        "servers": [{"name": "ex01", "site": "A", "reachable": False}, {"name": "ex03"}],
    }
    assert base["servers"][0] == {"name": "ex01", "site": "A"}


def test_entries_without_a_name_and_empty_lists_take_the_place() -> None:
    base = {"keys": [{"subject": "CN=a"}], "servers": [{"name": "ex01"}]}
    assert laid_over(base, {"keys": [{"subject": "CN=b"}]})["keys"] == [{"subject": "CN=b"}]
    assert laid_over(base, {"servers": []})["servers"] == []
    assert laid_over({}, {"servers": [{"name": "ex01"}]}) == {"servers": [{"name": "ex01"}]}


def test_a_file_of_ones_own_over_a_shipped_scenario(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "healthy"\n[[organization.servers]]\nname = "ex02"\nreachable = false\n')
    scenario = load(str(path))
    servers = {server["name"]: server for server in scenario.organization["servers"]}
    assert servers["ex02"] == {"name": "ex02", "version": "15.2.2562.17", "reachable": False}
    assert servers.keys() == {"ex01", "ex02", "ex03"}
    assert scenario.description == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('base = "helthy"', "Did you mean “healthy”"),
        ('base = "mine.toml"', "laid over itself"),
        ("base = 3", "“base” is 3"),
        ('base = "healthy"\n[[organization.serverz]]\nname = "x"', ""),
    ],
)
def test_a_wrong_base_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(text)
    if not sentence:
        assert "serverz" in load("mine.toml").organization, "the organization checks its own table"
        return
    with pytest.raises(UsageError) as raised:
        load("mine.toml")
    assert sentence in str(raised.value)


def test_a_name_without_its_folder_is_recognised() -> None:
    with pytest.raises(UsageError, match="Did you mean “certificate/on-its-way”"):
        load("on-its-way")


def test_the_list_shows_every_scenario_on_a_line_of_its_own() -> None:
    lines = listing().splitlines()
    assert [line.split()[0] for line in lines] == names()
    assert all(len(line.split(maxsplit=1)[1]) > 10 for line in lines)
    assert max(map(len, lines)) <= 160
    assert len({load(name).title for name in names()}) == len(names())


def test_there_are_at_least_forty_in_folders() -> None:
    assert len([name for name in names() if "/" in name]) >= 40
