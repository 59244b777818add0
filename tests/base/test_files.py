"""Files are written whole or not at all, and a secret is only read from where nobody else can."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.errors import FileProblem
from pushtui.base.files import (
    config_folder,
    open_private,
    private_folder,
    read_secret_file,
    state_folder,
    write_atomically,
)


def test_a_written_file_is_private_and_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("step", ["fsync", "replace", "fchmod"])
def test_a_write_that_fails_leaves_the_old_content_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(FileProblem, match="No space left on device"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        write_atomically(tmp_path / "absent" / "a", b"")
    assert caught.value.where == str(tmp_path / "absent" / "a")
    assert caught.value.cause == "No such file or directory"


def test_a_private_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "a" / "b")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert private_folder(folder) == folder
    (tmp_path / "file").write_text("")
    for bad in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(FileProblem):
            private_folder(bad)


def test_a_file_to_append_to_is_private_and_never_a_link(tmp_path: Path) -> None:
    handle = open_private(tmp_path / "log")
    os.write(handle, b"x")
    os.close(handle)
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600
    (tmp_path / "link").symlink_to(tmp_path / "log")
    with pytest.raises(FileProblem):
        open_private(tmp_path / "link")


def test_the_folders_follow_xdg_and_ignore_relative_ones(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert state_folder() == tmp_path / "pushtui"
    assert config_folder() == Path.home() / ".config" / "pushtui"


def secret_file(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("content", [b"secret", b"secret\n", b"secret\r\n", b"\xef\xbb\xbfsecret\n"])
def test_a_secret_is_the_one_line_of_its_file(tmp_path: Path, content: bytes) -> None:
    assert read_secret_file(secret_file(tmp_path / "s", content)).reveal() == "secret"


def test_spaces_belong_to_the_secret(tmp_path: Path) -> None:
    assert read_secret_file(secret_file(tmp_path / "s", b" a b \n")).reveal() == " a b "


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "file.no-secret"), (b"\n\n", "file.no-secret"), (b"a\nb\n", "file.no-secret"), (b"\xff", "file.not-text")],
)
def test_a_file_without_a_secret_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(FileProblem) as caught:
        read_secret_file(secret_file(tmp_path / "s", content))
    assert caught.value.code == code


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601])
def test_a_secret_that_others_can_reach_is_refused_with_the_cure(tmp_path: Path, mode: int) -> None:
    path = secret_file(tmp_path / "s", b"secret", mode)
    with pytest.raises(FileProblem) as caught:
        read_secret_file(path)
    assert f"chmod 600 {path}" in caught.value.remedy
    assert "secret\n" not in str(caught.value)


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("absent", ".", "pipe"):
        with pytest.raises(FileProblem):
            read_secret_file(tmp_path / name)


@given(content=st.binary(max_size=300))
def test_whatever_is_in_a_secret_file_its_error_never_shows_it(tmp_path: Path, content: bytes) -> None:
    path = secret_file(tmp_path / "s", content)
    try:
        assert "\n" not in read_secret_file(path).reveal()
    except FileProblem as error:
        shown = str(error).replace(str(path), "")
        words = [word for word in content.decode("utf-8", "ignore").split() if len(word) > 12]
        assert not any(word in shown for word in words)  # the error is what this is about
