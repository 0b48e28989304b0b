"""What passes by its operations is what they would have left: a feed and its repairs are the same without shortcuts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.engine.sql import identifier
from feedscript.feeds.mapping import Foreknown, Mapping, Rule, compile_mapping, known_repairs, match_columns
from feedscript.feeds.mapping.operations import (
    Blank,
    Currency,
    Date,
    Gtin,
    Layer,
    Measure,
    Operation,
    PlainText,
    Price,
    StockCount,
    Truncate,
    UnlessZero,
    Url,
    Values,
    Words,
)
from feedscript.feeds.readers.survey import Alphabet
from feedscript.feeds.readers.white_space import BLANKS
from tests.sweeps import sweep
from tests.unit.feeds.mapping.mapped_rows import DATABASE

OPERATIONS: dict[str, tuple[Operation, ...]] = {
    "trim": (),
    "plain_text": (PlainText(),),
    "truncate": (Truncate(8),),
    "url": (Url(),),
    "stock_count": (StockCount(),),
    "values": (Values({"new": ("neu", "0", "out_of_stock"), "used": ("new",), "out_of_stock": ("no",)}),),
    "stock and values": (StockCount(), Values({"in_stock": ("yes",), "out_of_stock": ("no",)})),
    "blank": (Blank(("n/a", "-", "0 stk", "Does not apply")),),
    "gtin": (Gtin(),),
    "unless_zero": (UnlessZero(),),
    "price": (Price(("currency",), "comma"), UnlessZero()),
    "currency": (Currency(),),
    "measure": (Measure("comma"),),
    "words": (StockCount(), Words("availability", ("cs",))),
    "date": (Date(),),
}
USUAL = known_repairs()
PIECES = [
    *"aeZ019 .,;-+/<>&#%:'\"|{}=\\\t\n\r\f\x0b\x1f\x7f", *BLANKS, "  ", "ß", "€", "&amp;", "<b>", "</b>", "new", "neu",
    "New", "used", "in_stock", "out_of_stock", "n/a", "0 stk", "does not apply", "EUR", "12.90 EUR", "1.299 EUR",
    "0.00 EUR", "KWD 1.250", "5 pcs", "1.250 kg", "https://shop.example/a?b=1", "4006381333931", "036000291452",
    "36000291452", "100000000e-02", "https://shop.example/a b", "//shop.example/c", "1.250 IQD", "x" * 9,
    "27. Mai 2026", "2026-05-27", "skladem", "ne",
]  # fmt: skip
VALUES = st.none() | st.lists(st.sampled_from(PIECES), max_size=4).map("".join)


@dataclass(frozen=True)
class Untold:
    """The operation, which does not tell what it leaves."""

    name: ClassVar[str] = "untold"

    operation: Operation

    def layers(self, column: str) -> tuple[Layer, ...]:
        return self.operation.layers(column)

    def refers_to(self) -> tuple[str, ...]:
        return self.operation.refers_to()

    def leaves(self, value: str) -> str | None:
        return None


def untold(mapping: Mapping) -> Mapping:
    """The mapping with operations that do not tell what they leave."""

    def each(operation: Operation) -> Operation:
        return Untold(operation) if operation.leaves("c0") else operation

    rules = {
        name: replace(rule, operations=tuple(map(each, rule.operations or ())))
        for name, rule in mapping.attributes.items()
    }
    return replace(mapping, attributes=rules)


def worked_out(
    mapping: Mapping, columns: tuple[str, ...], rows: Sequence[Sequence[str | None]], *, joined: bool
) -> list[tuple[object, ...]]:
    """Each row's values, and of each step what it found, what it left, and whether it is told as a repair."""
    known = frozenset(mapping.attributes.keys() | mapping.inputs.keys())
    scan = f"(SELECT {', '.join(f'unnest(?::VARCHAR[]) AS c{place}' for place in range(len(columns)))})"
    cells = [[*column] for column in zip(*rows, strict=True)]
    usual = [tuple({value for value in column[:2] if value}) for column in cells]
    foreknown = Foreknown(usual, alphabet_of(cells))
    compiled = compile_mapping(
        match_columns(columns, mapping), known, scan, joined=joined, foreknown=foreknown
    )
    told = [
        f"CASE WHEN {identifier(step.passed_by)} THEN false ELSE {step.changed} END"
        if step.passed_by
        else step.changed
        for step in compiled.steps
    ]
    query = f"SELECT {', '.join([*compiled.attributes.values(), *told])} FROM {compiled.table}"
    return DATABASE.execute(query, cells).fetchall()


def alphabet_of(cells: Sequence[Sequence[str | None]]) -> Alphabet:
    text = "".join(value for column in cells for value in column if value)
    return Alphabet(text.isascii(), frozenset("".join(map(chr, range(128)))) - frozenset(text))


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("name", OPERATIONS)
@settings(max_examples=sweep(short=5, long=100), deadline=None)
@given(values=st.lists(VALUES, min_size=1, max_size=250))
def test_a_shortcut_leads_past_nothing_that_an_operation_would_change(
    name: str, joined: bool, values: list[str | None]
) -> None:
    mapping = Mapping({"it": Rule(operations=OPERATIONS[name])}, {"currency": Rule()})
    rows = [[value] for value in (*values, *PIECES)]
    with_shortcuts = worked_out(mapping, ("it",), rows, joined=joined)
    assert with_shortcuts == worked_out(untold(mapping), ("it",), rows, joined=joined)


@settings(max_examples=sweep(short=2, long=40), deadline=None)
@given(
    st.lists(
        st.lists(VALUES, min_size=len(USUAL.attributes), max_size=len(USUAL.attributes)),
        min_size=1,
        max_size=60,
    )
)
def test_the_usual_mapping_makes_the_same_of_rows_without_shortcuts(
    rows: list[tuple[str | None, ...]],
) -> None:
    columns = tuple(USUAL.attributes)
    assert worked_out(USUAL, columns, rows, joined=False) == worked_out(
        untold(USUAL), columns, rows, joined=False
    )


@settings(max_examples=20, deadline=None)
@given(VALUES, st.sampled_from([*BLANKS]), st.sampled_from(["", *BLANKS]))
def test_no_white_space_passes_by_its_trimming(value: str | None, before: str, after: str) -> None:
    padded = f"{before}{value or ''}{after}"
    ((found, told),) = worked_out(Mapping({"it": Rule(operations=())}), ("it",), [[padded]], joined=False)
    assert (found, told) == (padded.strip(BLANKS) or None, True)


def test_what_is_plainly_right_does_pass_by() -> None:
    row = {
        "title": "Canvas bag, red & large",
        "link": "https://shop.example/a?b=1",
        "price": "12.90 EUR",
        "availability": "in_stock",
        "gtin": "4006381333931",
        "mpn": "AC-100-1-CANVAS-BAG",
        "condition": "new",
        "brand": "Acme",
    }
    compiled = compile_mapping(
        match_columns(tuple(row), USUAL),
        frozenset(USUAL.attributes.keys() | USUAL.inputs.keys()),
        f"(SELECT {', '.join(f'?::VARCHAR AS c{place}' for place in range(len(row)))})",
        joined=False,
    )
    tests = dict.fromkeys(step.passed_by for step in compiled.steps if step.passed_by)
    query = f"SELECT {', '.join(map(identifier, tests))} FROM {compiled.table}"
    assert DATABASE.execute(query, [*row.values()]).fetchone() == (True,) * len(row)
