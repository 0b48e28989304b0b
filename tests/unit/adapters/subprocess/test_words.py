"""What a script leaves word of is read as if it meant harm."""

import os
from pathlib import Path

import pytest

from feedscript.adapters.subprocess.words import read_words


def test_an_object_is_read_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    assert read_words(path, most=100) is None
    path.write_text('{"n": 1}')
    assert read_words(path, most=8) == {"n": 1}
    assert read_words(path, most=7) is None
    for text in ("[1]", "{", "", "[" * 100_000):
        path.write_text(text)
        assert read_words(path, most=1_000_000) is None


def test_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"token": "x"}')
    (tmp_path / "result.json").symlink_to(tmp_path / "secret.json")
    assert read_words(tmp_path / "result.json", most=100) is None


def test_neither_a_pipe_nor_a_folder_holds_anybody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read_words(tmp_path / "pipe", most=100) is None
    assert read_words(tmp_path, most=100) is None


@pytest.mark.parametrize("away", [0, 1])
def test_of_another_users_files_none_is_read(tmp_path: Path, away: int) -> None:
    path = tmp_path / "result.json"
    path.write_text("{}")
    read = read_words(path, most=100, owner=os.geteuid() + away)
    assert read == (None if away else {})
