"""Forms of values that partners have of their own: where a currency stands, what parts values, which ids are one."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from feedscript.feeds import load_profile, validate
from feedscript.feeds.generation import generate
from feedscript.feeds.mapping import AttributesUnmatched
from feedscript.feeds.profiles.header import read_header
from tests.unit.feeds.products import product, write_csv

SHOP = "https://cdn.example.com"


def errors(folder: Path, profile: str, *items: Mapping[str, str]) -> set[str]:
    """The errors of a feed, without the profile's name before them."""
    feed = write_csv(folder / "feed.csv", items)
    report = validate(feed, profile=profile)
    return {each.rule.id.removeprefix(f"{profile}.") for each in report.issues if each.severity == "error"}


def item(profile: str, number: int = 1, **changes: str) -> dict[str, str]:
    """A product that the partner takes, with some columns changed."""
    price = {"criteo-retail-media": "79.90"}.get(profile, "79.90 USD")
    given = product(number, availability="in stock", price=price, product_type="Shoes") | changes
    return {
        "sku_id" if name == "id" and profile == "tiktok" else name: value for name, value in given.items()
    }


@pytest.mark.parametrize(
    ("profile", "price", "found"),
    [
        ("pinterest", "24.99 USD", set()),
        ("pinterest", "24.99USD", set()),
        ("pinterest", "24.99", set()),
        ("pinterest", "USD 24.99", {"price.invalid_format"}),
        ("pinterest", "24,99", {"price.invalid_format"}),
        ("pinterest", "24.99 DEM", {"price.withdrawn_currency"}),
        ("snapchat", "199 USD", set()),
        ("snapchat", "USD 199", set()),
        ("snapchat", "0 USD", set()),
        ("snapchat", "USD -1", {"price.out_of_range"}),
        ("snapchat", "199", {"price.invalid_format"}),
        ("criteo-retail-media", "29.99", set()),
        ("criteo-retail-media", "29.99 USD", {"price.invalid_format"}),
        ("meta", "24.99", {"price.invalid_format"}),
        ("meta", "0.00 USD", {"price.out_of_range"}),
        # As Meta's own plugin writes it.
        ("meta", "12.5USD", set()),
        ("meta", "USD 24.99", {"price.invalid_format"}),
    ],
)
def test_a_price_has_its_currency_where_the_partner_wants_it(
    tmp_path: Path, profile: str, price: str, found: set[str]
) -> None:
    assert errors(tmp_path, profile, item(profile, price=price)) == found


@pytest.mark.parametrize(
    ("profile", "price", "sale_price", "found"),
    [
        ("pinterest", "24.99", "19.99USD", set()),
        ("pinterest", "24.99", "29.99USD", {"sale_price.sale_not_below_price"}),
        ("pinterest", "24.99", "29.99 EUR", {"sale_price.currency_mismatch"}),
        ("snapchat", "USD 24.99", "29.99 USD", {"sale_price.sale_not_below_price"}),
        ("criteo-retail-media", "24.99", "19.99", set()),
        ("criteo-retail-media", "24.99", "29.99", {"sale_price.sale_not_below_price"}),
    ],
)
def test_prices_are_compared_wherever_their_currency_stands(
    tmp_path: Path, profile: str, price: str, sale_price: str, found: set[str]
) -> None:
    feed = write_csv(tmp_path / "feed.csv", [item(profile, price=price, sale_price=sale_price)])
    told = {each.rule.id.removeprefix(f"{profile}.") for each in validate(feed, profile=profile).issues}
    assert {each for each in told if each.startswith("sale_price")} == found


@pytest.mark.parametrize("profile", ["meta", "tiktok"])
@pytest.mark.parametrize("sign", [";", ","])
def test_some_part_shipping_by_semicolons_and_by_commas(tmp_path: Path, profile: str, sign: str) -> None:
    groups = ["US:CA:Ground:9.99 USD", "US::Air:16.00 USD"]
    assert errors(tmp_path, profile, item(profile, shipping=sign.join(groups))) == set()
    wrong = item(profile, shipping=sign.join([*groups, "US:NY:Ground:free"]))
    assert errors(tmp_path, profile, wrong) == {"shipping.invalid_format"}


def test_ids_of_retail_media_are_the_same_in_either_case(tmp_path: Path) -> None:
    profile = "criteo-retail-media"
    pair = [item(profile, 1, id="Ab1"), item(profile, 2, id="aB1")]
    assert errors(tmp_path, profile, *pair) == {"id.duplicate_id"}
    assert (
        errors(tmp_path, "pinterest", *(item("pinterest", n, id=i) for n, i in ((1, "Ab1"), (2, "aB1"))))
        == set()
    )


def test_a_product_may_lie_in_several_shops(tmp_path: Path) -> None:
    rows = [{"store_code": shop, "id": "A1", "availability": "in_stock"} for shop in ("north", "south")]
    assert errors(tmp_path, "google-local-inventory", *rows) == set()


@pytest.mark.parametrize(
    ("profile", "changes", "found"),
    [
        ("tiktok", {"title": "Trail running shoe \U0001f45f"}, {"title.invalid_format"}),
        ("tiktok", {"title": "Chaussure légère, 42 ½ · été"}, set()),
        ("tiktok", {"id": "SKU\a1"}, {"sku_id.invalid_format"}),
        ("criteo-growth", {"title": "(New) shoe"}, {"title.invalid_format"}),
        ("criteo-growth", {"title": "Élan shoe"}, set()),
        ("criteo-growth", {"title": "靴 42"}, set()),
        ("criteo-growth", {"id": "GGOE-001"}, set()),
        ("criteo-growth", {"id": "ä1"}, {"id.invalid_format"}),
        ("criteo-growth", {"id": 'A"1'}, {"id.invalid_format"}),
        ("criteo-retail-media", {"id": "G1", "item_group_id": "G1"}, {"id.conflicting_values"}),
        ("microsoft", {"availability": "InStock", "condition": ""}, set()),
        ("microsoft", {"adult": "TRUE"}, {"adult.conflicting_values"}),
        ("pinterest", {"availability": "IN STOCK"}, set()),
        ("meta", {"brand": "", "gtin": "", "mpn": "X1"}, set()),
        ("meta", {"brand": "", "gtin": ""}, {"brand.missing_required"}),
        (
            "meta",
            {"quantity_to_sell_on_facebook": "0"},
            {"quantity_to_sell_on_facebook.conflicting_values"},
        ),
        ("meta", {"quantity_to_sell_on_facebook": "0", "availability": "out of stock"}, set()),
    ],
)  # fmt: skip
def test_what_else_a_partner_asks_for(
    tmp_path: Path, profile: str, changes: dict[str, str], found: set[str]
) -> None:
    assert errors(tmp_path, profile, item(profile, **changes)) == found


@pytest.mark.parametrize(
    ("place", "found"), [("a" * 20, set()), ("é" * 11, {"instore_product_location.too_long"})]
)
def test_a_place_in_a_shop_is_counted_in_bytes(tmp_path: Path, place: str, found: set[str]) -> None:
    row = {"store_code": "north", "id": "A1", "availability": "in_stock", "instore_product_location": place}
    assert errors(tmp_path, "google-local-inventory", row) == found


def test_an_attribute_that_nobody_confirms_as_required_may_lack(tmp_path: Path) -> None:
    export = write_csv(tmp_path / "export.csv", [{k: v for k, v in product().items() if k != "price"}])
    generated = generate(export, tmp_path / "feed.csv", profile="criteo-growth")
    assert generated.items_written == 1
    with pytest.raises(AttributesUnmatched, match="price"):
        generate(export, tmp_path / "feed.csv", profile="pinterest")


#: Header rows as partners, or their own plugins, write them.
HEADERS = {
    "meta": (
        "id,title,description,availability,condition,link,image_link,brand,price,google_product_category,"
        "fb_product_category,quantity_to_sell_on_facebook,sale_price,sale_price_effective_date,item_group_id,gender,"
        "color,size,age_group,material,pattern,shipping,shipping_weight,offer_disclaimer,offer_disclaimer_url,"
        "video[0].url,video[0].tag[0],gtin,product_tags[0],product_tags[1],style[0]"
    ),
    "criteo-retail-media": (
        "id,title,description,link,image_link,additional_image_link,sale_price,price,gtin,mpn,product_type,"
        "product_type_key,brand,item_group_id,google_product_category,availability,filters,seller_id,seller_name,"
        "regiondata,product_rating,number_of_reviews"
    ),
}
PLUGIN = (
    "id,title,description,image_link,link,product_type,brand,price,availability,item_group_id,checkout_url,"
    "additional_image_link,video,sale_price_effective_date,sale_price,condition,visibility,gender,color,size,pattern,"
    "google_product_category,default_product,variant,gtin,quantity_to_sell_on_facebook,custom_label_4,"
    "rich_text_description,internal_label,external_variant_id, is_woo_all_products_sync"
)


@pytest.mark.parametrize("profile", HEADERS)
def test_the_columns_are_those_of_the_partners_sample_in_its_order(profile: str) -> None:
    wanted = HEADERS[profile].split(",")
    assert [each.title for each in load_profile(profile).attributes][: len(wanted)] == wanted


def test_what_the_partners_own_plugin_writes_is_known() -> None:
    assert read_header(load_profile("meta"), tuple(PLUGIN.split(","))).unknown == []


def test_the_row_of_remarks_above_metas_header_is_no_item(tmp_path: Path) -> None:
    titles = HEADERS["meta"].split(",")
    feed = tmp_path / "feed.csv"
    row = product(availability="in stock") | {
        "video[0].url": "https://shop.example.com/a.mp4",
        "product_tags[1]": "new",
    }
    with feed.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([f"# Required | what {title} holds" for title in titles])
        writer.writerow(titles)
        writer.writerow([row.get(title, "") for title in titles])
    report = validate(feed, profile="meta")
    assert (report.items_total, report.items_with_errors) == (1, 0)
    assert [each.rule.id for each in report.issues if each.severity != "info"] == []
    assert dict(report.fill_rates)["video_url"] == dict(report.fill_rates)["second_product_tag"] == 1
