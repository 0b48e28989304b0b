"""Feeds that come in as sources, in `samples/exports`: read by preset, valid everywhere, right value by value."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from feedscript.feeds.config import load_config
from feedscript.feeds.generation import Generated, generate
from feedscript.feeds.mapping import NotSaid
from feedscript.feeds.validation.validation import validate
from tests.unit.feeds.mapping.source_feed_items import EXPECTED
from tests.unit.feeds.products import write_csv

EXPORTS = Path(__file__).parents[4] / "samples" / "exports"
SELLER = "mapping: {attributes: {seller_name: {constant: Fernhollow}}}\n"
FEEDS = {"google": "csv", "meta": "csv", "awin": "csv", "openai": "jsonl"}

Made = tuple[Generated, Path]


def made(source: Path, folder: Path, config: str, profile: str = "google") -> Made:
    merchant = folder / "merchant.yaml"
    merchant.write_text(config, "utf-8")
    said, _ = load_config(folder, merchant_file=merchant, profile=profile)
    feed = folder / f"feed.{FEEDS[profile]}"
    return generate(source, feed, profile=profile, mapping=said.mapping, options=said.source), feed


def rows_of(feed: Path) -> dict[str, dict[str, str]]:
    with feed.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="session")
def feed_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Made]:
    """Makes the feed of a sample for a partner, once."""
    known: dict[tuple[str, str], Made] = {}

    def feed(name: str, profile: str) -> Made:
        if (name, profile) not in known:
            config = EXPECTED[name].source + (SELLER if profile == "openai" else "")
            assert config.count("\n") <= 4
            folder = tmp_path_factory.mktemp(f"{name}-{profile}")
            known[name, profile] = made(EXPORTS / EXPECTED[name].file, folder, config, profile)
        return known[name, profile]

    return feed


@pytest.mark.parametrize("profile", FEEDS)
@pytest.mark.parametrize("name", EXPECTED)
def test_a_feed_becomes_valid_feeds_with_four_lines_of_configuration(
    feed_of: Callable[[str, str], Made], name: str, profile: str
) -> None:
    result, feed = feed_of(name, profile)
    assert result.preset == EXPECTED[name].preset
    assert result.items_written >= 30
    report = validate(feed, profile=profile)
    assert [issue.rule.id for issue in report.issues if issue.severity == "error"] == []


@pytest.mark.parametrize("name", EXPECTED)
def test_ten_items_are_right_value_by_value(feed_of: Callable[[str, str], Made], name: str) -> None:
    result, feed = feed_of(name, "google")
    rows = rows_of(feed)
    right = EXPECTED[name].items
    assert {item: {each: rows[item].get(each, "") for each in right[item]} for item in right} == right
    assert len(right) == 10
    assert result.account.excluded == EXPECTED[name].excluded
    assert result.rejects is None or result.rejects.total == 0


def test_awin_without_its_currency_asks_for_it(tmp_path: Path) -> None:
    with (EXPORTS / "awin-publisher.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            {name: cell for name, cell in row.items() if name != "currency"} for row in csv.DictReader(file)
        ]
    source = write_csv(tmp_path / "export.csv", rows[3:6])
    with pytest.raises(NotSaid, match=r"source: \{currency: EUR\}"):
        made(source, tmp_path, "")
    _, feed = made(source, tmp_path, "source: {currency: GBP}")
    assert rows_of(feed)["LA-004"]["price"] == "39.00 GBP"


AWIN = """<?xml version="1.0" encoding="UTF-8"?>
<cafProductFeed><datafeed id="1" merchantId="2" merchantName="Fernhollow">%s</datafeed></cafProductFeed>"""
AWIN_ITEM = """<prod id="11" in_stock="%s" web_offer="no"><brand><brandName>Fernhollow</brandName></brand>
<cat><awCat>Home</awCat><mCat>Kitchen &gt; Mugs</mCat></cat><price curr="GBP"><buynow>9.50</buynow></price>
<text><name>Mug</name><desc>A mug.</desc></text><uri><awTrack>https://www.awin1.com/pclick.php?p=1</awTrack>
<mImage>https://cdn.example.com/1.jpg</mImage>%s</uri><pId>M-%s</pId></prod>"""


def test_awins_xml_and_the_tracking_link_where_there_is_no_other(tmp_path: Path) -> None:
    own = "<mLink>https://shop.example.com/1</mLink>"
    source = tmp_path / "feed.xml"
    source.write_text(AWIN % (AWIN_ITEM % ("yes", own, 1) + AWIN_ITEM % ("no", "", 2)), "utf-8")
    result, feed = made(source, tmp_path, "")
    rows = rows_of(feed)
    assert result.preset == "awin_publisher"
    assert (rows["M-1"]["price"], rows["M-1"]["availability"]) == ("9.50 GBP", "in_stock")
    assert rows["M-1"]["link"] == "https://shop.example.com/1"
    assert (rows["M-1"]["product_type"], rows["M-1"]["brand"]) == ("Kitchen > Mugs", "Fernhollow")
    assert rows["M-2"]["link"] == "https://www.awin1.com/pclick.php?p=1"
    assert rows["M-2"]["availability"] == "out_of_stock"


def test_cjs_links_may_go_out_as_they_are(tmp_path: Path) -> None:
    own = "mapping: {attributes: {link: {column: LINK, operations: [url]}}}"
    _, feed = made(EXPORTS / "cj-publisher.csv", tmp_path, own)
    assert re.match(r"https://www\.anrdoezrs\.net/click-", rows_of(feed)["SM-001"]["link"])
