"""Steps over rows: what each does, and that no row is lost without a word."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from feedscript.feeds.mapping.preset import read_preset
from feedscript.feeds.mapping.rows.grouping import FillDown
from feedscript.feeds.mapping.rows.resolution import UnknownRowColumn
from feedscript.feeds.mapping.rows.schema import RowsField
from tests.sweeps import sweep
from tests.unit.feeds.mapping.prepared_rows import prepared

SHOPIFY = ("Handle", "Title", "Option1 Value", "Price", "Image Src", "Image Position", "Status")
SHOP = [
    ("mug", "Mug", "Red", "9.50", "https://c.example/1.jpg", "2", "active"),
    ("mug", None, "Blue", "9.90", "https://c.example/0.jpg", "1", None),
    ("mug", " ", None, None, "https://c.example/2.jpg", "10", None),
    ("cup", "Cup", None, "5.00", None, None, "draft"),
]


def column(rows: list[dict[str, str | None]], name: str) -> list[str | None]:
    return [row[name] for row in rows]


def test_rows_are_kept_or_left_out_by_reason() -> None:
    rows, counts = prepared(
        ("id", "status", "stock"),
        [("1", "Active", "5"), ("2", "draft", "1"), ("3", "active", "0"), ("4", None, "9")],
        "[{where: {if: {column: Status, equals: active}, reason: not active}},"
        " {exclude: {if: {column: stock, below: 1}, reason: none left}}]",
    )
    assert column(rows, "id") == ["1"]
    assert (counts.read, counts.excluded, counts.added) == (4, {"not active": 2, "none left": 1}, 0)


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("{column: a, equals: RED}", "1"),
        ("{column: a, in: [red, blue]}", "12"),
        ("{column: a, not_in: [red, blue]}", "34"),
        ("{column: a, not_equals: red}", "234"),
        ("{column: a, contains: lu}", "2"),
        ("{column: a, starts_with: [r, g]}", "13"),
        ("{column: a, matches: '^[a-z]{4,}$'}", "23"),
        ("{column: a, present: true}", "123"),
        ("{column: a, present: false}", "4"),
        ("{column: b, above: 1000}", "1"),
        ("{column: b, at_least: -2, at_most: 9.5}", "23"),
        ("{not: {column: b, above: 1000}}", "234"),
        ("{any: [{column: a, equals: red}, {column: b, below: 0}]}", "13"),
        ("{all: [{column: a, present: true}, {column: b, above: 0}]}", "12"),
        ("{column: a, equals: 'x'' OR 1=1 --'}", ""),
    ],
)
def test_conditions(condition: str, kept: str) -> None:
    source = [("1", "red", "EUR 1.299,00"), ("2", "blue", "9,50"), ("3", "green", "-2"), ("4", None, None)]
    rows, _ = prepared(("id", "a", "b"), source, f"[{{where: {{if: {condition}, reason: other}}}}]")
    assert "".join(str(each) for each in column(rows, "id")) == kept


def test_a_shops_variants_take_what_its_first_row_says_and_its_pictures() -> None:
    rows, counts = prepared(
        SHOPIFY,
        SHOP,
        "[{fill_down: {group: Handle, columns: [Title, Status]}},"
        " {collect: {group: Handle, column: Image Src, order_by: Image Position, into: pictures,"
        "   drop: {column: Price, present: false}}},"
        " {where: {if: {column: Status, equals: active}, reason: not active}}]",
    )
    assert column(rows, "Title") == ["Mug", "Mug"]
    assert column(rows, "Option1 Value") == ["Red", "Blue"]
    pictures = "\x1f".join(f"https://c.example/{number}.jpg" for number in (0, 1, 2))
    assert column(rows, "pictures") == [pictures, pictures]
    reason = "a row of Image Src alone, collected into pictures"
    assert (counts.read, counts.excluded) == (4, {reason: 1, "not active": 1})


def test_nothing_is_filled_down_from_another_group_or_from_a_row_that_was_left_out() -> None:
    rows, _ = prepared(
        ("group", "a", "out"),
        [
            ("1", "x", None),
            ("2", None, None),
            (None, "y", None),
            (None, None, None),
            ("3", "z", "yes"),
            ("3", None, None),
        ],
        "[{exclude: {if: {column: out, present: true}, reason: out}}, {fill_down: {group: group, columns: a}}]",
    )
    assert column(rows, "a") == ["x", None, "y", None, None]


def test_of_a_group_of_pictures_alone_one_row_stays() -> None:
    rows, counts = prepared(
        ("g", "picture", "price"),
        [("1", "a", None), ("1", "b", None)],
        "[{collect: {group: g, column: picture, into: picture, drop: {column: price, present: false}}}]",
    )
    assert (column(rows, "picture"), sum(counts.excluded.values())) == (["a\x1fb"], 1)


def test_variants_inherit_from_a_parent_by_sku_or_number() -> None:
    rows, counts = prepared(
        ("ID", "SKU", "Parent", "Name", "Price"),
        [
            ("12", "MUG", None, "Mug", None),
            ("13", "MUG-R", "MUG", None, "9.50"),
            ("14", "MUG-B", "id:12", "Blue mug", "9.90"),
            ("15", "CUP", "id:99", None, "1.00"),
        ],
        '[{inherit: {parent: Parent, keys: ["{SKU}", "id:{ID}"], columns: [Name], leave_out_parents: true}}]',
    )
    assert column(rows, "SKU") == ["MUG-R", "MUG-B", "CUP"]
    assert column(rows, "Name") == ["Mug", "Blue mug", None]
    assert counts.excluded == {"a parent of variants": 1}


def test_variants_are_joined_into_one_row() -> None:
    rows, counts = prepared(
        ("g", "size", "stock", "price"),
        [("1", "S", "2", "12,90"), ("2", "M", "1", "5"), ("1", "L", "3", "9,90"), ("1", "S", None, None)],
        "[{join_variants: {group: g, lists: size, sum: stock, lowest: price}}]",
    )
    assert [tuple(row.values()) for row in rows] == [("1", "S\x1fL", "5", "9,90"), ("2", "M", "1", "5")]
    assert counts.excluded == {"a variant joined into its g": 2}


def test_a_sum_of_tens_keeps_its_zeros() -> None:
    rows, _ = prepared(("g", "n"), [("1", "40"), ("1", "60")], "[{join_variants: {group: g, sum: n}}]")
    assert column(rows, "n") == ["100"]


def test_one_row_is_split_into_variants() -> None:
    rows, counts = prepared(
        ("id", "size", "stock"),
        [("1", "S| M |L", "1|2|3"), ("2", "S|M", "9"), ("3", "S|M", "1|2|3"), ("4", None, None)],
        "[{split: {columns: [size, stock], separators: '|'}}]",
    )
    assert [tuple(row.values()) for row in rows] == [
        ("1", "S", "1"),
        ("1", "M", "2"),
        ("1", "L", "3"),
        ("2", "S", "9"),
        ("2", "M", "9"),
        ("3", "S|M", "1|2|3"),
        ("4", None, None),
    ]
    assert (counts.read, counts.added, counts.excluded) == (4, 3, {})


def test_rows_are_sorted_made_unique_and_limited() -> None:
    rows, counts = prepared(
        ("id", "price"),
        [("1", "10"), ("2", "9"), ("2", "8"), (None, "7"), (None, "6"), ("3", None)],
        "[{dedupe: {columns: id}}, {sort: {column: price, numbers: true}}, {limit: 4}]",
    )
    assert column(rows, "price") == ["6", "7", "9", "10"]
    assert counts.excluded == {"the same id as another row": 1, "beyond the limit of 4 rows": 1}


def test_all_columns_that_are_not_there_are_told_at_once() -> None:
    with pytest.raises(UnknownRowColumn) as caught:
        prepared(
            ("Handle", "Title"),
            [],
            "[{fill_down: {group: Handel, columns: [Titel]}}, {dedupe: {columns: zzz}},"
            " {collect: {group: Handle, column: Title, into: made}}, {dedupe: {columns: made}}]",
        )
    assert [(number, name) for number, _, name in caught.value.unknown] == [
        (1, "Handel"),
        (1, "Titel"),
        (2, "zzz"),
    ]
    assert "did you mean 'Handle'" in str(caught.value)


@pytest.mark.parametrize(
    ("steps", "cause"),
    [
        ("[{fil_down: {}}]", "there is no row step 'fil_down' (did you mean fill_down?)"),
        (
            "[{where: {if: {column: a, eqals: 1}, reason: x}}]",
            "there is no test 'eqals' (did you mean equals?)",
        ),
        ("[{where: {if: {column: a, equals: b}}}]", "Missing data"),
        ("[{where: {if: {column: a, matches: '('}, reason: x}}]", "is no pattern"),
        (
            f"[{{where: {{if: {{column: a, matches: '{'a' * 501}'}}, reason: x}}}}]",
            "more than 500 characters",
        ),
        ("[{where: {if: {column: a, above: '1; DROP'}, reason: x}}]", "must be a number"),
        ("[{where: {if: {column: a, above: .inf}, reason: x}}]", "must be a number"),
        ("[{limit: 0}]", "Must be greater"),
        ("[limit]", "must be the name of a row step with what it takes"),
        ("[{inherit: {parent: p}}]", "Give key, or keys"),
    ],
)
def test_a_wrong_step_is_a_mistake(steps: str, cause: str) -> None:
    with pytest.raises(ValidationError) as caught:
        RowsField().deserialize(yaml.safe_load(steps))
    assert cause in str(caught.value.messages)


CELLS = st.none() | st.sampled_from(["a", "b", "a|b", "1", "2", "1|2|3", "' OR 1=1 --", '"', "=1+1"])
STEPS = st.sampled_from(
    [
        "{where: {if: {column: x, present: true}, reason: empty}}",
        "{exclude: {if: {column: y, above: 1}, reason: above}}",
        "{fill_down: {group: g, columns: [x, y]}}",
        "{collect: {group: g, column: x, into: z, drop: {column: y, present: false}}}",
        "{join_variants: {group: g, lists: x, sum: y}}",
        "{inherit: {parent: x, key: g, columns: y, leave_out_parents: true}}",
        "{split: {columns: [x, y], separators: '|'}}",
        "{dedupe: {columns: [g, x], keep: last}}",
        "{sort: {column: y, descending: true}}",
        "{limit: 3}",
        "{total: {columns: [x, y], into: z}}",
        "{group_rows: {begins: {column: x, equals: a}, into: g, take: {first y: y}}}",
    ]
)


@settings(deadline=None, max_examples=sweep(short=25, long=300))
@given(
    rows=st.lists(st.tuples(st.sampled_from(["p", "q", None]), CELLS, CELLS), max_size=7),
    steps=st.lists(STEPS, min_size=1, max_size=4),
)
def test_every_row_stays_or_is_left_out_for_a_reason(
    rows: list[tuple[str | None, str | None, str | None]], steps: list[str]
) -> None:
    found, counts = prepared(("g", "x", "y"), rows, f"[{', '.join(steps)}]")
    assert counts.read == len(rows)
    assert len(found) == counts.read + counts.added - sum(counts.excluded.values())


def test_a_preset_leaves_out_the_columns_that_an_export_has_not(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(
        "title: a shop\nrecognise: [Handle]\nrows:\n"
        "  - fill_down: {group: handle, columns: [Title, Vendor]}\n"
        "  - collect: {group: handle, column: Pictures, into: all}\n"
        "attributes:\n  link: {template: 'https://a.example/{handle}'}\n  brand: {template: '{Vendor}'}\n",
        "utf-8",
    )
    mapping = read_preset(path).mapping_for(("Handle", "Title"))
    assert mapping.rows == (FillDown("Handle", ("Title",)),)
    assert [*mapping.attributes] == ["link"]
    assert mapping.attributes["link"].cases[0].columns == ("Handle",)


def test_rows_of_a_group_are_counted_when_others_are_left_out() -> None:
    rows, counts = prepared(
        ("group", "state"),
        [("a", "on"), ("a", "on"), ("a", "off"), ("b", "on"), (None, "on"), (None, "on")],
        "[{where: {if: {column: state, equals: 'on'}, reason: switched off}}, {count: {group: Group, into: rows}}]",
    )
    assert column(rows, "rows") == ["2", "2", "1", "1", "1"]
    assert counts.excluded == {"switched off": 1}


def test_a_row_may_take_what_its_parent_has_whatever_it_has_itself() -> None:
    rows, _ = prepared(
        ("id", "parent", "state"),
        [("1", None, "draft"), ("2", "1", "on"), ("3", "9", "on"), ("4", "4", "on")],
        "[{inherit: {parent: parent, key: id, take: {parent state: state}}}]",
    )
    assert column(rows, "parent state") == [None, "draft", None, None]
    assert column(rows, "state") == ["draft", "on", "on", "on"]


def test_variants_inherit_from_a_parent_that_names_them() -> None:
    rows, counts = prepared(
        ("sku", "name", "variations"),
        [
            ("R", None, None),
            ("B", "Blue mug", ""),
            ("M", "Mug", "sku=R,color=red|sku=B,color=blue|sku=gone"),
            ("C", None, "sku=C"),
        ],
        "[{inherit: {parent: sku, keys_within: {column: variations, pattern: 'sku=([^,|]+)'}, columns: name,"
        " take: {product: sku}, leave_out_parents: true}}]",
    )
    assert [tuple(row.values()) for row in rows] == [
        ("R", "Mug", None, "M"),
        ("B", "Blue mug", "", "M"),
        ("C", None, "sku=C", None),
    ]
    assert counts.excluded == {"a parent of variants": 1}


def test_rows_belong_to_the_last_beginning_before_them() -> None:
    rows, _ = prepared(
        ("kind", "id", "name"),
        [
            ("Variant", "9", None),
            ("Product", "1", "Mug"),
            ("Variant", "1", None),
            ("Image", "2", None),
            ("Product", "2", "Cup"),
            ("Product", None, "Jug"),
            ("Variant", "3", "Own"),
        ],
        "[{group_rows: {begins: {column: kind, equals: product}, into: group, take: {product: id}}},"
        " {fill_down: {group: group, columns: name}}]",
    )
    assert column(rows, "group") == [None, "2", "2", "2", "5", "6", "6"]
    assert column(rows, "product") == [None, "1", "1", "1", "2", None, None]
    assert column(rows, "name") == [None, "Mug", "Mug", "Mug", "Cup", "Jug", "Own"]


def test_what_is_left_out_begins_no_group() -> None:
    rows, _ = prepared(
        ("kind", "id"),
        [("p", "1"), ("v", "2"), ("p", "gone"), ("v", "3")],
        "[{exclude: {if: {column: id, equals: gone}, reason: gone}},"
        " {group_rows: {begins: {column: kind, equals: p}, into: group}}, {count: {group: group, into: n}}]",
    )
    assert column(rows, "n") == ["3", "3", "3"]


def test_a_total_of_columns() -> None:
    rows, _ = prepared(
        ("sku", "stock_here", "stock_there", "other"),
        [("1", "2", "3.5", "9"), ("2", "-1", "1", "9"), ("3", None, "40", "9"), ("4", "none", None, "9")],
        "[{total: {columns: 'stock_*', into: stock}}, {total: {columns: [stock, other], into: all}}]",
    )
    assert column(rows, "stock") == ["5.5", "0", "40", None]
    assert column(rows, "all") == ["14.5", "9", "49", "9"]
    with pytest.raises(UnknownRowColumn, match="'shelf_\\*'"):
        prepared(("sku",), [("1",)], "[{total: {columns: 'shelf_*', into: stock}}]")


def test_parents_inherit_of_their_own_parents_however_many_there_are() -> None:
    chain = [(str(number), str(number + 1), None) for number in range(600)]
    rows, counts = prepared(
        ("id", "parent", "name"),
        [*chain, ("600", None, "Top"), ("x", "3", None), ("y", "600", "Own")],
        "[{inherit: {parent: parent, key: id, columns: name, take: {above: id}}}]",
    )
    assert column(rows, "name") == ["Top"] * 602 + ["Own"]
    assert column(rows, "above") == [*(str(number + 1) for number in range(600)), None, "3", "600"]
    assert counts.circular == 0


def test_parents_that_lead_in_a_circle_are_counted() -> None:
    rows, counts = prepared(
        ("id", "parent", "name"),
        [("1", "2", None), ("2", "3", "Two"), ("3", "1", None), ("4", "3", None), ("5", "5", None)],
        "[{inherit: {parent: parent, key: id, columns: name}}]",
    )
    assert column(rows, "name") == ["Two", "Two", "Two", "Two", None]
    assert counts.circular == 3


def test_groups_that_do_not_stand_together_are_the_same_as_those_that_do() -> None:
    steps = (
        "[{fill_down: {group: g, columns: x}}, {collect: {group: g, column: y, into: z}},"
        " {count: {group: g, into: n}}]"
    )
    together = [(str(number // 3), "a" if number % 3 == 0 else None, f"p{number}") for number in range(30)]
    apart = [together[number % 10 * 3 + number // 10] for number in range(30)]
    found, _ = prepared(("g", "x", "y"), together, steps)
    mixed, _ = prepared(("g", "x", "y"), apart, steps)
    assert sorted(map(str, found)) == sorted(map(str, mixed))
    assert [row["y"] for row in mixed] == [row[2] for row in apart]


def test_of_a_long_list_the_first_thousand_values_are_kept() -> None:
    rows, _ = prepared(
        ("g", "x", "o"),
        [("g", f"v{number}", str(2_000 - number)) for number in range(1_500)],
        "[{collect: {group: g, column: x, order_by: o, into: z}}, {join_variants: {group: g, lists: x}}]",
    )
    assert rows[0]["z"] == "\x1f".join(f"v{number}" for number in range(1_499, 499, -1))
    assert rows[0]["x"] == "\x1f".join(f"v{number}" for number in range(1_000))
