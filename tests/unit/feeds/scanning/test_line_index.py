"""The index of lines finds each line where reading the file from its start does."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.scanning.line_index import start_index

#: A quarter of a MiB is a block; lines about as long lie across the bounds of blocks.
LENGTHS = st.sampled_from([0, 1, 2, 1_000, 262_142, 262_143, 262_144, 262_145, 600_000])


@settings(max_examples=40, deadline=None, derandomize=True)
@given(lengths=st.lists(LENGTHS, max_size=8), ended=st.booleans())
def test_every_line_is_found_by_its_number(lengths: list[int], *, ended: bool) -> None:
    lines = [f"{number}".encode() * length + b"\n" for number, length in enumerate(lengths)]
    content = b"".join(lines)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines"
        path.write_bytes(content if ended else content.removesuffix(b"\n"))
        expected = path.read_bytes().splitlines(keepends=True)
        index = start_index(path).result()
        assert index.lines == len(expected)
        assert list(index.take(range(1, len(expected) + 1))) == expected
        assert [line for number in range(len(expected)) for line in index.take([number + 1])] == expected
