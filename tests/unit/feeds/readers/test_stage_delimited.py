"""Delimited text: dialects, encodings, line ends, and what is wrong in a header."""

import codecs
import hashlib

import pytest

from feedscript.feeds.engine.errors import SourceUnavailable
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.progress import Progress
from feedscript.feeds.readers.delimited import with_plain_line_ends
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.readers.survey import start_survey
from tests.feeds_scanning import cells, fault_codes, rejects, stage_bytes
from tests.feeds_writing import write_delimited

PRODUCTS = [
    {"id": "1", "title": 'A "quoted" cup, blue', "price": "9.90 EUR"},
    {"id": "2", "title": "Two\nlines; and | more ~ of\tthem", "price": "10.00 EUR"},
    {"id": "3", "title": "Café € crème", "price": "0.50 EUR"},
]


def test_plain_utf_8_is_scanned_where_it_lies(tmp_path):
    staged = stage_bytes(write_delimited(PRODUCTS).encode(), tmp_path)
    assert staged.path == tmp_path / "feed"
    assert list((tmp_path / "work").iterdir()) == []
    assert cells(staged) == PRODUCTS
    assert staged.complete


def test_the_source_tells_what_it_is(tmp_path):
    content = write_delimited(PRODUCTS, "\t").encode()
    source = stage_bytes(content, tmp_path).source
    assert (source.format, source.encoding, source.delimiter, source.compression) == (
        "tsv",
        "utf-8",
        "\t",
        None,
    )
    assert source.bytes == len(content)
    assert source.sha256 is None


def test_a_source_that_is_being_hashed_tells_its_hash(tmp_path):
    path = tmp_path / "feed"
    path.write_bytes(content := write_delimited(PRODUCTS, "\t").encode())
    staged = stage(path, workdir=tmp_path, survey=start_survey(path))
    assert staged.source.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "~"])
def test_delimiters_are_detected(tmp_path, delimiter):
    staged = stage_bytes(write_delimited(PRODUCTS, delimiter).encode(), tmp_path)
    assert staged.delimiter == delimiter
    assert cells(staged) == PRODUCTS


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(tmp_path, line_end):
    products = [PRODUCTS[0], PRODUCTS[2]]
    assert cells(stage_bytes(write_delimited(products, line_end=line_end).encode(), tmp_path)) == products


def test_a_bad_byte_among_utf_8_is_left_to_the_scan(tmp_path):
    content = "id,title\n1,crème brûlée\n".encode() + b"2,\xff\n3,x\n"
    staged = stage_bytes(content, tmp_path)
    assert staged.source.encoding == "utf-8"
    assert [row["id"] for row in cells(staged)] == ["1", "3"]
    assert rejects(staged) == [(3, "INVALID ENCODING")]


def test_comments_before_the_header_are_skipped(tmp_path):
    content = b'# Required | "the" unique id,# Required\n\n"# more,\n of it",x\nid,title\n1,a\n'
    staged = stage_bytes(content, tmp_path)
    assert staged.columns == ("id", "title")
    assert cells(staged) == [{"id": "1", "title": "a"}]


def test_the_separator_line_of_excel_is_skipped(tmp_path):
    staged = stage_bytes(b"sep=;\nid;title\n1;a\n", tmp_path)
    assert (staged.delimiter, cells(staged)) == (";", [{"id": "1", "title": "a"}])


def test_quotes_that_mean_nothing_in_a_tab_file(tmp_path):
    content = b'id\ttitle\tprice\n1\t"Nice" shirt\t1\n2\t21" screen\t2\n3\t"\t3\n4\tplain\t4\n'
    staged = stage_bytes(content, tmp_path)
    assert staged.source.quoting == "none"
    assert [row["title"] for row in cells(staged)] == ['"Nice" shirt', '21" screen', '"', "plain"]


def test_quotes_escaped_by_a_backslash(tmp_path):
    content = b'id,title,price\n1,"a \\"b\\", c",2\n2,"d, e",3\n'
    staged = stage_bytes(content, tmp_path)
    assert [row["title"] for row in cells(staged)] == ['a "b", c', "d, e"]


def test_a_broken_quote_in_a_csv_is_left_to_the_scan(tmp_path):
    staged = stage_bytes(b'id,title\n1,"a\n2,b\n', tmp_path)
    assert staged.source.quoting == "value"
    assert rejects(staged) == [(2, "UNQUOTED VALUE")]


def test_mixed_line_ends_are_made_one_kind(tmp_path):
    content = b'id,title\r\n1,a\n2,"b\r\nc"\r\n3,d\r4,e\n'
    staged = stage_bytes(content, tmp_path)
    assert cells(staged) == [
        {"id": "1", "title": "a"},
        {"id": "2", "title": "b\nc"},
        {"id": "3", "title": "d"},
        {"id": "4", "title": "e"},
    ]


def test_mixed_line_ends_past_the_sample_can_be_mended(tmp_path):
    rows = "".join(f"{number},a title of some length\n" for number in range(20_000))
    staged = stage_bytes(f"id,title\n{rows}x,y\r\nz,w\n".encode(), tmp_path)
    mended = with_plain_line_ends(staged, tmp_path / "work")
    assert cells(mended)[-2:] == [{"id": "x", "title": "y"}, {"id": "z", "title": "w"}]
    assert len(cells(mended)) == 20_002


def test_a_header_with_a_line_end_of_its_own(tmp_path):
    staged = stage_bytes(b'"id\n(unique)",title\r\n1,a\r\n2,b\r\n', tmp_path)
    assert staged.columns == ("id\n(unique)", "title")
    assert [row["title"] for row in cells(staged)] == ["a", "b"]


def test_a_column_without_a_name(tmp_path):
    staged = stage_bytes(b"# x\nid,title,,id\n1,a,b,c\n", tmp_path)
    assert staged.columns == ("id", "title", "", "id")
    (fault,) = staged.faults.samples["unnamed_column"]
    assert (fault.line, fault.value) == (2, "column 3")


def test_a_header_alone_has_columns_and_no_cells(tmp_path):
    staged = stage_bytes(b"id,title\n", tmp_path)
    assert (staged.columns, cells(staged), staged.complete) == (("id", "title"), [], True)


@pytest.mark.parametrize("content", [b"", b"\n \r\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_an_empty_file(tmp_path, content):
    staged = stage_bytes(content, tmp_path)
    assert fault_codes(staged) == {"empty_file": 1}
    assert (staged.columns, staged.complete, staged.source.format) == ((), False, "unknown")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "web page"),
        (b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"/>', "web page"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"\x89PNG\r\n\x1a\n....", "PNG"),
        (bytes(range(1, 32)) * 30, "binary"),
    ],
)
def test_what_is_no_feed_is_named(tmp_path, content, what):
    staged = stage_bytes(content, tmp_path)
    (fault,) = staged.faults.samples["wrong_format"]
    assert what in fault.message
    assert cells(staged) == []


def test_a_name_that_would_be_a_pattern(tmp_path):
    (tmp_path / "feed-b.csv").write_bytes(b"id\nno\n")
    staged = stage_bytes(b"id,title\n1,a\n", tmp_path, name="feed-[ab].csv")
    assert cells(staged) == [{"id": "1", "title": "a"}]


def test_a_missing_source_raises(tmp_path):
    with pytest.raises(SourceUnavailable) as caught:
        stage(tmp_path / "none.csv", workdir=tmp_path, uri="s3://bucket/none.csv")
    assert caught.value.uri == "s3://bucket/none.csv"


def test_a_folder_is_no_source(tmp_path):
    with pytest.raises(SourceUnavailable):
        stage(tmp_path, workdir=tmp_path)


def test_a_feed_above_the_size_limit_is_read_up_to_it(tmp_path):
    content = "id,title\n" + "".join(f"{number:06},title\n" for number in range(100_000))
    staged = stage_bytes(content.encode(), tmp_path, limits=Limits(max_bytes=600_000))
    assert not staged.complete
    assert "max_bytes" in (staged.stopped_reason or "")
    rows = cells(staged)
    assert 0 < len(rows) * 13 <= 600_000
    assert rows[-1] == {"id": f"{len(rows) - 1:06}", "title": "title"}


def test_columns_are_bounded(tmp_path):
    staged = stage_bytes(b"a,b,c\n1,2,3\n", tmp_path, limits=Limits(max_columns=2))
    assert "max_columns" in (staged.stopped_reason or "")
    assert staged.columns == ()


def test_progress_reaches_the_end(tmp_path):
    told: list[Progress] = []
    source = tmp_path / "feed.csv"
    source.write_bytes(write_delimited(PRODUCTS * 20_000).encode("utf-16"))
    stage(source, workdir=tmp_path, progress=told.append)
    assert told[-1].bytes == told[-1].total_bytes == source.stat().st_size
