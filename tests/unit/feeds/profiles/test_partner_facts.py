"""What single partners say of their attributes, one fact after the other: what is found, and near it what is not."""

import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from feedscript.feeds import load_profile, validate
from feedscript.testing.profile.items_read import Item, items_of
from feedscript.testing.profile.products import AS_OF, SHOP, canonical_rows
from tests.unit.feeds.products import generate_all, write_csv

#: Changes to a valid item of the partner's, and what is found of it: rules, those that are no errors with a `?`.
Fact = tuple[Mapping[str, str | list[str] | None], set[str]]
PICTURE = "https://cdn.example.com/shoe"
PHONES = {"google_product_category": "267", "installment": "12:15.00 USD"}
SIDES = {"length": "12", "width": "8.5", "dimensions_unit": "cm"}

FACTS: dict[str, list[Fact]] = {
    "google": [
        ({"availability": "limited_availability"}, {"availability.unconfirmed_value?"}),
        ({"availability": "Limited availability"}, {"availability.unconfirmed_value?"}),
        ({"availability": "limited"}, {"availability.invalid_enum"}),
        ({"product_length": "12.1234 cm", "product_weight": "0.1234 kg"}, set()),
        ({"product_length": "12.12345 cm"}, {"product_length.invalid_format"}),
        ({"product_width": "12.12345 in"}, {"product_width.invalid_format"}),
        ({"product_height": "12.12345cm"}, {"product_height.invalid_format"}),
        ({"product_weight": "1.00001 kg"}, {"product_weight.invalid_format"}),
        ({"carrier_shipping": "US:94043:UPS_GROUND"}, set()),
        ({"carrier_shipping": "US:94043::5.00 USD"}, set()),
        ({"carrier_shipping": "US:94043:UPS_GROUND:5.00 USD"}, {"carrier_shipping.conflicting_values"}),
        ({"carrier_shipping": "US:94043::5.00 USD::::1.00 USD"}, {"carrier_shipping.conflicting_values"}),
        ({"carrier_shipping": "US:94043::5.00 USD:::::2.5"}, {"carrier_shipping.conflicting_values"}),
        ({"carrier_shipping": "US:94043:UPS_GROUND:::::1.00 USD"}, set()),
    ],
    "meta": [
        ({"price": None}, {"price.missing_required?"}),
        ({"price": "9.99USD", "sale_price": "9.5USD"}, set()),
        ({"price": "9.99"}, {"price.invalid_format"}),
        *(({"image_link": f"{PICTURE}.{each}"}, set()) for each in ("jpg", "JPEG", "gif", "png")),
        *(
            ({"image_link": f"{PICTURE}.{each}"}, {"image_link.unlisted_format?"})
            for each in ("webp", "tiff", "TIF", "bmp")
        ),
        ({"image_link": f"{PICTURE}.webp?format=jpg"}, {"image_link.unlisted_format?"}),
        ({"image_link": f"{PICTURE}?name=a.webp"}, set()),
        ({"image_link": f"{PICTURE}.pdf"}, {"image_link.invalid_format"}),
        (
            {"additional_image_link": [f"{PICTURE}.jpg", f"{PICTURE}.webp"]},
            {"additional_image_link.unlisted_format?"},
        ),
    ],
    "tiktok": [
        ({"image_link": f"{PICTURE}.png"}, set()),
        *(
            ({"image_link": f"{PICTURE}.{each}"}, {"image_link.unlisted_format?"})
            for each in ("gif", "webp", "tiff")
        ),
        ({"additional_image_link": f"{PICTURE}.gif"}, {"additional_image_link.unlisted_format?"}),
        ({"google_product_category": "166"}, {"google_product_category.short_text?"}),
        ({"google_product_category": "1604"}, {"google_product_category.short_text?"}),
        ({"google_product_category": "212"}, set()),
        (
            {"google_product_category": "Apparel & Accessories > Clothing"},
            {"google_product_category.short_text?"},
        ),
        ({"google_product_category": "Apparel & Accessories > Clothing > Shirts & Tops"}, set()),
        ({"identifier_exists": "no", "gtin": None, "mpn": None}, set()),
        ({"shipping": ["US:CA:Ground:9.99 USD", "US:NY:Ground:9.99 USD"]}, set()),
    ],
    "pinterest": [
        ({"google_product_category": "166"}, {"google_product_category.short_text?"}),
        ({"google_product_category": "1604"}, {"google_product_category.short_text?"}),
        ({"google_product_category": "212"}, set()),
        ({"product_type": "Shoes > Trail shoes"}, set()),
        ({"product_type": "Shoes"}, set()),
        *(
            ({"product_type": each}, {"product_type.invalid_format?"})
            for each in ("Shoes>Trail", "Shoes >Trail", "Shoes > Trail > ", "> Shoes", "Shoes  > Trail")
        ),
        ({"shipping_weight": "1.2 kg", "shipping_width": "12 cm", "shipping_height": "3 cm"}, set()),
        ({"shipping_weight": "1.2kg"}, {"shipping_weight.invalid_format?"}),
        ({"shipping_width": "12cm"}, {"shipping_width.invalid_format?"}),
        ({"shipping_height": "3cm"}, {"shipping_height.invalid_format?"}),
        ({"tax": "US:NY:8.5:yes"}, set()),
        ({"tax": "US:NY:8.5:"}, set()),
        ({"tax": "US:NY:8.5"}, {"tax.invalid_format"}),
    ],
    "microsoft": [
        *(({"size_system": each}, set()) for each in ("DE", "FR", "AU", "US", "UK")),
        *(({"size_system": each}, {"size_system.invalid_enum"}) for each in ("JP", "EU", "MEX")),
        ({"brand": "a " * 9 + "b"}, set()),
        ({"brand": "a " * 10 + "b"}, {"brand.invalid_format"}),
        ({"brand": "x" * 70}, set()),
        ({"brand": "x" * 71}, {"brand.long_text?"}),
        ({"item_group_id": "G"}, {"item_group_id.missing_companion"}),
        ({"item_group_id": "G", "color": "Red"}, set()),
        ({"included_destination": ["Shopping_ads", "Local_inventory_ads"]}, set()),
        ({"included_destination": "Free_listings"}, {"included_destination.invalid_enum"}),
        ({"excluded_destination": "Display_ads"}, {"excluded_destination.invalid_enum"}),
        ({"consumer_message_type": "prop_65", "consumer_message_content": "Read <b>this</b>.<br/>"}, set()),
        ({"consumer_message_type": "warning"}, {"consumer_message_type.invalid_enum"}),
        ({"consumer_message_content": 'See <a href="https://a.example">this</a>'}, set()),
        ({"consumer_message_content": "<p>Read this</p>"}, {"consumer_message_content.invalid_format"}),
        ({"consumer_message_content": "x" * 1001}, {"consumer_message_content.too_long"}),
        ({"price": "12.345 KWD"}, {"price.invalid_format"}),
        ({"price": "0.00 USD"}, {"price.out_of_range"}),
        ({"price": "0.00 USD", **PHONES, "google_product_category": "988"}, {"price.out_of_range"}),
        ({"price": "0.00 USD", **PHONES}, set()),
        ({"gtin": "9840000000003"}, set()),
        ({"gtin": "9810000000006"}, {"gtin.coupon_prefix"}),
        ({"image_link": f"{PICTURE}.webp"}, {"image_link.invalid_format"}),
        ({"image_link": f"{PICTURE}.tiff"}, set()),
        ({"description": "A shoe, free shipping"}, {"description.promotional_text?"}),
    ],
    "criteo-retail-media": [
        ({"description": None}, {"description.missing_required"}),
        ({"brand": None}, {"brand.missing_required?"}),
        ({"id": "Ab1", "item_group_id": "aB1"}, {"id.conflicting_values"}),
        ({"filters": "Color=Red|Blue,Size=M"}, set()),
        ({"filters": "red"}, {"filters.invalid_format?"}),
    ],
    "openai": [
        ({"title": "x" * 150, "description": "x" * 5000}, set()),
        ({"title": "x" * 151}, {"title.long_text?"}),
        ({"description": "x" * 5001}, {"description.long_text?"}),
        *(
            ({name: word}, {f"{name}.placeholder_value"})
            for name in ("color", "size", "material", "pattern", "mpn", "marketplace_seller", "size_system")
            for word in ("n/a", "Unknown")
        ),
        ({"availability": "unknown"}, set()),
        (SIDES, set()),
        ({**SIDES, "dimensions_unit": None}, {"length.missing_companion", "width.missing_companion"}),
        ({"height": "4"}, {"height.missing_companion"}),
        ({"weight": "4", "item_weight_unit": "kg"}, set()),
        ({"weight": "4"}, {"weight.missing_companion"}),
        ({"dimensions": '{"length":"12","width":"8.5","unit":"cm"}'}, set()),
        ({"dimensions": '{"unit": "in", "height": 1.5, "length": 0.5, "width": 3}'}, set()),
        *(
            ({"dimensions": each}, {"dimensions.invalid_format"})
            for each in (
                '{"length":"12","unit":"cm"}',
                '{"length":"12","width":"8"}',
                '{"length":"12","width":"0","unit":"cm"}',
                '{"length":"12","width":"-8","unit":"cm"}',
                '{"length":"12","width":"8","unit":"mile"}',
                '{"length":"12 cm","width":"8 cm","unit":"cm"}',
                "12 x 8 cm",
            )
        ),
        ({"ads_metadata": '{"campaign": "spring", "team": "a"}'}, set()),
        ({"ads_metadata": "{}"}, set()),
        ({"ads_metadata": '{"campaign": 3}'}, {"ads_metadata.invalid_format"}),
        ({"ads_metadata": '{"campaign": {"a": "b"}}'}, {"ads_metadata.invalid_format"}),
        ({"offer_id": "SKU-1-79.90"}, {"offer_id.conflicting_values?"}),
        ({"offer_id": "SKU-179.901"}, set()),
        ({"offer_id": "SKU-79"}, set()),
        ({"store_country": "CA"}, set()),
        ({"store_country": "DE"}, {"store_country.invalid_enum"}),
        ({"target_countries": ["US", "DE"]}, {"target_countries.invalid_enum?"}),
        ({"additional_image_urls": [f"{PICTURE}.jpg", f"{PICTURE}%2Cleft.jpg"]}, set()),
    ],
    "openai-2026a": [
        ({"title": "x" * 151}, {"title.too_long"}),
        ({"store_country": "DE", "target_countries": ["US", "DE"]}, set()),
        ({"offer_id": "SKU-1-79.90"}, set()),
    ],
    "cj": [({"image_link": None}, {"image_link.missing_required?"})],
    "kelkoo": [
        ({"landing_page_url": "https://shop.example.com/a?id=1&utm=2"}, set()),
        (
            {"landing_page_url": "https://shop.example.com/a?id=1&utm_source=kelkoo"},
            {"landing_page_url.conflicting_values?"},
        ),
        (
            {"landing_page_url": "https://shop.example.com/a?gclid=1"},
            {"landing_page_url.conflicting_values?"},
        ),
    ],
    "rakuten-google": [
        ({"sale_price": "59.90 USD"}, set()),
        ({"sale_price": None}, {"sale_price.missing_required?"}),
    ],
    "rakuten-merchandiser": [
        ({"class_id": "60"}, set()),
        ({"class_id": "15"}, {"class_id.invalid_enum?"}),
        ({"m1": "x"}, {"m1.conflicting_values?"}),
    ],
    "snapchat": [
        ({"image_link": f"{PICTURE}.png"}, set()),
        ({"image_link": f"{PICTURE}.webp"}, {"image_link.unlisted_format?"}),
    ],
    "google-local-inventory": [({"loyalty_program": "Club:Gold"}, set())],
}


def found_in(folder: Path, profile: str, items: Sequence[Mapping[str, object]]) -> list[set[str]]:
    """The rules that each of the items fails, as `Fact` writes them, without the profile's name."""
    target = load_profile(profile)
    feed, listing = folder / "feed.jsonl", folder / "findings.gz"
    rows = [
        {target.attribute(name).title: value for name, value in item.items() if value is not None}
        for item in items
    ]
    feed.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    validate(feed, profile=profile, as_of=AS_OF, findings=listing)
    found: dict[int, set[str]] = defaultdict(set)
    with gzip.open(listing, "rt", encoding="utf-8") as lines:
        for finding in map(json.loads, lines):
            if finding["item"] is not None:
                sign = "" if finding["severity"] == "error" else "?"
                found[finding["item"]].add(finding["rule_id"].removeprefix(f"{profile}.") + sign)
    return [found[place] for place in range(1, len(items) + 1)]


PlainItem = Callable[[str], Item]


@pytest.fixture(scope="module")
def plain_item(tmp_path_factory: pytest.TempPathFactory) -> PlainItem:
    """The first of the sample products, as it stands in the partner's feed."""

    @cache
    def made(name: str) -> Item:
        profile, folder = load_profile(name), tmp_path_factory.mktemp(name)
        export = write_csv(folder / "export.csv", canonical_rows(profile))
        feed = folder / f"feed{profile.files[0].endings[0]}"
        generate_all(export, feed, profile=name, names=SHOP)
        return items_of(feed, profile)[0]

    return made


@pytest.mark.parametrize("profile", FACTS)
def test_what_a_partner_says_is_found_and_nothing_else(
    profile: str, plain_item: PlainItem, tmp_path: Path
) -> None:
    plain, item = plain_item(profile), load_profile(profile).item
    items = [
        {**plain, item: f"{number + 10}", **changes} for number, (changes, _) in enumerate(FACTS[profile])
    ]
    found = found_in(tmp_path, profile, items)
    wrong = [
        (changes, told, rules)
        for (changes, rules), told in zip(FACTS[profile], found, strict=True)
        if told != rules
    ]
    assert wrong == []


def test_the_variants_of_a_group_name_the_same_options_and_differ(
    plain_item: PlainItem, tmp_path: Path
) -> None:
    plain = plain_item("openai") | {"listing_has_variations": "true"}
    variants = [
        ("G", '{"color":"red","size":"M"}', set()),
        ("G", '{"size": "L", "color": "red"}', set()),
        ("G", '{"size":"M","color":"red"}', {"variant_dict.duplicate_variant?"}),
        ("G", '{"color":"blue"}', {"variant_dict.group_conflict?"}),
        ("H", '{"color":"red","size":"M"}', set()),
        ("I", '{"$color":"red"}', set()),
        ("I", '{"$color":"blue"}', set()),
        ("I", '{"$color":"red"}', {"variant_dict.duplicate_variant?"}),
        ("J", "no object", {"variant_dict.invalid_format"}),
        ("J", '{"color":"red"}', set()),
    ]
    items = [
        {**plain, "item_id": f"V{place}", "group_id": group, "variant_dict": options}
        for place, (group, options, _) in enumerate(variants)
    ]
    assert found_in(tmp_path, "openai", items) == [rules for _, _, rules in variants]


def test_a_label_has_so_many_different_values_in_a_feed(plain_item: PlainItem, tmp_path: Path) -> None:
    plain = plain_item("microsoft")
    labels = [*(f"L{number % 1000}" for number in range(1003)), "one more", "L3", "another", "one more"]
    items = [{**plain, "id": f"M{place}", "custom_label_0": label} for place, label in enumerate(labels)]
    found = found_in(tmp_path, "microsoft", items)
    one_too_many = {"custom_label_0.too_many_distinct?"}
    assert found[1003:] == [one_too_many, set(), one_too_many, one_too_many]
    assert not any(found[:1003])


def test_ids_that_differ_by_blanks_alone_are_one_at_google(plain_item: PlainItem, tmp_path: Path) -> None:
    ids = ["A B", "A  B", "AB", "A   B "]
    twice = {"id.duplicate_id"}
    for profile, found in (("google", [set(), twice, set(), twice]), ("meta", [set()] * 4)):
        plain = plain_item(profile)
        assert found_in(tmp_path, profile, [{**plain, "id": each} for each in ids]) == found
