"""Stock as shops write it, and columns of which the first with a value is taken.

Ids name the kind: part.number.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedscript.feeds.mapping import Mapping, Rule, known_repairs
from feedscript.feeds.mapping.operations import Blank, Default, PlainText, Price, StockCount, UnlessZero
from tests.unit.feeds.mapping.mapped_rows import mapped, worked


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("10+", "in_stock", id="1.6-and-more"),
        pytest.param("> 5", "in_stock", id="1.6-more-than"),
        pytest.param(">5", "in_stock", id="1.6-more-than-without-space"),
        pytest.param("&gt; 5", "in_stock", id="1.6-more-than-in-html"),
        pytest.param("> 0", "in_stock", id="1.6-more-than-none"),
        pytest.param("50+", "in_stock", id="1.6-fifty-and-more"),
        pytest.param("1,000", "in_stock", id="1.6-comma-of-thousands"),
        pytest.param("1 000", "in_stock", id="1.6-space-of-thousands"),
        pytest.param("1\u202f000", "in_stock", id="1.6-narrow-space-of-thousands"),
        pytest.param("1.000", "in_stock", id="1.6-one-or-a-thousand"),
        pytest.param("0,5", "in_stock", id="1.6-half-a-roll"),
        pytest.param("ca. 20", "in_stock", id="1.6-about"),
        pytest.param("mehr als 10", "in_stock", id="1.6-more-than-in-german"),
        pytest.param("5 pcs", "in_stock", id="1.6-pieces"),
        pytest.param("5 Stück", "in_stock", id="1.6-pieces-in-german"),
        pytest.param("12 шт.", "in_stock", id="1.6-pieces-in-russian"),
        pytest.param("3 in stock", "in_stock", id="1.6-told-in-words"),
        pytest.param("0 pcs", "out_of_stock", id="1.6-no-pieces"),
        pytest.param("0,00", "out_of_stock", id="1.6-nothing-with-decimals"),
        pytest.param("-3", "out_of_stock", id="1.6-less-than-nothing"),
        pytest.param("-1,250.5", "out_of_stock", id="1.6-much-less-than-nothing"),
        pytest.param(None, None, id="1.6-null"),
        pytest.param("", None, id="1.6-empty"),
        pytest.param(" \u00a0\t", None, id="1.6-blank"),
        pytest.param("< 5", "< 5", id="1.6-perhaps-none"),
        pytest.param("0+", "0+", id="1.6-none-or-more"),
        pytest.param("5-10", "5-10", id="1.6-pieces-or-days"),
        pytest.param("in 5 days", "in 5 days", id="1.6-no-count"),
        pytest.param("2 out of stock", "2 out of stock", id="1.6-says-both"),
        pytest.param("Lieferbar", "Lieferbar", id="1.6-a-word"),
    ],
)
def test_case_1_6_stock_counts(value: str | None, expected: str | None) -> None:
    assert worked(value, StockCount()) == expected


@pytest.mark.parametrize("value", [None, "", "  ", "\u00a0"])
def test_case_1_6_no_stock_told_is_not_out_of_stock(value: str | None) -> None:
    usual = known_repairs().attributes["availability"].operations
    assert usual is not None
    assert worked(value, *usual) is None


@given(st.integers(1, 10**7), st.sampled_from(["{}", "{:,}", ">{}", "{}+", "ca. {}", "{} Stk.", "{}.0"]))
def test_a_count_above_nothing_is_stock_in_any_style(count: int, style: str) -> None:
    assert worked(style.format(count), StockCount()) == "in_stock"


OLD_AND_NEW = Rule(columns=("old", "new"), operations=(Blank(("0.00",)), Price(("currency",))))
EUROS = {"currency": Rule(constant="EUR")}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(["0.00", "9.90"], "9.90 EUR", id="1.14-blanked"),
        pytest.param(["12.00", "9.90"], "12.00 EUR", id="1.14-first"),
        pytest.param([None, "9.90"], "9.90 EUR", id="1.14-null"),
        pytest.param(["call us", "9.90"], "call us", id="1.14-told-by-validation"),
        pytest.param(["0.00", "0.00"], None, id="1.14-neither"),
    ],
)
def test_case_1_14_the_first_with_a_value_after_the_operations(
    row: list[str | None], expected: str | None
) -> None:
    assert mapped(Mapping({"price": OLD_AND_NEW}, EUROS), ("old", "new"), row)["price"] == expected


def test_case_1_14_a_default_comes_after_the_last_column() -> None:
    rule = Rule(columns=("a", "b"), operations=(Blank(("n/a",)), Default("new"), Blank(("old",))))
    mapping = Mapping({"condition": rule})
    assert mapped(mapping, ("a", "b"), ["n/a", "used"]) == {"condition": "used"}
    assert mapped(mapping, ("a", "b"), ["n/a", None]) == {"condition": "new"}
    assert mapped(mapping, ("a", "b"), ["old", "N/A"]) == {"condition": None}


def test_case_1_14_markup_without_text_is_no_value() -> None:
    rule = Rule(columns=("a", "b", "c"), operations=(PlainText(),))
    assert mapped(Mapping({"title": rule}), ("a", "b", "c"), ["<br/>", "&nbsp;", "Oak lamp"]) == {
        "title": "Oak lamp"
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("0", None, id="1.14-no-sale"),
        pytest.param("0.00 EUR", None, id="1.14-no-sale-with-currency"),
        pytest.param("€0,00", None, id="1.14-no-sale-with-sign"),
        pytest.param("0.05 EUR", "0.05 EUR", id="1.14-a-sale"),
        pytest.param("10.00 EUR", "10.00 EUR", id="1.14-ends-with-zeros"),
        pytest.param("from 0 to 9", "from 0 to 9", id="1.14-a-text"),
        pytest.param(None, None, id="1.14-no-sale-null"),
    ],
)
def test_unless_zero(value: str | None, expected: str | None) -> None:
    assert worked(value, UnlessZero()) == expected


def test_case_1_14_a_sale_price_of_zero_is_no_sale_by_the_usual_mapping() -> None:
    known = known_repairs()
    mapping = Mapping({name: known.attributes[name] for name in ("price", "sale_price")}, known.inputs)
    columns = ("price", "sale_price", "currency")
    assert mapped(mapping, columns, ["10", "0,00", "EUR"]) == {"price": "10.00 EUR", "sale_price": None}
    assert mapped(mapping, columns, ["1000", "0", "JPY"]) == {"price": "1000 JPY", "sale_price": None}
    assert mapped(mapping, columns, ["10", "8.5", "EUR"]) == {"price": "10.00 EUR", "sale_price": "8.50 EUR"}


def test_case_1_9_identifiers_are_never_cut() -> None:
    known = known_repairs().attributes
    maker = "The Old Fernhollow " * 5
    for name in ("id", "brand", "mpn", "gtin", "item_group_id"):
        assert worked(maker.strip(), *(known[name].operations or ())) in {
            maker.strip(),
            maker.replace(" ", ""),
        }
