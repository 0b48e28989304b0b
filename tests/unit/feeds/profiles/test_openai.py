"""What OpenAI's forms of feed hold items to, where they differ from one another and from Google's."""

from pathlib import Path

import pytest

from feedscript.feeds import validate
from feedscript.testing.profile.products import AS_OF
from tests.unit.feeds.products import product, write_csv

OWN = {
    "item_id": "A1",
    "title": "Cup",
    "description": "A cup.",
    "url": "https://shop.example.com/cup",
    "brand": "Acme",
    "image_url": "https://cdn.example.com/cup.jpg",
    "price": "9.50 USD",
    "availability": "in_stock",
    "seller_name": "Acme",
}
VARIANTS = {"group_id": "G", "listing_has_variations": "true", "variant_dict": '{"color":"red"}'}


def found(folder: Path, profile: str, item: dict[str, str]) -> dict[str, str]:
    """The severity of each rule that the item fails, without the profile's name."""
    report = validate(write_csv(folder / "feed.csv", [item]), profile=profile, as_of=AS_OF)
    return {issue.rule.id.removeprefix(f"{profile}."): issue.severity for issue in report.issues}


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, {}),
        ({"availability": "unknown"}, {}),
        ({"availability": "In stock"}, {"availability.invalid_enum": "error"}),
        ({"availability": "preorder"}, {"availability.invalid_enum": "error"}),
        ({"is_eligible_search": "TRUE"}, {"is_eligible_search.invalid_enum": "error"}),
        ({"gtin": "4006381333931"}, {}),
        ({"gtin": "400-6381333931"}, {"gtin.invalid_format": "error"}),
        ({"gtin": "3161484100"}, {"gtin.invalid_format": "error"}),
        ({"gtin": "4006381333930"}, {"gtin.bad_check_digit": "error"}),
        ({"brand": "n/a"}, {"brand.placeholder_value": "error"}),
        ({"sale_price": "9.40 USD"}, {}),
        ({"sale_price": "9.50 USD"}, {"sale_price.sale_not_below_price": "warning"}),
        (VARIANTS, {}),
        (VARIANTS | {"group_id": "A1"}, {"group_id.conflicting_values": "warning"}),
        ({"group_id": "G"}, {"group_id.missing_companion": "warning"}),
        ({"listing_has_variations": "true"}, {"listing_has_variations.missing_companion": "warning"}),
        (
            {"is_eligible_checkout": "true", "seller_tos": "https://shop.example.com/tos"},
            {"seller_privacy_policy.missing_required": "error"},
        ),
        (
            {"is_eligible_checkout": "false", "is_eligible_search": "false"},
            {},
        ),
    ],
)
def test_an_item_in_openais_own_form(tmp_path: Path, changes: dict[str, str], rules: dict[str, str]) -> None:
    assert found(tmp_path, "openai", OWN | changes) == rules


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, {}),
        ({"sale_price": "79.90 USD"}, {"sale_price.sale_not_below_price": "error"}),
        ({"availability": "pre_order"}, {"availability.invalid_enum": "error"}),
        ({"availability": "preorder"}, {"availability_date.missing_required": "error"}),
        ({"price": "0.00 USD"}, {"price.out_of_range": "error"}),
        ({"gtin": ""}, {"mpn.missing_required": "error"}),
        ({"gtin": "", "identifier_exists": "no"}, {}),
    ],
)
def test_an_item_in_googles_form_at_openai(
    tmp_path: Path, changes: dict[str, str], rules: dict[str, str]
) -> None:
    assert found(tmp_path, "openai-google", product(**changes)) == rules
