"""Compression: known by content, damage survived, tricks refused."""

import gzip
import io
import random
import zipfile

import pytest

from feedscript.feeds.engine.limits import Limits
from tests.feeds_scanning import cells, fault_codes, stage_bytes
from tests.feeds_writing import COMPRESSORS, FORMATS, write_delimited, write_feed

KINDS = [kind for kind in COMPRESSORS if kind]
PRODUCTS = [{"id": str(number), "title": f"A cup of size {number}, glazed"} for number in range(2_000)]


def noisy_products(count):
    """Products that hardly compress, so that a cut leaves something before it."""
    noise = random.Random(4)
    return [{"id": str(number), "title": noise.randbytes(60).hex()} for number in range(count)]


@pytest.mark.parametrize("feed_format", FORMATS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_format_in_each_compression(tmp_path, kind, feed_format):
    products = PRODUCTS[:50]
    staged = stage_bytes(COMPRESSORS[kind](write_feed(feed_format, products)), tmp_path)
    assert (staged.source.compression, staged.source.format) == (kind, feed_format)
    assert cells(staged) == products
    assert staged.complete


def test_the_name_plays_no_part(tmp_path):
    plain = stage_bytes(write_delimited(PRODUCTS).encode(), tmp_path, name="feed.csv.gz")
    assert plain.source.compression is None
    assert cells(plain) == PRODUCTS


@pytest.mark.parametrize("kind", ["gz", "bz2", "zst"])
@pytest.mark.parametrize("feed_format", ["csv", "rss", "jsonl", "json"])
def test_a_cut_stream_gives_what_came_before(tmp_path, kind, feed_format):
    products = noisy_products(20_000)
    content = COMPRESSORS[kind](write_feed(feed_format, products))
    staged = stage_bytes(content[: len(content) * 2 // 3], tmp_path)
    rows = cells(staged)
    assert fault_codes(staged) == {"bad_compression": 1}
    assert not staged.complete
    assert "cut off" in (staged.stopped_reason or "")
    assert len(rows) > 1_000
    assert rows == products[: len(rows)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_stream_gives_what_came_before(tmp_path, kind):
    products = noisy_products(40_000)
    content = bytearray(COMPRESSORS[kind](write_feed("csv", products)))
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(64)
    staged = stage_bytes(bytes(content), tmp_path)
    assert fault_codes(staged)["bad_compression"] == 1
    assert cells(staged)[:100] == products[:100]


def test_members_of_one_gzip_follow_one_another(tmp_path):
    text = write_delimited(PRODUCTS).encode()
    content = gzip.compress(text[:5_000]) + gzip.compress(text[5_000:]) + bytes(512)
    assert cells(stage_bytes(content, tmp_path)) == PRODUCTS


def test_nested_compression_is_refused(tmp_path):
    staged = stage_bytes(gzip.compress(gzip.compress(b"id\n1\n")), tmp_path)
    (fault,) = staged.faults.samples["bad_archive"]
    assert "another compressed file" in fault.message
    assert staged.columns == ()


def zip_of(members):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return archive.getvalue()


def test_a_zip_may_hold_clutter_beside_the_feed(tmp_path):
    content = zip_of({"feed.csv": b"id,title\n1,a\n", "__MACOSX/._feed.csv": b"x", "notes/.DS_Store": b"y"})
    assert cells(stage_bytes(content, tmp_path)) == [{"id": "1", "title": "a"}]


def test_a_workbook_is_named(tmp_path):
    staged = stage_bytes(zip_of({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<b/>"}), tmp_path)
    (fault,) = staged.faults.samples["wrong_format"]
    assert "export it as CSV" in fault.message


@pytest.mark.parametrize("kind", KINDS)
def test_a_bomb_is_stopped_by_its_ratio(tmp_path, kind):
    content = COMPRESSORS[kind](b"id,title\n" + b"1,a\n" * 1_500_000)
    staged = stage_bytes(content, tmp_path, limits=Limits(max_ratio=50))
    assert "max_ratio" in (staged.stopped_reason or "")
    assert fault_codes(staged) == {"too_large": 1}


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_is_stopped_by_its_size(tmp_path, kind):
    content = COMPRESSORS[kind](write_delimited(noisy_products(20_000)).encode())
    staged = stage_bytes(content, tmp_path, limits=Limits(max_bytes=1_000_000))
    assert "max_bytes" in (staged.stopped_reason or "")
    assert 0 < len(cells(staged)) < 10_000


@pytest.mark.parametrize("header", [b"PK\x03\x04", b"PK\x01\x02"])
def test_a_zip_whose_name_is_not_in_the_encoding_it_claims_is_damaged(tmp_path, header):
    content = bytearray(zip_of({"f\u00e9ed.csv": b"id\n1\n"}))  # not ASCII, so it is marked as UTF-8
    name = content.index("\u00e9".encode(), content.index(header))
    content[name] = 0xA5
    assert fault_codes(stage_bytes(bytes(content), tmp_path)) == {"bad_compression": 1}
