"""Columns that are found by a pattern of their names."""

import pytest
import yaml

from feedscript.feeds.mapping import AmbiguousColumn, Mapping, UnknownColumn, match_columns
from feedscript.feeds.mapping.document import MappingSchema
from tests.unit.feeds.mapping.mapped_rows import mapped


def mapping(text: str) -> Mapping:
    made = MappingSchema().load(yaml.safe_load(text))
    assert isinstance(made, Mapping)
    return made


def test_a_pattern_fits_a_column() -> None:
    made = mapping("attributes: {price: {column: 'price / *', operations: []}}")
    assert match_columns(("Price / Germany", "Price"), made).used == {"price": ("Price / Germany",)}


def test_a_pattern_that_fits_several_columns_is_a_mistake_unless_the_attribute_takes_all() -> None:
    columns = ("Image 1", "Image 2", "Image")
    with pytest.raises(AmbiguousColumn, match="fits Image 1, Image 2: name the one") as caught:
        match_columns(columns, mapping("attributes: {image_link: {column: 'Image *'}}"))
    assert caught.value.attribute == "image_link"
    made = mapping(
        "attributes: {more: {column: 'Image *', operations: [list: {separators: '|', at_most: 9}]}}"
    )
    assert match_columns(columns, made).used == {"more": ("Image 1", "Image 2")}


def test_a_pattern_that_fits_nothing_is_a_column_that_is_not_there() -> None:
    with pytest.raises(UnknownColumn, match=r"Prise / \*"):
        match_columns(("Price / Germany",), mapping("attributes: {price: {column: 'Prise / *'}}"))
    with pytest.raises(UnknownColumn, match=r"Height \(\*\)"):
        match_columns(("Weight (kg)",), mapping("inputs: {u: {from_name: 'Height (*)'}}"))


def test_a_unit_is_taken_from_the_name_of_a_column() -> None:
    made = mapping(
        "inputs: {unit: {from_name: 'Weight (*)', operations: []}}\n"
        "attributes: {shipping_weight: {column: 'Weight (*)', operations: [unit: unit]}}"
    )
    assert mapped(made, ("Weight (lb)",), ["1.2"]) == {"shipping_weight": "1.2 lb"}


def test_signs_of_patterns_in_a_name_are_themselves() -> None:
    made = mapping("attributes: {a: {column: 'a.b (*'}}")
    assert match_columns(("axb (c", "a.b (c"), made).used == {"a": ("a.b (c",)}
