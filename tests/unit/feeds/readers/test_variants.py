"""A product that holds its variants, schema.org's ProductGroup, is an item for each of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from feedscript.feeds.engine.limits import Limits
from tests.feeds_scanning import cells, lines, stage_bytes

GROUP: dict[str, Any] = {
    "@type": "ProductGroup",
    "name": "Coat",
    "brand": {"name": "Acme"},
    "hasVariant": [
        {"sku": "C-R", "color": "Red", "offers": {"price": "5"}},
        {"sku": "C-B", "name": "Blue coat", "offers": {"price": "6"}},
    ],
}
SCARF = {"name": "Scarf", "sku": "S", "brand": {"name": "Acme"}, "offers": {"price": "2"}}
VARIANTS = [
    {"name": "Coat", "brand.name": "Acme", "hasVariant.sku": "C-R", "hasVariant.color": "Red"},
    {"name": "Coat", "brand.name": "Acme", "hasVariant.sku": "C-B", "hasVariant.name": "Blue coat"},
]


def read(folder: Path, source: str) -> list[dict[str, str]]:
    wanted = {name for each in VARIANTS for name in each} | {"sku", "hasVariant"}
    staged = stage_bytes(source.encode(), folder)
    assert staged.complete
    assert not staged.faults.totals
    return [{name: text for name, text in each.items() if text and name in wanted} for each in cells(staged)]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(json.dumps(GROUP), id="one-object"),
        pytest.param(json.dumps({"@graph": [GROUP]}), id="envelope"),
        pytest.param(json.dumps([GROUP], indent=1), id="array"),
        pytest.param(json.dumps(GROUP) + "\n" + json.dumps(SCARF) + "\n", id="lines"),
        pytest.param(json.dumps([SCARF] * 3 + [GROUP]), id="among-others"),
    ],
)
def test_each_variant_is_an_item_with_what_the_group_says(tmp_path: Path, source: str) -> None:
    assert [each for each in read(tmp_path, source) if "sku" not in each] == VARIANTS


def test_the_items_of_a_group_stand_in_its_line(tmp_path: Path) -> None:
    staged = stage_bytes(f"{json.dumps(SCARF)}\n{json.dumps(GROUP)}\n".encode(), tmp_path)
    assert lines(staged) == [1, 2, 2]


def test_a_reference_is_no_item_of_its_own(tmp_path: Path) -> None:
    group = {**GROUP, "hasVariant": [*GROUP["hasVariant"], {"@id": "#green"}, {"url": "https://a.example"}]}
    assert read(tmp_path, json.dumps([group])) == VARIANTS


def test_a_group_whose_variants_stand_elsewhere_is_one_item_that_says_where(tmp_path: Path) -> None:
    group = {**GROUP, "hasVariant": [{"@type": "Product", "@id": "#red"}, {"url": "https://a.example"}]}
    assert read(tmp_path, json.dumps([group])) == [
        {"name": "Coat", "brand.name": "Acme", "hasVariant": "#red\x1fhttps://a.example"}
    ]


@pytest.mark.parametrize("held", [None, [], "C-R", ["C-R"], [None]])
def test_what_is_no_list_of_variants_changes_nothing(tmp_path: Path, held: object) -> None:
    (item,) = read(tmp_path, json.dumps([{**SCARF, "hasVariant": held}]))
    assert item["sku"] == "S"


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
