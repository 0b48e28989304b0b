"""Feeds made for a partner, as sources: known by their columns, and read as the partner's profile says."""

import csv
import json
import os
import re
from itertools import product
from pathlib import Path

import pytest

from feedscript.feeds.engine.errors import SourceUnavailable
from feedscript.feeds.generation import Standard, generate
from feedscript.feeds.mapping import Mapping, NotSaid, Rule, recognised
from feedscript.feeds.mapping.made_for import rules_for
from feedscript.feeds.mapping.operations import Values
from feedscript.feeds.profiles import load_profile, profile_ids
from feedscript.feeds.profiles.index import (
    CANONICAL,
    INDEX,
    entry_of,
    known_to_one_alone,
    whose_columns,
    whose_lines,
)
from feedscript.feeds.profiles.model import Profile
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.writers.cells import canonical_attributes
from feedscript.testing.profile.products import AS_OF, SHOP, canonical_rows
from tests.unit.feeds.mapping.test_source_feeds import rows_of
from tests.unit.feeds.products import VALID, write_csv

#: Of these partners feeds may well have no column that Google does not know: who is meant has to be said.
UNTOLD = {
    "awin-google",
    "cj",
    "criteo-growth",
    "criteo-retail-media",
    "meta",
    "microsoft",
    "openai-google",
    "pinterest",
    "snapchat",
}
#: What Google asks of every item, and these partners do not.
GIVEN = {"idealo": "availability"}
#: What a partner's file says of an item in fewer words than the canonical product, or not at all.
LESS = {
    ("awin", "SKU-4", "availability"): "out_of_stock",
    ("microsoft", "SKU-4", "availability"): "out_of_stock",
    ("pinterest", "SKU-4", "availability"): "out_of_stock",
    ("microsoft", "SKU-12", "size_system"): "",
    ("openai", "SKU-5", "sale_price"): "",
    ("awin", "SKU-5", "sale_price"): "",
    ("kelkoo", "SKU-OFFER", "price"): "49.90 USD",
    ("klarna", "SKU-OFFER", "price"): "49.90 USD",
    # Of several values that are a list of JSON, one is taken, and told (`first_value`).
    ("awin-google", "SKU-9", "product_type"): "Sport > Shoes > Trail",
    ("rakuten-merchandiser", "SKU-9", "product_type"): "Sport > Shoes > Trail",
    ("idealo", "SKU-5", "sale_price"): "",
    (
        "rakuten-merchandiser",
        "SKU-5",
        "sale_price_effective_date",
    ): "2026-07-20T00:00:00Z/2026-09-20T23:59:59Z",
    ("rakuten-merchandiser", "SKU-12", "title"): 'Shoe "Trail", 2nd edition; light dry',
}
#: Items that differ in nothing of which `LESS` tells have one name there.
_KIND = re.compile(r"(SKU-[A-Z]+)-\d+")
LENIENT = Standard(as_of=AS_OF, exclude=False)


def products(profile: Profile) -> list[dict[str, str]]:
    """The sample products, and others of every state, with and without an offer and further pictures."""
    rows = [*canonical_rows(profile)]
    states = product(("in_stock", "out_of_stock", "preorder"), ("", "49.90 USD"), (0, 1, 4))
    for number, (state, offer, pictures) in enumerate(states):
        rows.append(
            rows[0]
            | {
                "id": f"SKU-{'OFFER' if offer else 'USUAL'}-{number}",
                "availability": state,
                "sale_price": offer,
                "additional_image_link": ",".join(
                    f"https://cdn.example.com/{n}.jpg" for n in range(pictures)
                ),
            }
        )
    return rows


def held(profile: Profile) -> dict[str, int]:
    """The attributes of the canonical product that a feed of this partner has columns for, with how many values."""
    known = {each.name for each in load_profile(CANONICAL).attributes}
    found: dict[str, int] = {}
    plain = {each.origin for each in profile.attributes if not each.cell.others}
    for each in profile.attributes:
        if each.cell.take not in ("serial", "given") and not each.cell.members:
            found[each.origin] = found.get(each.origin, 0) + each.max_values
            if each.cell.followed_by:
                found[each.cell.followed_by] = each.max_values
            if each.cell.beside:
                found[each.cell.beside] = 1
            if each.cell.instead and each.origin in plain:
                found[each.cell.instead] = 1
    return {name: most for name, most in found.items() if name in known}


def kept(name: str, value: str, most: int, found: str) -> str:
    """What a partner's file holds of a value: so many of several, and of a long text a beginning with a sign."""
    if name in ("title", "description"):
        cut = found.endswith("…") and value.startswith(found.removesuffix("…")) and len(found) > 60
        return found if cut else value.strip()
    if name == "additional_image_link":
        values = [each.replace(",", "%2C") for each in re.split(",(?=https)", value)]
        return ",".join(values[:most])
    if name in ("product_type", "shipping"):
        return ",".join(value.split(",")[:most])
    return value


def read_back(name: str, folder: Path) -> tuple[dict[str, dict[str, str]], str | None]:
    """What Google's feed has of the products by way of the partner's, and as what that was read."""
    profile = load_profile(name)
    feed = folder / f"feed{profile.files[0].endings[0]}"
    export = write_csv(folder / "export.csv", products(profile))
    generate(export, feed, profile=name, names=SHOP, standard=LENIENT)
    own = {GIVEN[name]: Rule(constant="in_stock")} if name in GIVEN else {}
    options = SourceOptions(currency="USD", platform=name if name in UNTOLD else None)
    back = folder / "back.csv"
    result = generate(feed, back, mapping=Mapping(own), options=options, standard=LENIENT)
    return rows_of(back), result.preset


@pytest.mark.parametrize(
    "name", [each for each in profile_ids() if each not in (CANONICAL, "google-local-inventory")]
)
def test_what_a_partners_feed_holds_is_in_googles_feed(name: str, tmp_path: Path) -> None:
    found, preset = read_back(name, tmp_path)
    assert preset == ("idealo" if name == "idealo" else f"profile: {name}")
    wrong = {}
    for row in products(load_profile(name)):
        for attribute, most in held(load_profile(name)).items():
            value = found[row["id"]].get(attribute, "")
            right = kept(attribute, row.get(attribute, ""), most, value)
            right = LESS.get((name, _KIND.sub(r"\1", row["id"]), attribute), right)
            if value != right:
                wrong[row["id"], attribute] = (value, right)
    assert wrong == {}


@pytest.mark.parametrize("name", sorted({*profile_ids()} - UNTOLD - {CANONICAL, "google-local-inventory"}))
def test_a_partners_columns_tell_it(name: str) -> None:
    columns = tuple(each.title for each in load_profile(name).attributes)
    assert whose_columns(columns) == name
    assert whose_columns((*reversed(columns), "an extra column")) == name


@pytest.mark.parametrize(
    "columns",
    [
        tuple(each.name for each in load_profile(CANONICAL).attributes),
        (*VALID, "filters"),
        (*VALID, "product_category"),
        ("product_id", "product_name", "price", "url", "image_url", "category", "brand", "description"),
        ("ProductId", "ProductName", "Price", "Url", "ImageUrl", "Category"),
        ("sku", "title", "url", "price", "delivery time", "brand", "description"),
        ("Handle", "Title", "Variant Price"),
    ],
)
def test_what_may_be_anybodys_is_nobodys(columns: tuple[str, ...]) -> None:
    assert whose_columns(columns) is None
    assert recognised(columns) is None


@pytest.mark.parametrize(("cells", "partner"), [(32, "rakuten-merchandiser"), (31, None), (38, None)])
def test_a_feed_without_names_of_columns_is_told_by_its_first_lines(cells: int, partner: str | None) -> None:
    # What Rakuten hands to publishers begins alike, and has other cells.
    assert whose_lines("HDR|1234|Acme|2026.11.28/00:00:00\r\n" + "|".join("a" * cells) + "\r\n") == partner
    assert whose_lines("|".join("a" * cells)) is None


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceUnavailable, match="regular file"):
        generate(tmp_path / "pipe", tmp_path / "feed.csv")


def test_the_index_is_up_to_date() -> None:
    google = load_profile(CANONICAL)
    right = {name: entry_of(load_profile(name), google) for name in profile_ids()}
    assert json.loads(INDEX.read_text("utf-8")) == right, "run python tools/build_profile_index.py"


def test_what_a_network_takes_and_what_it_gives_are_told_apart() -> None:
    advertisers = ("product_id", "product_name", "description", "deep_link", "image_url", "price")
    for columns, preset in (
        (advertisers, "profile: awin"),
        (advertisers[1:], "profile: awin"),
        (("aw_deep_link", "aw_product_id", "product_name"), "awin_publisher"),
    ):
        found = recognised(columns, "awin")
        assert found is not None
        assert found.name == preset


def test_what_one_partner_alone_knows_is_told_without_its_profile() -> None:
    google = load_profile(CANONICAL)
    known = {name for each in profile_ids() for name in canonical_attributes(load_profile(each), google)}
    assert known_to_one_alone() == known - {each.name for each in google.attributes}


def test_a_partners_words_are_turned_round_as_often_as_one_likes() -> None:
    for name in profile_ids():
        profile = load_profile(name)
        rules = rules_for(profile, tuple(each.title for each in profile.attributes)).attributes
        for attribute in profile.attributes:
            for operation in rules.get(attribute.origin, Rule()).operations or ():
                if isinstance(operation, Values):
                    own = {word: own for own, words in operation.words.items() for word in words}
                    written = {
                        attribute.cell.words[own[word]]: word for word in attribute.cell.words.values()
                    }
                    assert all(now == before for now, before in written.items())


def test_one_partners_feed_becomes_anothers(tmp_path: Path) -> None:
    items = [
        {
            "sku_id": "T-1",
            "title": "Mug",
            "description": "A mug.",
            "availability": "available for order",
            "condition": "new",
            "price": "9.50 EUR",
            "link": "https://shop.example.com/1",
            "image_link": "https://cdn.example.com/1.jpg",
            "brand": "Fernhollow",
            "merchant_brand": "Fern",
            "sale_price": "8.00 EUR",
        }
    ]
    result = generate(write_csv(tmp_path / "e.csv", items), tmp_path / "awin.csv", profile="awin")
    with (tmp_path / "awin.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert result.preset == "profile: tiktok"
    assert "read as profile: tiktok" in result.headline()
    told = ("product_id", "product_name", "price", "product_price_old", "currency", "in_stock", "pre_order")
    assert [row[name] for name in told] == ["T-1", "Mug", "8.00", "9.50", "EUR", "0", "0"]
    own = generate(tmp_path / "e.csv", tmp_path / "tiktok.csv", profile="tiktok")
    assert (own.preset, own.items_written) == ("profile: tiktok", 1)
    with (tmp_path / "tiktok.csv").open(encoding="utf-8", newline="") as file:
        assert [*csv.DictReader(file)] == items


def test_a_currency_that_no_column_holds_is_asked_for(tmp_path: Path) -> None:
    item = {
        "offer-id": "K-1",
        "title": "Mug",
        "product-url": "https://shop.example.com/1",
        "landing-page-url": "https://shop.example.com/1",
        "price": "9.50",
        "availability": "1",
        "image-url": "https://cdn.example.com/1.jpg",
        "description": "A mug.",
        "brand": "Fernhollow",
    }
    source = write_csv(tmp_path / "e.csv", [item, item | {"offer-id": "K-2", "availability": "6"}])
    with pytest.raises(NotSaid, match="kelkoo"):
        generate(source, tmp_path / "feed.csv")
    generate(source, tmp_path / "feed.csv", options=SourceOptions(currency="GBP"))
    rows = rows_of(tmp_path / "feed.csv")
    assert {name: (row["price"], row["availability"]) for name, row in rows.items()} == {
        "K-1": ("9.50 GBP", "in_stock"),
        "K-2": ("9.50 GBP", "out_of_stock"),
    }
