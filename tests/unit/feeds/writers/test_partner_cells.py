"""Cells of a partner that are made of several canonical attributes, or of a part of one."""

import csv
import json
from functools import cache
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedscript.feeds import generate
from feedscript.feeds.comparison.comparing import compare
from feedscript.feeds.profiles.loading import load_profile
from feedscript.feeds.profiles.model import Attribute, Profile
from feedscript.feeds.profiles.written import Cell
from feedscript.feeds.writers.cells import partner_columns
from feedscript.feeds.writers.values import taken
from feedscript.testing.profile.products import SHOP
from tests.unit.feeds.products import product, write_csv

RANGE = "2026-07-20T00:00+00:00/2026-09-20T23:59+00:00"


def written(folder: Path, profile: str, **changes: str) -> dict[str, str]:
    """The first item of a partner's feed of one product."""
    feed = folder / "feed.csv"
    generate(write_csv(folder / "export.csv", [product(**changes)]), feed, profile=profile)
    with feed.open(encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))


@cache
def engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def cell_of(form: Cell, cells: dict[str, str | None], **said: int) -> str | None:
    """What is written of an attribute `own` with canonical cells."""
    attribute = Attribute(name="own", cell=form, max_length=said.get("max_length"))
    profile = Profile(id="p", version="1", title="", doc="", item="own", attributes=(attribute,))
    (column,) = partner_columns(profile, {"own": attribute}, {name: name for name in cells})
    given_cells = ", ".join(f"?::VARCHAR AS {name}" for name in cells)
    row = engine().execute(f"SELECT {column.text} FROM (SELECT {given_cells})", [*cells.values()]).fetchone()
    assert row is not None
    value: str | None = row[0]
    return value


@pytest.mark.parametrize(("offer", "written_as"), [("59.90 USD", "59.90"), ("59.90 EUR", None)])
def test_an_offer_in_another_currency_is_none_where_one_is_written_for_both(
    tmp_path: Path, offer: str, written_as: str | None
) -> None:
    item = written(tmp_path, "criteo-retail-media", product_type="Cups", sale_price=offer)
    assert (item["price"], item["sale_price"] or None) == ("79.90", written_as)


def test_a_compact_price_has_no_space_before_its_currency() -> None:
    assert cell_of(Cell(compact=True), {"own": "1299.90 USD"}) == "1299.90USD"
    assert cell_of(Cell(), {"own": "1299.90 USD"}) == "1299.90 USD"


#: What partners call the price, where it is not that.
AMOUNTS = {"rakuten-merchandiser": "retail_price"}


@pytest.mark.parametrize(
    ("offer", "price", "before"),
    [
        ({}, "79.90", ""),
        ({"sale_price": "59.90 USD"}, "59.90", "79.90"),
        ({"sale_price": "59.90 USD", "sale_price_effective_date": RANGE}, "79.90", ""),
        ({"sale_price": "9.90 USD"}, "9.90", "79.90"),
        pytest.param({"sale_price": "59.90 EUR"}, "79.90", "", id="no amount gets another's currency"),
        pytest.param({"sale_price": "1.299 USD"}, "79.90", "", id="what can be read in two ways is no offer"),
        pytest.param({"sale_price": "100.00 USD"}, "79.90", "", id="above the usual price it is no offer"),
        pytest.param({"price": "", "sale_price": "59.90 USD"}, "59.90", "", id="there is no other price"),
    ],
)
def test_a_partner_of_one_price_gets_the_offer_that_has_no_days(
    tmp_path: Path, offer: dict[str, str], price: str, before: str
) -> None:
    item = written(tmp_path, "idealo", **offer)
    assert (item["price"], item.get("formerPrice", "")) == (price, before)


@pytest.mark.parametrize("price", ["1.299 EUR", "12 EUR per kg", "12.00 GBp", "-5.00 EUR"])
@pytest.mark.parametrize("profile", ["awin", "idealo", "kelkoo", "klarna", "rakuten-merchandiser"])
def test_what_is_no_price_gives_no_amount(price: str, profile: str) -> None:
    attribute = load_profile(profile).attribute(AMOUNTS.get(profile, "price"))
    row = duckdb.connect().execute(f"SELECT {taken(attribute, '$v')}", {"v": price}).fetchone()
    assert row == (price,)


@pytest.mark.parametrize("price", ["12 EUR", "12.5 EUR", "1299.00 EUR", "10.123 KWD", "1000 JPY"])
def test_a_price_gives_its_amount(price: str) -> None:
    attribute = load_profile("awin").attribute("price")
    row = duckdb.connect().execute(f"SELECT {taken(attribute, '$v')}", {"v": price}).fetchone()
    assert row == (price[:-4],)


@pytest.mark.parametrize(
    ("profile", "word", "written_as"),
    [
        pytest.param("google", "discontinued", "out_of_stock", id="the-base-itself"),
        pytest.param("openai", "Discontinued", "out_of_stock", id="in-another-spelling"),
        pytest.param("microsoft", "backorder", "out of stock", id="another-word"),
        pytest.param("kelkoo", "discontinued", "6", id="a-digit"),
        pytest.param("klarna", "discontinued", "out of stock", id="a-free-text"),
        pytest.param("google-local-inventory", "preorder", "out_of_stock", id="a-shop"),
    ],
)
def test_a_word_that_a_partner_has_not_is_its_nearest_and_told(
    tmp_path: Path, profile: str, word: str, written_as: str
) -> None:
    own = {"store_code": "S", "seller_name": "Acme"}
    preordered = {"availability": word, "availability_date": "2026-12-20T00:00+00:00"}
    source = write_csv(tmp_path / "export.csv", [product(1, **own), product(2, **own, **preordered)])
    feed = tmp_path / f"feed{load_profile(profile).files[0].endings[0]}"
    generated = generate(source, feed, profile=profile)
    told = [each for each in generated.repairs if each.operation == "nearest_word"]
    assert [(each.total, [(s.item_id, s.before, s.after) for s in each.samples]) for each in told] == [
        (1, [("SKU-2", word.lower(), written_as)])
    ]
    assert generated.items_written == 2
    assert written_as in feed.read_text("utf-8")


@pytest.mark.parametrize("profile", ["meta", "tiktok", "snapchat"])
def test_a_word_that_a_partner_has_stays(tmp_path: Path, profile: str) -> None:
    source = write_csv(tmp_path / "export.csv", [product(availability="discontinued")])
    generated = generate(source, tmp_path / "feed.csv", profile=profile)
    assert [each for each in generated.repairs if each.attribute == "availability"] == []
    assert "discontinued" in (tmp_path / "feed.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("service", "written_as"),
    [("Ground, tracked", "Ground tracked"), ("Ground; tracked", "Ground tracked"), ("Ground", "Ground")],
)
def test_a_sign_that_parts_values_is_none_of_a_value_in_any_form_of_file(
    tmp_path: Path, service: str, written_as: str
) -> None:
    shipping = f'"US:CA:{service}:5.00 USD",US:NY:Air:9.00 USD'
    source = write_csv(tmp_path / "export.csv", [product(shipping=shipping)])
    made = [generate(source, tmp_path / name, profile="meta") for name in ("feed.csv", "feed.xml")]
    assert [each.items_written for each in made] == [1, 1]
    assert f"US:CA:{written_as}:5.00 USD;US:NY:Air:9.00 USD" in (tmp_path / "feed.csv").read_text("utf-8")
    assert f"<g:service>{written_as}</g:service>" in (tmp_path / "feed.xml").read_text("utf-8")
    assert compare(tmp_path / "feed.csv", tmp_path / "feed.xml", profile="meta").changed == 0
    told = [
        (r.total, r.samples[0].before) for each in made for r in each.repairs if r.attribute == "shipping"
    ]
    before = f"US:CA:{service}:5.00 USD,US:NY:Air:9.00 USD"
    assert told == ([] if service == written_as else [(1, before)] * 2)


def test_an_address_has_no_sign_that_parts_addresses(tmp_path: Path) -> None:
    item = written(tmp_path, "idealo", image_link="https://a.example.com/1;v=2.jpg")
    assert item["imageUrls"] == "https://a.example.com/1%3Bv=2.jpg"


def test_a_price_without_currency_has_its_currency_beside_it(tmp_path: Path) -> None:
    item = written(tmp_path, "awin")
    assert (item["price"], item["currency"]) == ("79.90", "USD")


def test_pictures_stand_in_one_list_or_in_columns(tmp_path: Path) -> None:
    more = {"additional_image_link": "https://a.example.com/2.jpg,https://a.example.com/3.jpg"}
    item = written(tmp_path, "idealo", **more)
    assert item["imageUrls"] == (
        "https://cdn.example.com/shoe.jpg;https://a.example.com/2.jpg;https://a.example.com/3.jpg"
    )
    item = written(tmp_path, "kelkoo", **more)
    assert [item[f"image-url-{place}"] for place in (2, 3, 4)] == [
        *more["additional_image_link"].split(","),
        "",
    ]


def test_a_product_without_variants_is_a_group_of_its_own(tmp_path: Path) -> None:
    category = {"google_product_category": "Home & Garden"}
    assert written(tmp_path, "rakuten-google", **category)["item_group_id"] == "SKU-1"
    grouped = written(tmp_path, "rakuten-google", item_group_id="G", **category)
    assert grouped["item_group_id"] == "G"


def test_a_group_has_its_options_as_json(tmp_path: Path) -> None:
    options = {"color": 'Red "Navy"', "size": "42, wide"}
    item = written(tmp_path, "openai", seller_name="Acme", item_group_id="G", **options)
    assert json.loads(item["variant_dict"]) == options
    assert item["listing_has_variations"] == "true"
    item = written(tmp_path, "openai", seller_name="Acme", **options)
    assert {"variant_dict", "listing_has_variations"}.isdisjoint(item)


@given(
    members=st.fixed_dictionaries({"color": st.none() | st.text(), "size": st.none() | st.text()}),
    group=st.none() | st.just("G"),
)
def test_members_make_an_object_of_what_is_there(members: dict[str, str | None], group: str | None) -> None:
    there = {name: value for name, value in members.items() if value is not None}
    text = cell_of(Cell(members=("color", "size")), {"own": group, **members})
    assert (text and json.loads(text)) == (there if group and there else None)


@pytest.mark.parametrize(
    ("path", "top", "below"),
    [
        ("Shoes > Running > Trail", "Shoes", "Running~~Trail"),
        ("Shoes>Running", "Shoes", "Running"),
        ("Shoes", "Shoes", None),
        (None, None, None),
    ],
)
def test_a_path_is_its_topmost_level_and_those_below(
    path: str | None, top: str | None, below: str | None
) -> None:
    assert cell_of(Cell(take="top"), {"own": path}) == top
    assert cell_of(Cell(take="below", separator="~~"), {"own": path}) == below


@given(
    text=st.none() | st.text(alphabet=st.sampled_from("ab ,é€\U0001f45f"), max_size=80),
    length=st.integers(2, 60),
)
def test_a_text_is_cut_within_its_length_once(text: str | None, length: int) -> None:
    once = cell_of(Cell(cut=True), {"own": text}, max_length=length)
    assert cell_of(Cell(cut=True), {"own": once}, max_length=length) == once
    if text is None or len(text) <= length:
        assert once == text
    else:
        assert once is not None
        assert len(once) <= length
        assert once.endswith("…")


def test_the_same_text_is_cut_for_one_column_and_whole_in_another(tmp_path: Path) -> None:
    feed = tmp_path / "feed.txt"
    text = "A light shoe for wet ground. " * 40
    rows = [product(product_type="Shoes", description=text)]
    generate(write_csv(tmp_path / "export.csv", rows), feed, profile="rakuten-merchandiser", names=SHOP)
    line = next(
        each for each in feed.read_text("utf-8").splitlines() if each.split("|")[1].startswith("Trail")
    )
    short, long = line.split("|")[8:10]
    assert len(short) <= 500
    assert long == text.strip()
