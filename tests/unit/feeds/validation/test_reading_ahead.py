"""A feed that is scanned while it is still being read is found at fault where its CSV is, which lies there whole."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedscript.feeds import Limits, Report, validate
from feedscript.feeds.readers.intake import LOOK_AHEAD
from tests.feeds_writing import write_feed
from tests.unit.feeds.products import product

AS_OF = datetime(2026, 8, 1, tzinfo=UTC)
ITEMS = 3 * LOOK_AHEAD
FORMATS = ["rss", "atom", "xml", "json", "jsonl", "parquet"]


def validated(folder: Path, form: str, items: list[dict[str, str]], limits: Limits | None = None) -> Report:
    path = folder / f"feed.{form}"
    path.write_bytes(write_feed(form, items))
    return validate(path, as_of=AS_OF, limits=limits)


def findings(report: Report) -> dict[str, tuple[int, list[tuple[str | None, int | None]]]]:
    return {
        issue.rule.id: (issue.total, [(each.item_id, each.item) for each in issue.samples])
        for issue in report.issues
    }


def with_defects(*, late: dict[str, str]) -> list[dict[str, str]]:
    items = [product(number) for number in range(ITEMS)]
    for number in range(7, ITEMS, 500):
        items[number] |= {"price": "dear"}
    items[-3]["id"] = items[5]["id"]
    items[-2] |= late
    return items


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "late",
    [
        pytest.param({}, id="plain"),
        pytest.param({"color": "Red" * 40}, id="a-column-that-only-the-end-has"),
        pytest.param({"description": "word " * 130_000}, id="a-row-too-long-to-be-read-ahead"),
        pytest.param({"title": 'A "5" shoe, & more\nlines'}, id="several-lines"),
    ],
)
def test_what_is_found_is_what_the_csv_has(tmp_path: Path, form: str, late: dict[str, str]) -> None:
    items = with_defects(late=late)
    if "color" in late:
        # CSV has a column for all.
        csv = validated(tmp_path, "csv", [{"color": "", **item} for item in items])
    else:
        csv = validated(tmp_path, "csv", items)
    report = validated(tmp_path, form, items)
    assert findings(report) == findings(csv)
    assert report.items_total == ITEMS
    assert report.complete


@pytest.mark.parametrize("form", FORMATS)
def test_what_a_limit_cuts_off_is_scanned_as_far_as_it_was_read(tmp_path: Path, form: str) -> None:
    report = validated(tmp_path, form, with_defects(late={}), Limits(max_items=2 * LOOK_AHEAD + 1))
    assert report.items_total == 2 * LOOK_AHEAD + 1
    assert not report.complete
    assert findings(report)["google.price.invalid_format"][0] == 4 * LOOK_AHEAD // 1000


def test_a_feed_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    content = write_feed("rss", with_defects(late={}))
    path.write_bytes(content[: len(content) * 2 // 3])
    report = validate(path, as_of=AS_OF)
    assert LOOK_AHEAD < report.items_total < ITEMS
    assert "google.price.invalid_format" in findings(report)
