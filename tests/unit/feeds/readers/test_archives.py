"""Archives and frames that hold no feed at once: which feed is meant, or what stands in the way (ids: part.number)."""

import gzip
import io
import random
import struct
import zipfile
from pathlib import Path

import pytest

from feedscript.feeds import generate, validate
from feedscript.feeds.engine.errors import SourceUnreadable
from feedscript.feeds.engine.limits import MIB, Limits
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.readers.streams import zstd
from tests.feeds_scanning import cells, fault_codes, stage_bytes

FEED = b"id,title\n1,a\n"
ITEMS = [{"id": "1", "title": "a"}]


def zip_of(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return archive.getvalue()


def patched(content: bytes, offsets: dict[bytes, int], value: int) -> bytes:
    changed = bytearray(content)
    for signature, offset in offsets.items():
        changed[content.index(signature) + offset] = value
    return bytes(changed)


TWO = zip_of({"a.csv": FEED, "b.csv": FEED})
NESTED = zip_of({"in.zip": zip_of({"feed.csv": FEED})})
ENCRYPTED = patched(zip_of({"feed.csv": FEED}), {b"PK\x03\x04": 6, b"PK\x01\x02": 8}, 1)
DEFLATE_64 = patched(zip_of({"feed.csv": FEED}), {b"PK\x03\x04": 8, b"PK\x01\x02": 10}, 9)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(TWO, ("'a.csv', 'b.csv'", "source: {member: a.csv}"), id="3.8-two-files"),
        pytest.param(ENCRYPTED, ("'feed.csv'", "password"), id="3.8-password"),
        pytest.param(NESTED, ("another compressed file (zip)",), id="3.8-zip-in-zip"),
        pytest.param(zip_of({}), ("empty",), id="3.8-empty"),
        pytest.param(zip_of({"folder/": b""}), ("empty",), id="3.8-only-a-folder"),
        pytest.param(DEFLATE_64, ("'feed.csv'", "method 9"), id="3.8-deflate-64"),
        pytest.param(gzip.compress(zip_of({"feed.csv": FEED})), ("another compressed file (zip)",), id="3.8-zip-in-gz"),
        pytest.param(zip_of({f"{n}.csv": FEED for n in range(9)}), ("9 files", "'4.csv', ..."), id="3.8-nine-files"),
    ],
)  # fmt: skip
def test_a_whole_archive_without_one_feed_says_which(
    tmp_path: Path, content: bytes, told: tuple[str, ...]
) -> None:
    source = tmp_path / "feed"
    source.write_bytes(content)
    (issue,) = validate(source).issues
    assert (issue.rule.id, issue.severity, issue.total) == ("google.file.bad_archive", "error", 1)
    with pytest.raises(SourceUnreadable) as caught:
        generate(source, tmp_path / "out.csv")
    for words in told:
        assert words in (issue.samples[0].value or "")
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("member", "items"),
    [
        pytest.param("de/feed.csv", ["de"], id="3.8-member-by-its-whole-name"),
        pytest.param("notes.txt", [], id="3.8-member-by-the-name-of-the-file"),
        pytest.param("feed.csv", None, id="3.8-member-of-two-folders"),
        pytest.param("other.csv", None, id="3.8-member-that-is-not-there"),
    ],
)
def test_of_several_files_the_merchant_names_the_feed(
    tmp_path: Path, member: str, items: list[str] | None
) -> None:
    source = tmp_path / "feed.zip"
    source.write_bytes(
        zip_of({"de/feed.csv": b"id,t\nde,x\n", "fr/feed.csv": b"id,t\nfr,x\n", "notes.txt": b"a,b\n"})
    )
    staged = stage(source, workdir=tmp_path, options=SourceOptions(member=member))
    if items is None:
        assert fault_codes(staged) == {"bad_archive": 1}
        assert f"file {member!r}" in (staged.stopped_reason or "")
        assert "'de/feed.csv', 'fr/feed.csv', 'notes.txt'" in (staged.stopped_reason or "")
    else:
        assert [row["id"] for row in cells(staged)] == items


def frames(*contents: bytes) -> bytes:
    return b"".join(map(zstd.compress, contents))


def skippable(content: bytes, kind: int = 0) -> bytes:
    return struct.pack("<II", 0x184D2A50 + kind, len(content)) + content


PARALLEL = skippable(b"", 15) + frames(FEED[:9]) + skippable(b"x" * 40_000, 3) + frames(FEED[9:])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(skippable(b"abcd") + frames(FEED), id="3.9-skippable-first"),
        pytest.param(PARALLEL, id="3.9-pzstd"),
        pytest.param(skippable(b"x") * 5_000 + frames(FEED), id="3.9-many-skippable"),
    ],
)  # fmt: skip
def test_frames_that_are_to_be_skipped_are(tmp_path: Path, content: bytes) -> None:
    staged = stage_bytes(content, tmp_path)
    assert (staged.source.compression, cells(staged), staged.complete) == ("zst", ITEMS, True)


def windowed(log: int) -> bytes:
    """A frame that asks for a window of 2 ** log bytes, as a stream of unknown length does."""
    stream = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: log})
    return stream.compress(FEED) + stream.flush()


@pytest.mark.parametrize("log", [27, 28, 29])
def test_case_3_9_a_long_window_is_read_within_the_memory(tmp_path: Path, log: int) -> None:
    staged = stage_bytes(windowed(log), tmp_path)
    assert (cells(staged), fault_codes(staged)) == (ITEMS, {})


@pytest.mark.parametrize(("log", "memory"), [(30, 512 * MIB), (31, 512 * MIB), (28, 128 * MIB), (24, 1)])
def test_case_3_9_a_window_beyond_the_memory_is_told_as_such(tmp_path: Path, log: int, memory: int) -> None:
    staged = stage_bytes(windowed(log), tmp_path, limits=Limits(memory_bytes=memory))
    assert fault_codes(staged) == {"too_large": 1}
    assert "window" in (staged.stopped_reason or "")
    assert "memory_bytes" in (staged.stopped_reason or "")


def test_case_3_9_a_frame_that_is_damaged_is_still_called_so(tmp_path: Path) -> None:
    noise = random.Random(3).randbytes(300_000).hex().encode()
    content = bytearray(skippable(b"abcd") + frames(b"id,title\n1," + noise))
    content[len(content) // 2 :][:64] = bytes(64)
    del content[-40:]
    assert fault_codes(stage_bytes(bytes(content), tmp_path)) == {"bad_compression": 1}
