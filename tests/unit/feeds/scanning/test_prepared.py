"""A query that was planned before there was a feed notes of its items what one planned for it does."""

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedscript.feeds import Limits, load_profile
from feedscript.feeds.engine.connection import configuration
from feedscript.feeds.profiles.header import read_header
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.rules.compilation import compile_rules
from feedscript.feeds.scanning.items_query import items_query
from feedscript.feeds.scanning.prepared import AS_OF_SECONDS, PreparedScan
from feedscript.feeds.scanning.source_table import raw_table
from tests.sweeps import sweep
from tests.unit.feeds.products import VALID, write_csv

AS_OF = datetime(2026, 8, 1, 13, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 8, 1, tzinfo=UTC)
LIMITS = Limits()
TOLD = {"as_of": AS_OF.timestamp()}
#: Texts on both sides of bounds, and such as SQL and what parts the cells of a column might stumble over.
TEXTS = st.sampled_from(
    [
        "",
        " ",
        "it's",
        "a\x1eb",
        'A 5" shoe',
        "two\nlines",
        "Läufer",
        "SKU-1",
        "SKU-2",
        "12.99 USD",
        "9,99 EUR",
        "soon",
    ]
)
COLUMNS = [*VALID, "sale_price", "availability_date", "google_product_category", "color", "what nobody knows"]


def moments() -> st.SearchStrategy[str]:
    """Dates about the last that Google allows."""
    return st.integers(-2, 2).map(about_the_last)


def about_the_last(minutes: int) -> str:
    days = load_profile("google").attribute("availability_date").max_days_ahead
    assert days is not None
    return (AS_OF + timedelta(days=days, minutes=minutes)).isoformat()


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config=configuration() | {"threads": 1, "async_threads": 0}) as opened:
        yield opened


def staged_csv(folder: str, rows: list[dict[str, str]]) -> Staged:
    path = write_csv(Path(folder) / "feed.csv", rows)
    profile = load_profile("google")
    return stage(path, uri=str(path), workdir=Path(folder), limits=LIMITS, shapes=profile.shapes)


def planned_now(connection: duckdb.DuckDBPyConnection, profile: str, staged: Staged) -> list[Any]:
    asked = load_profile(profile)
    header = read_header(asked, staged.columns)
    plan = compile_rules(asked, header, country="US", as_of=AS_OF, joined=False, shortcuts=False)
    return connection.execute(items_query(plan, raw_table(staged, LIMITS))).fetchall()


def planned_before(
    connection: duckdb.DuckDBPyConnection, profile: str, columns: tuple[str, ...]
) -> PreparedScan:
    asked = load_profile(profile)
    header = read_header(asked, columns)
    plan = compile_rules(
        asked,
        header,
        country="US",
        as_of=MIDNIGHT,
        as_of_seconds=AS_OF_SECONDS,
        joined=False,
        shortcuts=False,
    )
    places = sorted({place for found in header.columns.values() for place in found})
    return PreparedScan.prepare(connection, "prepared", plan, places)


def noted(connection: duckdb.DuckDBPyConnection, prepared: PreparedScan, staged: Staged) -> list[Any] | None:
    try:
        read = prepared.read(connection, raw_table(staged, LIMITS), TOLD)
        return None if read is None else connection.execute("FROM items").fetchall()
    finally:
        connection.execute("USE memory")
        prepared.drop(connection)


@st.composite
def feeds(draw: st.DrawFn) -> list[dict[str, str]]:
    names = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=8, unique=True))
    names = [*dict.fromkeys(["id", *names])]
    cells = {name: TEXTS | st.just(VALID.get(name, "")) for name in names}
    if "availability_date" in cells:
        cells["availability_date"] = moments() | TEXTS
    return draw(st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=20))


@settings(
    max_examples=sweep(short=15, long=300),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(rows=feeds(), profile=st.sampled_from(["google", "meta", "pinterest"]))
def test_what_was_planned_before_notes_the_same(
    connection: duckdb.DuckDBPyConnection, rows: list[dict[str, str]], profile: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        staged = staged_csv(folder, rows)
        found = noted(connection, planned_before(connection, profile, staged.columns), staged)
        parted = any("\x1e" in text for row in rows for text in row.values())
        assert found == planned_now(connection, profile, staged) or (parted and found is None)


def test_a_plan_is_told_the_moment_and_not_only_the_day(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    dates = map(about_the_last, (-1, 1))
    rows = [{**VALID, "availability": "preorder", "availability_date": date} for date in dates]
    staged = staged_csv(str(tmp_path), rows)
    prepared = planned_before(connection, "google", staged.columns)
    assert prepared.dated
    within, past = noted(connection, prepared, staged) or []
    assert within != past
    assert [within, past] == planned_now(connection, "google", staged)


def test_a_prepared_query_is_not_planned_anew(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """The engine does not tell, but by the time: it plans whatever scans a table or a file each time anew."""
    staged = staged_csv(str(tmp_path), [dict(VALID)])
    prepared = planned_before(connection, "google", staged.columns)
    source = raw_table(staged, LIMITS)
    before = min(timed(lambda: prepared.read(connection, source, TOLD)) for _ in range(5))
    now = min(timed(lambda: planned_now(connection, "google", staged)) for _ in range(5))
    assert noted(connection, prepared, staged)
    assert before < now * 2 / 3


def timed(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def test_a_feed_without_items_cannot_be_told(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("id,title\n")
    profile = load_profile("google")
    staged = stage(path, uri="feed.csv", workdir=tmp_path, limits=LIMITS, shapes=profile.shapes)
    assert noted(connection, planned_before(connection, "google", staged.columns), staged) is None
