"""Mutated files over each reader: a staged feed or a clear error within limits, never a crash or a hang.

`FUZZ_FILES` is how many files each reader gets; `make test-fuzz` gives 10,000.
"""

import os
import random
import time
from pathlib import Path

import duckdb
import pytest

from feedscript.feeds import FeedError, Limits, validate
from feedscript.feeds.readers.delimited import with_plain_line_ends
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.readers.survey import start_survey
from tests.feeds_scanning import SHAPES
from tests.feeds_writing import COMPRESSORS, FORMATS, write_delimited, write_feed
from tests.fuzz.mutations import mutate

FILES = int(os.environ.get("FUZZ_FILES", "120"))
#: The whole engine is slower than its readers: it gets a share of the files.
VALIDATE_EVERY = 24
LIMITS = Limits(max_bytes=20_000_000, max_field_bytes=100_000, max_seconds=20, memory_bytes=256 * 1024 * 1024)
#: A file of some kilobytes takes milliseconds; one that takes this long hangs.
HANG_SECONDS = 15.0

PRODUCTS = [
    {
        "id": f"sku-{number}",
        "title": f'A "cup" of size {number}, glazed',
        "description": "Made by hand.\nDishwasher-safe; 9 | 10 agree ~ Café",
        "link": f"https://shop.example/cups/{number}",
        "image_link": f"https://shop.example/cups/{number}.jpg",
        "price": f"{number}.90 EUR",
        "availability": "in_stock",
        "gtin": "4006381333931",
    }
    for number in range(12)
]

FEEDS: dict[str, bytes] = {
    **{feed_format: write_feed(feed_format, PRODUCTS) for feed_format in FORMATS},
    **{f"csv.{kind}": COMPRESSORS[kind](write_feed("csv", PRODUCTS)) for kind in COMPRESSORS if kind},
    "csv-utf-16": write_delimited(PRODUCTS, line_end="\r\n").encode("utf-16"),
    "csv-windows-1252": write_delimited(PRODUCTS).encode("windows-1252"),
}


def scan(staged: Staged, connection: duckdb.DuckDBPyConnection) -> int:
    """Read the staged file as the engine does; the number of its rows."""
    if not staged.columns:
        return 0
    width = len(staged.columns) + (staged.line_column is not None)
    columns = {f"c{number}": "VARCHAR" for number in range(width)}
    rows = connection.read_csv(
        str(staged.path),
        columns=columns,
        header=False,
        skiprows=staged.skip_lines,
        delimiter=staged.delimiter,
        quotechar=staged.quote,
        escapechar=staged.escape,
        compression="none",
        auto_detect=False,
        ignore_errors=True,
    ).fetchall()
    return len(rows)


def scan_mended(staged: Staged, folder: Path, connection: duckdb.DuckDBPyConnection) -> int:
    try:
        return scan(staged, connection)
    except duckdb.InvalidInputException:
        assert staged.line_column is None, "a file of our own making is refused"
        return scan(with_plain_line_ends(staged, folder), connection)


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as connection:
        yield connection


def mutated_files(kind):
    dice = random.Random(f"{kind} 2026")
    for number in range(FILES):
        yield number, mutate(FEEDS[kind], dice)


@pytest.mark.parametrize("kind", FEEDS)
def test_a_mutated_file_is_staged_or_refused(kind, tmp_path, connection):
    source = tmp_path / "feed"
    staged_items = 0
    for number, content in mutated_files(kind):
        source.write_bytes(content)
        folder = tmp_path / str(number)
        folder.mkdir()
        began = time.monotonic()
        try:
            staged = stage(source, workdir=folder, limits=LIMITS, shapes=SHAPES, survey=start_survey(source))
            staged_items += scan_mended(staged, folder, connection)
            assert len(staged.source.sha256) == 64
            assert staged.complete == (staged.stopped_reason is None)
        except FeedError:
            pass  # a clear error is an answer
        except Exception as error:
            keep_for_study(kind, number, content)
            raise AssertionError(f"{kind} file {number}: {error!r}") from error
        assert time.monotonic() - began < HANG_SECONDS
    # Where no item survives, the mutations test nothing but the refusal.
    assert staged_items > 0


@pytest.mark.parametrize("kind", FEEDS)
def test_a_mutated_file_is_reported_or_refused(kind, tmp_path):
    source = tmp_path / "feed"
    for number, content in mutated_files(kind):
        if number % VALIDATE_EVERY:
            continue
        source.write_bytes(content)
        try:
            report = validate(source, limits=LIMITS, workdir=tmp_path)
            assert report.document()["status"] in ("passed", "passed_with_warnings", "failed")
        except FeedError:
            pass  # a clear error is an answer
        except Exception as error:
            keep_for_study(kind, number, content)
            raise AssertionError(f"{kind} file {number}: {error!r}") from error


def keep_for_study(kind, number, content):
    folder = os.environ.get("FUZZ_KEEP")
    if folder:
        Path(folder, f"{kind}-{number}").write_bytes(content)
