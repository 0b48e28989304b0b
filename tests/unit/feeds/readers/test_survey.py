"""A file's hash is that of its bytes, and the index of lines finds each where reading from the start does."""

import tempfile
from array import array
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.readers import surveyor
from feedscript.feeds.readers.survey import Alphabet, LineIndex, start_index, start_survey

#: An eighth of 256 KiB is a part of a block; lines about as long lie across the bounds of both.
LENGTHS = st.sampled_from(
    [0, 1, 2, 1_000, 32_766, 32_767, 32_768, 262_142, 262_143, 262_144, 262_145, 600_000]
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(lengths=st.lists(LENGTHS, max_size=8), ended=st.booleans())
def test_every_line_is_found_by_its_number(lengths: list[int], *, ended: bool) -> None:
    lines = [f"{number}".encode() * length + b"\n" for number, length in enumerate(lengths)]
    content = b"".join(lines)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines"
        path.write_bytes(content if ended else content.removesuffix(b"\n"))
        expected = path.read_bytes().splitlines(keepends=True)
        survey = start_survey(path).result()
        assert survey.sha256 == sha256(path.read_bytes()).hexdigest()
        index = survey.lines
        assert index == start_index(path).result()
        assert index.lines == len(expected)
        assert list(index.take(range(1, len(expected) + 1))) == expected
        assert [line for number in range(len(expected)) for line in index.take([number + 1])] == expected


def test_lines_are_found_where_blocks_meet(tmp_path: Path) -> None:
    # Blocks are of 8 MiB in a thread, of 32 KiB in a process of its own.
    large, small = 8 << 20, 256 << 10
    ends = [
        large - 1,
        large,
        large + 1,
        12 * large - 1,
        12 * large,
        12 * large + small,
        12 * large + 2 * small + 5,
    ]
    content = bytearray(b"x") * (ends[-1] + 7)
    for end in ends:
        content[end - 1 : end] = b"\n"
    path = tmp_path / "lines"
    path.write_bytes(content)
    survey = start_survey(path).result()
    assert survey.sha256 == sha256(content).hexdigest()
    assert survey.lines.lines == len(ends) + 1
    bounds = [0, *ends, len(content)]
    lengths = [stop - start for start, stop in pairwise(bounds)]
    assert [len(line) for line in survey.lines.take(range(1, len(ends) + 2))] == lengths
    # So large a file is read by a process, which tells what a thread does.
    before, feeds, ended, *_ = surveyor.survey(str(path))
    assert survey.lines == LineIndex(path, array("Q", before), feeds + (not ended))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(text=st.text(max_size=50), far=st.booleans())
def test_the_alphabet_is_that_of_the_file(text: str, *, far: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "text"
        path.write_bytes(b"x" * (300_000 * far) + text.encode())
        survey = start_survey(path, digest=False).result()
    assert survey.sha256 is None
    assert survey.alphabet.is_ascii == text.isascii()
    assert survey.alphabet.absent == frozenset(surveyor.SIGNS.decode()) - set(text)


def test_a_large_file_has_the_alphabet_of_its_last_byte_too(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"plain text\n" * 4_000_000 + b"\x07{\xc3\xa9")
    survey = start_survey(path, digest=False).result()
    assert survey.alphabet == Alphabet(False, frozenset(surveyor.SIGNS.decode()) - {"{"})
