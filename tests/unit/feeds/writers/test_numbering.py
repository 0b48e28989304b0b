"""Numbers that stand for ids: none is used twice, whatever comes and goes."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedscript.feeds import generate
from feedscript.feeds.generation import Guard
from feedscript.feeds.writers.numbering import (
    NUMBERS_ENDING,
    Numbering,
    NumbersUnreadable,
    numbered,
    put_to_use,
    read_numbering,
)
from feedscript.testing.profile.products import SHOP
from tests.unit.feeds.products import product, write_csv

FIRST = 10**18 + 1
IDS = st.one_of(
    st.text(min_size=1, max_size=8),
    st.integers(-5, 10**20).map(str),
    st.sampled_from(["1", "2", "3", "007", "٣", str(FIRST), str(10**18), "9" * 18, "9" * 19, "12 "]),
)
BATCHES = st.lists(st.lists(IDS, max_size=12), max_size=6)


@given(batches=BATCHES)
def test_no_number_ever_stands_for_two_ids_and_none_changes(batches: list[list[str]]) -> None:
    numbering, known = Numbering(), dict[str, int]()
    for batch in batches:
        numbering = numbering.extended(batch)
        now = {each: numbering.of(each) for each in batch}
        assert None not in now.values()
        assert {each: number for each, number in now.items() if each in known} == {
            each: known[each] for each in now if each in known
        }
        known |= {each: number for each, number in now.items() if number is not None}
    assert len(set(known.values())) == len(known)
    assert all(2 < number < 10**30 for number in known.values())


@given(batch=st.lists(IDS, max_size=12))
def test_what_is_kept_reads_back(tmp_path_factory: pytest.TempPathFactory, batch: list[str]) -> None:
    path = tmp_path_factory.mktemp("kept") / "feed.txt.numbers.json"
    numbering = Numbering().extended(batch)
    path.write_text(numbering.text(), "utf-8")
    assert read_numbering(path) == numbering
    assert numbering.extended(batch) == numbering


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@given(batch=st.lists(IDS, min_size=1, max_size=12))
def test_the_engine_gives_the_same_numbers(engine: duckdb.DuckDBPyConnection, batch: list[str]) -> None:
    engine.execute("CREATE OR REPLACE TABLE items (id VARCHAR)")
    engine.execute("INSERT INTO items SELECT unnest(?::VARCHAR[])", [batch])
    numbering = put_to_use(engine, "items", "id", Numbering())
    rows = engine.execute(f"SELECT {numbered('id')} FROM items").fetchall()
    assert [row[0] for row in rows] == [str(numbering.of(each)) for each in batch]


def test_an_id_that_is_such_a_number_stays() -> None:
    numbering = Numbering().extended(["10023", "A-1", "2", "00012", "9" * 18])
    assert dict(numbering.numbers) == {"A-1": FIRST, "2": FIRST + 1, "00012": FIRST + 2}
    assert [numbering.of(each) for each in ("10023", "9" * 18)] == [10023, int("9" * 18)]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("{", "Expecting"),
        ("[" * 100_000, "recursion"),
        ("[]", "its version is None"),
        ('{"version": 2, "numbers": {}}', "its version is 2"),
        ('{"version": 1}', "must be whole numbers"),
        ('{"version": 1, "numbers": {"A": 7}}', "must be whole numbers"),
        ('{"version": 1, "numbers": {"A": true}}', "must be whole numbers"),
        (f'{{"version": 1, "numbers": {{"A": {FIRST}, "B": {FIRST}}}}}', "stands for two ids"),
    ],
)
def test_a_damaged_file_is_refused_and_not_begun_anew(tmp_path: Path, text: str, cause: str) -> None:
    path = tmp_path / "numbers.json"
    path.write_text(text, "utf-8")
    with pytest.raises(NumbersUnreadable, match=cause):
        read_numbering(path)


def generated_ids(folder: Path, *skus: str) -> list[str]:
    rows = [product(place, id=sku, product_type="Shoes > Trail") for place, sku in enumerate(skus)]
    feed = folder / "feed.txt"
    any_fall = Guard(max_drop=1.0)
    export = write_csv(folder / "export.csv", rows)
    generated = generate(export, feed, profile="rakuten-merchandiser", names=SHOP, guard=any_fall)
    assert generated.warnings[0].startswith(f"{feed.name} is not called")
    lines = [line.split("|") for line in feed.read_text("utf-8").splitlines()]
    return [line[0] for line in lines if line[0] not in {"HDR", "TRL"}]


def test_products_keep_their_numbers_from_feed_to_feed(tmp_path: Path) -> None:
    assert generated_ids(tmp_path, "B", "A", "77") == [str(FIRST), str(FIRST + 1), "77"]
    assert generated_ids(tmp_path, "C", "A") == [str(FIRST + 2), str(FIRST + 1)]
    assert generated_ids(tmp_path, "B", "D") == [str(FIRST), str(FIRST + 3)]
    kept = json.loads((tmp_path / f"feed.txt{NUMBERS_ENDING}").read_text("utf-8"))
    assert kept["numbers"] == {"B": FIRST, "A": FIRST + 1, "C": FIRST + 2, "D": FIRST + 3}


def test_no_feed_is_made_without_the_numbers_of_the_earlier_ones(tmp_path: Path) -> None:
    generated_ids(tmp_path, "A")
    before = (tmp_path / "feed.txt").read_bytes()
    (tmp_path / f"feed.txt{NUMBERS_ENDING}").write_text("", "utf-8")
    with pytest.raises(NumbersUnreadable, match="older copy"):
        generated_ids(tmp_path, "B")
    assert (tmp_path / "feed.txt").read_bytes() == before
