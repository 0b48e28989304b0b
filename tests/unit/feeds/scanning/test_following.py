"""What is written to a file comes out of the pipe, in order and once, whoever is the faster."""

from pathlib import Path

import pytest

from feedscript.feeds.scanning.following import Following

_BLOCK = bytes(range(256)) * 4096


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
        following.close()
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
    following.close()
