"""A product that holds its variants, schema.org's ProductGroup, is an item for each of them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from feedscript.feeds.engine.limits import Limits
from tests.feeds_scanning import cells, lines, stage_bytes

GROUP: dict[str, Any] = {
    "@type": "ProductGroup",
    "@id": "#coat",
    "sku": "C",
    "name": "Coat",
    "brand": {"name": "Acme"},
    "color": "grey",
    "hasVariant": [
        {"sku": "C-R", "color": "Red", "offers": {"price": "5"}},
        {"sku": "C-B", "name": "Blue coat", "offers": {"price": "6"}},
    ],
}
SCARF = {"name": "Scarf", "sku": "S", "brand": {"name": "Acme"}, "offers": {"price": "2"}}
VARIANTS = [
    {"sku": "C-R", "name": "Coat", "brand.name": "Acme", "color": "Red"},
    {"sku": "C-B", "name": "Blue coat", "brand.name": "Acme", "color": "grey"},
]


def read(folder: Path, source: str) -> list[dict[str, str]]:
    wanted = VARIANTS[0].keys() | {"@id", "hasVariant"}
    staged = stage_bytes(source.encode(), folder)
    assert staged.complete
    # Of other lists it is told that they are not read.
    assert not staged.faults.totals - Counter(unknown_column=1)
    return [{name: text for name, text in each.items() if text and name in wanted} for each in cells(staged)]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(json.dumps(GROUP), id="one-object"),
        pytest.param(json.dumps({**GROUP, "a": "a" * 300_000}, indent=1), id="longer-than-the-survey"),
        pytest.param(json.dumps({"mainEntity": GROUP}, indent=1), id="within-a-page"),
        pytest.param(
            json.dumps({"crumbs": [{"name": "a"}], "page": {"mainEntity": GROUP}}), id="beside-a-list"
        ),
        pytest.param(json.dumps({"@graph": [GROUP]}), id="envelope"),
        pytest.param(json.dumps([GROUP], indent=1), id="array"),
        pytest.param(json.dumps(GROUP) + "\n" + json.dumps(SCARF) + "\n", id="lines"),
        pytest.param(json.dumps([SCARF] * 3 + [GROUP]), id="among-others"),
    ],
)
def test_each_variant_is_an_item_with_what_the_group_says(tmp_path: Path, source: str) -> None:
    assert [each for each in read(tmp_path, source) if each["sku"] != "S"] == VARIANTS


def test_the_items_of_a_group_stand_in_its_line(tmp_path: Path) -> None:
    staged = stage_bytes(f"{json.dumps(SCARF)}\n{json.dumps(GROUP)}\n".encode(), tmp_path)
    assert lines(staged) == [1, 2, 2]


def test_a_reference_is_no_item_of_its_own(tmp_path: Path) -> None:
    group = {**GROUP, "hasVariant": [*GROUP["hasVariant"], {"@id": "#green"}, {"url": "https://a.example"}]}
    assert read(tmp_path, json.dumps([group])) == VARIANTS


def test_a_group_whose_variants_stand_elsewhere_is_one_item_that_says_where(tmp_path: Path) -> None:
    group = {**GROUP, "hasVariant": [{"@type": "Product", "@id": "#red"}, {"url": "https://a.example"}]}
    assert read(tmp_path, json.dumps([group])) == [
        {
            "@id": "#coat",
            "sku": "C",
            "name": "Coat",
            "brand.name": "Acme",
            "color": "grey",
            "hasVariant": "#red\x1fhttps://a.example",
        }
    ]


@pytest.mark.parametrize("held", [None, [], "C-R", ["C-R"], [None]])
def test_what_is_no_list_of_variants_changes_nothing(tmp_path: Path, held: object) -> None:
    (item,) = read(tmp_path, json.dumps([{**SCARF, "hasVariant": held}]))
    assert item["sku"] == "S"


def test_a_variants_offer_tells_where_it_is_to_be_had(tmp_path: Path) -> None:
    red, blue = ({"sku": sku, "offers": {"price": "5", "url": f"https://a.example/{sku}"}} for sku in "RB")
    group = {
        "name": "Coat",
        "url": "https://a.example/",
        "hasVariant": [red, {**blue, "url": "https://b.example"}],
    }
    addresses = [
        (each.get("url", ""), each["offers.url"])
        for each in cells(stage_bytes(json.dumps([group]).encode(), tmp_path))
    ]
    assert addresses == [("", "https://a.example/R"), ("https://b.example", "https://a.example/B")]


OFFERS = [
    pytest.param(
        [{"seller": "a"}, {"price": 10}, {"price": 5, "availability": "no"}], ("10", "", ""), id="first-price"
    ),
    pytest.param({"price": 10, "availability": "yes"}, ("10", "", "yes"), id="one"),
    pytest.param([{"priceSpecification": {"price": 10}}, {"price": 5}], ("", "10", ""), id="specified"),
    pytest.param(
        {
            "priceSpecification": [
                {"priceType": "https://schema.org/StrikethroughPrice", "price": 30},
                {"price": 25},
            ]
        },
        ("", "25", ""),
        id="struck-through",
    ),
    pytest.param(
        {"priceSpecification": [{"validForMemberTier": {"name": "gold"}, "price": 20}, {"price": 25}]},
        ("", "25", ""),
        id="for-members",
    ),
    pytest.param(
        [
            {
                "priceSpecification": [
                    {"priceType": "ListPrice", "price": 30},
                    {"priceType": "SRP", "price": 31},
                ]
            }
        ],
        ("", "30", ""),
        id="none-is-asked",
    ),
]


@pytest.mark.parametrize(("offers", "expected"), OFFERS)
def test_what_is_said_of_an_item_is_one_offers(
    tmp_path: Path, offers: object, expected: tuple[str, str, str]
) -> None:
    full = {"offers": {"price": 1, "priceSpecification": {"price": 1}, "availability": "yes"}}
    _, item = cells(stage_bytes(json.dumps([full, {"sku": "S", "offers": offers}]).encode(), tmp_path))
    names = ("offers.price", "offers.priceSpecification.price", "offers.availability")
    assert tuple(item.get(name, "") for name in names) == expected


def test_what_is_not_taken_of_offers_has_columns_of_its_own(tmp_path: Path) -> None:
    prices = [{"priceType": "ListPrice", "price": 30}, {"price": 25}]
    offers = [{"priceSpecification": prices}, {"price": 5}]
    staged = stage_bytes(json.dumps([{"sku": "S", "offers": offers}]).encode(), tmp_path)
    assert {"otherOffers.price", "offers.otherPriceSpecification.price"} <= {*staged.columns}


def test_a_groups_text_is_not_repeated_without_end(tmp_path: Path) -> None:
    """A file of 120 kB would become one of 100 MB."""
    group = {
        "name": "Coat",
        "description": "a" * 100_000,
        "hasVariant": [{"n": each} for each in range(1_000)],
    }
    staged = stage_bytes(json.dumps([group]).encode(), tmp_path, limits=Limits(max_ratio=10.0))
    assert not staged.complete
    assert staged.faults.totals == {"too_large": 1}
    assert staged.path.stat().st_size < 8 * 1024 * 1024


def test_texts_repeated_within_the_bounds_are_read(tmp_path: Path) -> None:
    group = {"name": "Coat", "description": "a" * 1_000, "hasVariant": [{"n": each} for each in range(1_000)]}
    staged = stage_bytes(json.dumps([group]).encode(), tmp_path)
    assert (staged.complete, len(cells(staged))) == (True, 1_000)
