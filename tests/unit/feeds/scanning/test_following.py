"""What is written to a file comes out of the pipe, in order and once, whoever is the faster."""

from pathlib import Path

import pytest

from feedscript.feeds.scanning.following import Following

#: More than a pipe holds.
_BLOCK = bytes(range(256)) * 16 * 1024


def test_all_that_is_written_comes_out_of_the_pipe(tmp_path: Path) -> None:
    path = tmp_path / "grows"
    with path.open("wb", buffering=0) as file:
        file.write(b"before")
        following = Following(path)
        with following.path.open("rb") as pipe:
            for _ in range(3):
                file.write(_BLOCK)
                following.grown()
                assert pipe.read(1000)
            following.end()
            rest = pipe.read()
        assert following.close()
    assert len(rest) + 3000 == path.stat().st_size
    assert path.read_bytes().endswith(rest)


@pytest.mark.parametrize("bytes_read", [0, 1000])
def test_a_reader_that_leaves_early_holds_nobody_up(tmp_path: Path, bytes_read: int) -> None:
    path = tmp_path / "grows"
    path.write_bytes(_BLOCK)
    following = Following(path)
    following.grown()
    with following.path.open("rb") as pipe:
        pipe.read(bytes_read)
    assert not following.close()


def test_a_file_that_cannot_be_passed_on_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    following = Following(tmp_path / "is not there")
    with following.path.open("rb") as pipe:
        assert not pipe.read()
    assert not following.close()
