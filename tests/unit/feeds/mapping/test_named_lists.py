"""Values asked for by their names in pairs of columns and in cells that list them; ids name the kind: part.number."""

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from feedscript.feeds.mapping import Mapping, Rule, UnknownColumn, known_synonyms, match_columns
from feedscript.feeds.mapping.named_lists import numbered_lists
from feedscript.feeds.mapping.names import fold
from feedscript.feeds.mapping.operations import Listed, Upper
from tests.unit.feeds.mapping.mapped_rows import mapped

CHEAP = settings(max_examples=40, deadline=None)


def asked(column: str, columns: tuple[str, ...], row: list[str | None]) -> str | None:
    """What a mapping of `column` makes of a row, without operations."""
    return mapped(Mapping({"it": Rule(columns=(column,))}), columns, row)["it"]


WOOCOMMERCE = ("SKU", "Attribute 1 name", "Attribute 1 value(s)", "Attribute 2 name", "Attribute 2 value(s)")
SHOPIFY = ("Handle", "Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value")
SNAKE = ("id", "attribute_1_name", "attribute_1_value", "attribute_2_name", "attribute_2_value")
APART = ("Option 2 values", "Option 10 Name", "Option 2 NAME", "Option 10 values", "id")


@pytest.mark.parametrize(
    ("column", "columns", "row"),
    [
        pytest.param(
            "Attribute[Color]", WOOCOMMERCE, ["1", "Size", "L", "Color", "Red"], id="3.4-woocommerce"
        ),
        pytest.param("attribute[COLOR]", WOOCOMMERCE, ["1", " color ", "Red", "Size", "L"], id="3.4-folded"),
        pytest.param("Option[Color]", SHOPIFY, ["1", "Color", "Red", "Size", "L"], id="3.4-shopify"),
        pytest.param("attribute[Color]", SNAKE, ["1", None, None, "Color", "Red"], id="3.4-snake-case"),
        pytest.param("Option[Color]", APART, ["L", "Color", "Size", "Red", "1"], id="3.4-columns-apart"),
        pytest.param("Attribute[Größe]", WOOCOMMERCE, ["1", "GROSSE", "Red", "x", "L"], id="3.4-accents"),
        pytest.param(
            "Attribute[Color]", WOOCOMMERCE, ["1", "Color", " ", "Color", "Red"], id="3.4-blank-first"
        ),
    ],
)
def test_case_3_4_pairs_of_numbered_columns(
    column: str, columns: tuple[str, ...], row: list[str | None]
) -> None:
    assert asked(column, columns, row) == "Red"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param("Color=Red,Size=L", "Red", id="3.4-equals-and-commas"),
        pytest.param("Color:Red|Size:L", "Red", id="3.4-colons-and-bars"),
        pytest.param("Color: Red; Size: L", "Red", id="3.4-colons-and-semicolons"),
        pytest.param("Size: L; COLOR : Red;", "Red", id="3.4-closed-with-a-separator"),
        pytest.param("Size: L\nColor: Red", "Red", id="3.4-lines"),
        pytest.param("Size=L\x1fColor=Red", "Red", id="3.4-a-list-of-texts"),
        pytest.param("Color=Red", "Red", id="3.4-one-alone"),
        pytest.param("Color: Red, dark; Size: L", "Red, dark", id="3.4-comma-in-a-value"),
        pytest.param("Color=Red,Blue,Size=L", "Red,Blue", id="3.4-separator-in-a-value"),
        pytest.param("Color=a:b=c,Size=L", "a:b=c", id="3.4-signs-in-a-value"),
        pytest.param("Color=https://a.example/?a=1,Size=L", "https://a.example/?a=1", id="3.4-address"),
        pytest.param("Color=Red,Size=L;Fit=x", None, id="3.4-two-separators-are-two-readings"),
        pytest.param("Color=,Size=L", None, id="3.4-no-value"),
        pytest.param("Red, Color", None, id="3.4-no-list"),
        pytest.param("Red, Color=Blue", None, id="3.4-begins-with-no-name"),
        pytest.param("Main Color=Red", None, id="3.4-another-name"),
        pytest.param("", None, id="3.4-empty"),
        pytest.param(None, None, id="3.4-null"),
    ],
)
def test_case_3_4_one_cell_with_names_and_values(cell: str | None, expected: str | None) -> None:
    assert asked("attributes[Color]", ("id", "Attributes"), ["1", cell]) == expected


def test_case_3_4_a_name_that_no_row_has_is_empty() -> None:
    assert asked("Attribute[Weight]", WOOCOMMERCE, ["1", "Size", "L", "Color", "Red"]) is None


@pytest.mark.parametrize(
    ("column", "columns", "near"),
    [
        pytest.param("Atribute[Color]", WOOCOMMERCE, "'Attribute[Color]'", id="3.4-list-misspelt"),
        pytest.param(
            "atributes[Color]", ("id", "Attributes"), "'Attributes[Color]'", id="3.4-column-misspelt"
        ),
        pytest.param("Atribute[[x[[[[[y]", WOOCOMMERCE, "'Attribute[[x[[[[[y]'", id="3.4-brackets"),
        pytest.param("param[Colr]", ("id", "param[Color]"), "'param[Color]'", id="3.4-name-known-before"),
    ],
)
def test_case_3_4_a_list_that_is_not_there_is_an_error(
    column: str, columns: tuple[str, ...], near: str
) -> None:
    with pytest.raises(UnknownColumn) as caught:
        match_columns(columns, Mapping({"color": Rule(columns=(column,))}))
    assert f"{column!r} (did you mean {near}" in str(caught.value)


@pytest.mark.parametrize("columns", [("Attribute 1 name", "id"), ("Attribute 1 name", "Attribute 2 value")])
def test_case_3_4_a_name_without_its_value_is_no_list(columns: tuple[str, ...]) -> None:
    with pytest.raises(UnknownColumn):
        match_columns(columns, Mapping({"color": Rule(columns=("Attribute[Color]",))}))


def test_case_3_4_a_column_of_that_very_name_comes_first() -> None:
    columns = (*WOOCOMMERCE, "Attribute[Color]")
    assert asked("attribute[color]", columns, ["1", "Color", "Red", None, None, "Blue"]) == "Blue"


def test_case_3_4_several_values_of_a_name_are_all_of_a_list() -> None:
    listed = Mapping({"it": Rule(columns=("Attribute[Color]",), operations=(Listed("|", 10),))})
    row = ["1", "Color", "Red ", "Color", "Blue"]
    assert mapped(listed, WOOCOMMERCE, row) == {"it": "Red,Blue"}
    assert asked("Attribute[Color]", WOOCOMMERCE, row) == "Red"


def test_case_3_4_named_values_stand_beside_columns() -> None:
    rule = Rule(columns=("Attribute[Color]", "SKU", "Attribute[Size]"), operations=(Upper(),))
    mapping = Mapping({"color": rule, "size": Rule(columns=("Attribute[Size]",))})
    assert mapped(mapping, WOOCOMMERCE, ["a", "Size", "l", None, None]) == {"color": "A", "size": "l"}
    matches = match_columns(WOOCOMMERCE, mapping)
    assert matches.used == {
        "color": ("Attribute[Color]", "SKU", "Attribute[Size]"),
        "size": ("Attribute[Size]",),
    }
    assert matches.unused == ()


LABELS = st.text(min_size=1, max_size=12) | st.text("'\"[](){}\\.*+?|$^;:=,#%ß ", min_size=1, max_size=8)


@CHEAP
@given(LABELS)
@example("Size [cm]")
@example("#")
@example('O\'Neil "x" \\d+ {0}')
def test_a_name_is_data_whatever_its_signs(label: str) -> None:
    name = label.strip(" \t\r\n\u00a0\ufeff")
    assume(name and "\0" not in name and fold(f"attribute{name}") not in map(fold, WOOCOMMERCE))
    row = ["1", "another name", "L", label, "Red"]
    assert asked(f"Attribute[{label}]", WOOCOMMERCE, row) == "Red"
    if not set(name) & set("=:,;|\n\x1f"):
        cell = f"another name=L,{label}=Red"
        assert asked(f"list[{label}]", ("list",), [cell]) == "Red"


VALUES = st.text(st.characters(codec="utf-8", exclude_characters="=:,;|\n\x1f\0"), max_size=10)


@CHEAP
@given(st.lists(VALUES, min_size=3, max_size=3), st.sampled_from("=:"), st.sampled_from(",;|\n"))
def test_each_pair_of_a_cell_is_found_in_any_writing(values: list[str], sign: str, separator: str) -> None:
    cell = separator.join(f"n{place}{sign}{value}" for place, value in enumerate(values))
    for place, value in enumerate(values):
        bare = value.strip(" \t\r\n\u00a0\ufeff")
        assert asked(f"list[n{place}]", ("list",), [cell]) == (bare or None)


@CHEAP
@given(st.text(max_size=40))
def test_any_cell_gives_no_more_than_it_holds(cell: str) -> None:
    assume("\0" not in cell)
    value = asked("list[a]", ("list",), [cell])
    assert value is None or value in cell


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        pytest.param(("param[Color]",), {"color": ("param[Color]",)}, id="3.4-own-name"),
        pytest.param(("attributes[Farbe]",), {"color": ("attributes[Farbe]",)}, id="3.4-synonym"),
        pytest.param(
            ("attrs.a[Producent]", "attrs.a[EAN]"),
            {"brand": ("attrs.a[Producent]",), "gtin": ("attrs.a[EAN]",)},
            id="3.4-ceneo",
        ),
        pytest.param(("param[Farbe]", "param[Color]"), {"color": ("param[Color]",)}, id="3.4-own-name-first"),
        pytest.param(("param[Color]", "colour"), {"color": ("colour",)}, id="3.4-column-first"),
        pytest.param(("param[Color]", "attributes[Color]"), {}, id="3.4-two-lists"),
        pytest.param(("param[Main color]",), {}, id="3.4-another-label"),
        pytest.param(
            tuple(
                f"param[{name}]" for name in ("Name", "SKU", "URL", "Image", "Stock", "Price", "Description")
            ),
            {},
            id="3.4-no-property-of-a-product",
        ),
    ],
)
def test_case_3_4_labels_are_known_like_columns(
    columns: tuple[str, ...], expected: dict[str, tuple[str, ...]]
) -> None:
    assert match_columns(columns, known_synonyms(columns)).used == expected


def test_case_3_4_a_label_taken_by_name_stays_available() -> None:
    own = Mapping({"custom_label_0": Rule(columns=("param[Color]",))})
    assert match_columns(("param[Color]",), own.over(known_synonyms(("param[Color]",)))).used == {
        "color": ("param[Color]",),
        "custom_label_0": ("param[Color]",),
    }


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            ("Option Name 1", "Option Value 1", "Option Name 2", "Option Value 2"),
            {"Option": ((0, 2), (1, 3))},
        ),
        (("option_one_name", "option_one_value", "option_six_name"), {"option": ((0,), (1,))}),
        (("optionName1", "optionType1", "optionChoices1"), {"option": ((0,), (2,))}),
        (("Option1 Description", "Option1 Name", "Option1 Value"), {"Option": ((1,), (2,))}),
        (("phone name", "phone value", "Name 1", "Value 1"), {}),
    ],
)
def test_numbered_columns_are_lists_wherever_their_number_stands(
    columns: tuple[str, ...], expected: dict[str, tuple[tuple[int, ...], tuple[int, ...]]]
) -> None:
    found = numbered_lists(columns)
    assert {base: (each.names, each.values) for base, each in found.items()} == expected
