"""Feeds that come in as sources, in `samples/exports`: read by preset, valid everywhere, right value by value."""

import csv
import re
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from feedscript.feeds.config import load_config
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.generation import Generated, Standard, generate
from feedscript.feeds.mapping import NotSaid, presets, recognised
from feedscript.feeds.mapping.names import fold
from feedscript.feeds.profiles import load_profile
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.validation.validation import validate
from tests.sweeps import in_turn
from tests.unit.feeds.mapping.source_feed_items import EXPECTED
from tests.unit.feeds.products import write_csv

EXPORTS = Path(__file__).parents[4] / "samples" / "exports"
SELLER = "mapping: {attributes: {seller_name: {constant: Fernhollow}}}\n"
FEEDS = {"google": "csv", "meta": "csv", "awin": "csv", "openai": "jsonl"}

Made = tuple[Generated, Path]


#: Judges as usual, but takes a feed of which much is left out.
LENIENT = Standard(max_rejected_ratio=1.0)


def made(
    source: Path, folder: Path, config: str, profile: str = "google", standard: Standard | None = None
) -> Made:
    merchant = folder / "merchant.yaml"
    merchant.write_text(config, "utf-8")
    said, _ = load_config(folder, merchant_file=merchant, profile=profile)
    feed = folder / f"feed.{FEEDS[profile]}"
    result = generate(
        source, feed, profile=profile, mapping=said.mapping, options=said.source, standard=standard
    )
    return result, feed


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


@pytest.mark.parametrize(("name", "profile"), in_turn([*EXPECTED], [*FEEDS]))
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


@cache
def columns_of(file: Path) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as folder:
        return stage(
            file, workdir=Path(folder), limits=Limits(), shapes=load_profile("google").shapes
        ).columns


@pytest.mark.parametrize("file", sorted(EXPORTS.iterdir()), ids=lambda file: file.name)
def test_no_sample_is_mistaken_for_another(file: Path) -> None:
    own = {each.preset for each in EXPECTED.values() if each.file == file.name}
    columns = columns_of(file)
    ours = {each.preset for each in EXPECTED.values()}
    for given in (columns, (*reversed(columns), "an extra column", "stock", "extra")):
        assert {each.name for each in presets() if each.recognises(given)} & ours == own
        found = recognised(given)
        assert found is not None
        assert found.name in own or not own
    assert recognised(columns, "none") is None


@pytest.mark.parametrize("name", EXPECTED)
def test_platform_overrides_recognition(name: str) -> None:
    preset = next(each for each in presets() if each.name == EXPECTED[name].preset)
    columns = columns_of(EXPORTS / EXPECTED[name].file)
    lost = {fold(word) for word in preset.recognise[-1]}
    fewer = tuple(each for each in columns if fold(each) not in lost)
    assert not preset.recognises(fewer)
    assert recognised(fewer, preset.platform) == preset


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


HEUREKA = """<SHOPITEM><ITEM_ID>H-%s</ITEM_ID><PRODUCT>Mug</PRODUCT><DESCRIPTION>A mug.</DESCRIPTION>
<URL>https://shop.example.com/1</URL><IMGURL>https://cdn.example.com/1.jpg</IMGURL><PRICE_VAT>1 290,-</PRICE_VAT>
<MANUFACTURER>Fernhollow</MANUFACTURER><DELIVERY_DATE>%s</DELIVERY_DATE></SHOPITEM>"""


def test_heurekas_days_of_delivery(tmp_path: Path) -> None:
    day = f"{datetime.now(UTC).date() + timedelta(days=40)}"
    dates = ("0", "14", "15", day, "")
    source = tmp_path / "feed.xml"
    items = "".join(HEUREKA % (place, date) for place, date in enumerate(dates))
    source.write_text(f"<SHOP>{items}</SHOP>", "utf-8")
    with pytest.raises(NotSaid, match="currency"):
        made(source, tmp_path, "")
    result, feed = made(source, tmp_path, "source: {currency: CZK}", standard=LENIENT)
    rows = rows_of(feed)
    assert {item: row["availability"] for item, row in rows.items()} == {
        "H-0": "in_stock",
        "H-1": "in_stock",
        "H-2": "out_of_stock",
        "H-3": "backorder",
    }
    assert (rows["H-3"]["availability_date"], rows["H-3"]["price"]) == (
        f"{day}T00:00:00Z",
        "1290.00 CZK",
    )
    assert result.rejects is not None
    assert result.rejects.by_rule == {"google.availability.missing_required": 1}


SKROUTZ = """<product><id>S-%s</id><name>Mug</name><link>https://shop.example.com/1</link>
<description>A mug.</description><image>https://cdn.example.com/1.jpg</image><price_with_vat>9.5</price_with_vat>
<manufacturer>Fernhollow</manufacturer><availability>%s</availability></product>"""


def test_skroutz_words_of_availability(tmp_path: Path) -> None:
    words = {
        "In stock": "in_stock",
        "Available from 1 to 3 days": "in_stock",
        "Available from 4 to 10 days": "in_stock",
        "Available from 10 to 30 days": "out_of_stock",
        "Available up to 12 days": "out_of_stock",
        "Διαθέσιμο σε 1-3 ημέρες": "in_stock",
        "Παράδοση σε 1 έως 3 εργάσιμες": "in_stock",
        "Άμεσα διαθέσιμο": "in_stock",
        "Μη διαθέσιμο": "out_of_stock",
    }
    source = tmp_path / "feed.xml"
    items = "".join(SKROUTZ % (place, word) for place, word in enumerate(words))
    source.write_text(f"<mywebstore><products>{items}</products></mywebstore>", "utf-8")
    result, feed = made(source, tmp_path, "source: {currency: RON}", standard=LENIENT)
    rows = rows_of(feed)
    found = {word: rows.get(f"S-{place}", {}).get("availability") for place, word in enumerate(words)}
    assert (result.preset, found) == ("skroutz", words)
    # Said is stronger than what such feeds usually have.
    assert rows["S-0"]["price"] == "9.50 RON"


def test_skroutz_lists_of_sizes_are_variants(feed_of: Callable[[str, str], Made]) -> None:
    _, feed = feed_of("skroutz", "google")
    sizes = {item: row["size"] for item, row in rows_of(feed).items() if row["item_group_id"] == "FH-063"}
    assert sizes == {"FH-063-s": "S", "FH-063-m": "M", "FH-063-l": "L"}
