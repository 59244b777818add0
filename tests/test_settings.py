"""The settings: where each comes from, and one clear sentence for each mistake."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from textual.theme import BUILTIN_THEMES

from pushtui import cli
from pushtui.base import words
from pushtui.base.errors import UsageError
from pushtui.profile import load, load_or_new, locate
from pushtui.settings.documentation import documented, example, toml
from pushtui.settings.language import settings_file, speak
from pushtui.settings.model import OWN_THEMES, TEXTUAL_THEMES, Settings
from pushtui.settings.reading import NAMES, Gathered, gather, line_of, variable
from pushtui.tui import keymap, theme
from pushtui.tui.actions import actions, key_of, table


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file of a person who has no other settings."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in NAMES:
        monkeypatch.delenv(variable(name), raising=False)
    path = tmp_path / "pushtui" / "settings.toml"
    path.parent.mkdir()
    assert settings_file() == str(path)
    return path


def read(path: Path, text: str, environment: Mapping[str, str] | None = None, **flags: Any) -> Gathered:
    path.write_text(text)
    return gather(environment or {}, flags)


def test_without_anything_everything_is_a_default(file: Path) -> None:
    gathered = gather({}, {})
    assert gathered.or_refuse() == Settings()
    assert {gathered.origin(name).kind for name in NAMES} == {"default"}


def test_a_flag_counts_before_the_environment_and_that_before_the_file(file: Path) -> None:
    text = 'theme = "nord"\nlog_lines = 5000\nplain = true\n'
    gathered = read(file, text, {"PUSHTUI_LOG_LINES": "6000", "PUSHTUI_PLAIN": "off"}, plain=True)
    settings = gathered.or_refuse()
    assert (settings.theme, settings.log_lines, settings.plain) == ("nord", 6000, True)
    assert gathered.origin("theme").where == f"{file}, line 1"
    assert gathered.origin("log_lines").where == "PUSHTUI_LOG_LINES"
    assert gathered.origin("plain").where == "--plain"
    assert gathered.origin("mouse").kind == "default"


def test_keys_are_read_quoted_and_dotted(file: Path) -> None:
    gathered = read(file, '[keys]\nmain.plan = "f7"\n"main.renew" = ""\nlog.find-next = "n,f3"\n')
    assert gathered.or_refuse().keys == {"main.plan": "f7", "main.renew": "", "log.find-next": "n,f3"}
    assert gathered.origin("keys.main.renew").where == f"{file}, line 3"


@pytest.mark.parametrize(
    ("text", "code", "line", "says"),
    [
        ('\ntheem = "nord"', "settings.unknown-key", 2, "“theem”. Did you mean “theme”?"),
        ('theme = "nrod"', "settings.wrong-value", 1, "“theme” is 'nrod', expected one of auto, pushtui-dark"),
        ('# one\n\nlanguage = "xx"', "settings.wrong-value", 3, "“language” is 'xx', expected one of auto, en"),
        ("log_lines = 12", "settings.wrong-value", 1, "“log_lines” is 12, expected 1000 to 2000000"),
        ("console_history = 5000", "settings.wrong-value", 1, "“console_history” is 5000, expected 0 to 1000"),
        ("wait_seconds = -1", "settings.wrong-value", 1, "“wait_seconds” is -1.0, expected 0 to 3600"),
        ('mouse = "yes"', "settings.wrong-value", 1, "“mouse” is 'yes', expected bool"),
        ('symbols = "emoji"', "settings.wrong-value", 1, "expected one of auto, unicode, ascii"),
        ('keys = "p"', "settings.wrong-value", 1, "“keys” is 'p'"),
        ("plain = true\n[keys]\nmain.plan = 5", "settings.wrong-value", 3, "“main.plan” is 5"),
        ("[log]\nlines = 5", "settings.unknown-key", 1, "“log”"),
        ("theme = nord", "settings.not-toml", 1, "is not TOML"),
        ("theme = '''\na\nb'''\nmouse = 3", "settings.wrong-value", 3, "“theme”"),
    ],
)
def test_a_mistake_is_one_sentence_with_the_file_the_line_and_the_key(
    file: Path, text: str, code: str, line: int, says: str
) -> None:
    problem = read(file, text).problems[0]
    assert problem.code == code
    assert str(file) in str(problem)
    assert f"line {line}" in str(problem)
    assert says in str(problem)
    with pytest.raises(UsageError):
        read(file, text).or_refuse()


def test_every_mistake_is_told_and_what_is_right_holds(file: Path) -> None:
    gathered = read(file, 'theem = 1\nplain = true\nlog_lines = "many"\n', {"PUSHTUI_MOUSE": "perhaps"})
    assert [problem.code for problem in gathered.problems] == [
        "settings.unknown-key",
        "settings.wrong-value",
        "settings.wrong-value",
    ]
    assert "PUSHTUI_MOUSE: “mouse” is 'perhaps'" in str(gathered.problems[2])
    assert gathered.settings.plain


def test_a_file_that_is_no_text_is_told(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    assert gather({}, {}).problems[0].code == "settings.not-toml"
    file.unlink()
    file.mkdir()
    assert gather({}, {}).problems[0].code == "settings.unreadable"


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [("a = 1\nb = 2\n", ("b",), 2), ("[t]\na = 1\n[u]\na = 2\n", ("u", "a"), 4), ("a = [\n1,\n]\n", ("a",), 3)],
)
def test_the_line_of_a_key(text: str, path: tuple[str, ...], line: int) -> None:
    assert line_of(text, path) == line


def test_the_example_says_everything_and_changes_nothing(file: Path) -> None:
    text = example()
    assert read(file, text).or_refuse() == Settings()
    for name in NAMES:
        assert documented()[name].split()[0] in text
    bare = "\n".join(
        line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in text.splitlines()
    )
    settings = read(file, bare).or_refuse()
    assert settings.keys == {"main.plan": "p,f7"}
    assert set(tomllib.loads(bare)) == set(NAMES)
    assert max(map(len, text.splitlines())) <= 100


def test_values_are_written_as_toml() -> None:
    for value in ('a"b\\c', True, False, 12, 1.5):
        assert tomllib.loads(f"x = {toml(value)}")["x"] == value


def test_all_themes_are_known() -> None:
    assert tuple(each.name for each in theme.THEMES) == OWN_THEMES
    assert set(TEXTUAL_THEMES) == set(BUILTIN_THEMES)


# --- the language ----------------------------------------------------------------------------------------------------


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What was asked for, without its becoming so."""
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(words, "choose", lambda *names: asked.append(names) or "en")
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "fr_CH.UTF-8")
    return asked


def test_the_language_is_the_flags_the_environments_the_files_or_the_locales(
    file: Path, spoken: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    speak([])
    file.write_text('language = "it"\n')
    speak(["check", "--json"])
    monkeypatch.setenv("PUSHTUI_LANGUAGE", "de")
    speak([])
    speak(["check", "--language", "sv"])
    speak(["--language=pt_BR", "check"])
    speak(["check", "--language"])
    monkeypatch.setenv("PUSHTUI_LANGUAGE", "auto")
    speak([])
    assert spoken == [("fr_CH",), ("it",), ("de",), ("sv",), ("pt_BR",), ("de",), ("fr_CH",)]


@pytest.mark.parametrize("text", ["language = 3", "language = ", 'theme = "nord"'])
def test_a_file_without_a_language_leaves_it_to_the_locale(
    file: Path, spoken: list[tuple[str, ...]], text: str
) -> None:
    file.write_text(text)
    speak([])
    assert spoken == [("fr_CH",)]


# --- the wait --------------------------------------------------------------------------------------------------------


def test_the_wait_is_the_profiles_or_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "fabrikam.toml"
    path.write_text("[verification]\nwait_seconds = 30\n")
    assert load(path, 200.0).verification.wait_seconds == 30
    path.write_text('[verification]\nserver = "ex01"\n')
    assert load(path, 200.0).verification.wait_seconds == 200
    assert load(path).verification.wait_seconds == 120
    assert load_or_new(tmp_path / "new.toml", 200.0).verification.wait_seconds == 200


def test_no_profile_is_called_settings() -> None:
    with pytest.raises(UsageError, match="“settings” is not a profile's name"):
        locate("settings")


# --- the keys --------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_keys_again() -> Any:
    yield
    keymap.use({})


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("p", "p"), ("P", "P"), ("?", "question_mark"), ("/", "slash"), ("F7", "f7"), ("Ctrl+R", "ctrl+r"),
        ("ctrl+shift+up", "ctrl+shift+up"), ("Esc", "escape"), ("Return", "enter"), ("PgUp", "pageup"),
        ("Space", "space"), ("question_mark", "question_mark"), ("+", "plus"), ("é", "é"),
        ("nokey", ""), ("hyper+x", ""), ("ctrl+", ""), ("", ""), ("f99", ""),
    ],
)  # fmt: skip
def test_keys_may_be_written_as_people_do(written: str, name: str) -> None:
    assert keymap.key_name(written) == name


def test_actions_have_ids_of_their_own() -> None:
    ids = [action.id for action in table()]
    assert len(ids) == len(set(ids))


def test_the_table_shows_the_persons_keys(own_keys_again: None) -> None:
    assert keymap.use({"main.plan": "F7, Ctrl+T", "main.renew": ""}) == {
        "main.plan": "f7,ctrl+t",
        "main.renew": keymap.NO_KEY,
    }
    shown = {action.id: action.display for action in actions()}
    assert shown["main.plan"] == "F7 Ctrl+T"
    assert shown["main.renew"] == ""
    assert (key_of("plan"), key_of("renew"), key_of("help")) == ("F7", "Ctrl+P", "?")


def test_the_tables_own_keys_are_no_conflict(file: Path) -> None:
    same = "".join(f'"{action.id}" = "{action.keys}"\n' for action in table())
    assert list(keymap.problems(read(file, f"[keys]\n{same}"))) == []


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ('main.paln = "f7"', "names an unknown action “main.paln”. Did you mean “main.plan”?"),
        ('main.plan = "f7,nokey"', "“nokey” is not the name of a key"),
        ('main.plan = "R"', "main.plan and main.check-all would have the same key R"),
        ('main.plan = "f"', "main.plan and log.follow would have the same key f"),
        ('main.plan = "ctrl+q"', "main.plan and any.quit would have the same key ctrl+q"),
        ('main.plan = "f7"\nmain.renew = "f7"', "main.plan and main.renew would have the same key f7"),
        ('any.quit = ""', "any.quit cannot be without a key"),
    ],
)
def test_keys_that_get_in_each_others_way_are_told(file: Path, keys: str, says: str) -> None:
    problems = [str(problem) for problem in keymap.problems(read(file, f"[keys]\n{keys}\n"))]
    assert any(says in problem and str(file) in problem for problem in problems), problems


def test_keys_can_change_places(file: Path) -> None:
    assert list(keymap.problems(read(file, '[keys]\nmain.plan = "R"\nmain.check-all = "p"\n'))) == []


# --- pushtui config --------------------------------------------------------------------------------------------------


def test_config_shows_where_everything_comes_from(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text('theme = "nord"\n[keys]\nmain.plan = "f7"\n')
    assert cli.main(["config", "--mouse"]) == 0
    shown = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line}
    assert shown["theme"].split()[1:] == ['"nord"', f"{file},", "line", "1"]
    assert shown["mouse"].split()[1:] == ["true", "--mouse"]
    assert shown["plain"].split()[1:] == ["false", "default"]
    assert shown["keys.main.plan"].split()[1:] == ['"f7"', f"{file},", "line", "3"]


def test_config_says_what_makes_a_settings_file_where_there_is_not_even_a_folder(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.parent.rmdir()
    assert cli.main(["config"]) == 0
    command = capsys.readouterr().out.splitlines()[-1].replace("pushtui config example", "echo")
    assert subprocess.run(["sh", "-c", command], check=False).returncode == 0
    assert file.exists()


def test_config_as_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("log_lines = 1\n")
    assert cli.main(["config", "--json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["command"], document["file"]) == (1, "config", str(file))
    assert {entry["key"] for entry in document["settings"]} == set(NAMES) - {"keys"}
    assert document["problems"][0]["code"] == "settings.wrong-value"


def test_config_check_lists_what_is_wrong(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["config", "check"]) == 0
    file.write_text('theem = 1\n[keys]\nmain.plan = "nokey"\n')
    assert cli.main(["config", "check"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert all(line.startswith("pushtui: ") for line in told)


def test_config_keys_and_path(file: Path, capsys: pytest.CaptureFixture[str], own_keys_again: None) -> None:
    file.write_text('[keys]\nmain.plan = "f7"\n')
    assert cli.main(["config", "path"]) == 0
    assert cli.main(["config", "keys"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == str(file)
    assert any(line.split()[:2] == ["main.plan", "F7"] for line in out)


def test_a_mistake_in_the_settings_stops_a_check(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("mouse = 1\n")
    assert cli.main(["check"]) == 2
    assert f"{file}, line 1: “mouse” is 1, expected bool" in capsys.readouterr().err


def test_help_and_version_work_whatever_the_settings_are(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_bytes(b"\xff")
    with pytest.raises(SystemExit) as caught:
        cli.main(["--help"])
    assert caught.value.code == 0
    assert os.environ["LANGUAGE"] == "en"
