"""Each operation, on values as merchants write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.mapping import (
    Mapping,
    MisplacedReference,
    Rule,
    compile_mapping,
    known_repairs,
    match_columns,
)
from feedscript.feeds.mapping.operations import (
    Blank,
    Currency,
    Default,
    Gtin,
    Listed,
    Measure,
    PlainText,
    Price,
    StockCount,
    Truncate,
    UnlessSameAs,
    Upper,
    Url,
    Values,
)
from tests.unit.feeds.mapping.mapped_rows import asked, mapped, worked


def priced(value: str, currency: str | None = None) -> str | None:
    mapping = Mapping(
        {"price": Rule(operations=(Price(("currency",)),))}, {"currency": Rule(operations=(Currency(),))}
    )
    return mapped(mapping, ("price", "currency"), [value, currency])["price"]


@pytest.mark.parametrize(
    ("value", "currency", "expected"),
    [
        ("12.90 EUR", None, "12.90 EUR"),
        ("12,90 EUR", None, "12.90 EUR"),
        ("EUR 12.9", None, "12.90 EUR"),
        ("12,90 €", None, "12.90 EUR"),
        ("€12", None, "12.00 EUR"),
        ("$12.90", None, "12.90 USD"),
        ("$12.90", "cad", "12.90 CAD"),
        ("$12.90 USD", None, "12.90 USD"),
        ("US$ 19.95", "EUR", "19.95 USD"),
        ("A$5", None, "5.00 AUD"),
        ("12,90", "eur", "12.90 EUR"),
        ("12.90", None, "12.90"),
        ("1,299.00 USD", None, "1299.00 USD"),
        ("1.299,00 EUR", None, "1299.00 EUR"),
        ("1.299.000 EUR", None, "1299000.00 EUR"),
        ("CHF 1'299.50", None, "1299.50 CHF"),
        ("1 299,50 €", None, "1299.50 EUR"),
        ("Rs. 999", None, "999.00 INR"),
        ("1980", "JPY", "1980 JPY"),
        ("1980.00", "JPY", "1980 JPY"),
        ("12.9000", "USD", "12.90 USD"),
        # A second reading, or none: left for validation to tell.
        ("1.299 EUR", None, "1.299 EUR"),
        ("1,299", "USD", "1,299"),
        ("12.999", "USD", "12.999"),
        ("12.90 - 15.90 EUR", None, "12.90 - 15.90 EUR"),
        ("from 12.90 EUR", None, "from 12.90 EUR"),
        ("-12.90 EUR", None, "-12.90 EUR"),
        ("12.90 gold coins", "EUR", "12.90 gold coins"),
        ("call us", "EUR", "call us"),
    ],
)
def test_price(value: str, currency: str | None, expected: str) -> None:
    assert priced(value, currency) == expected


@settings(deadline=None)
@given(
    cents=st.integers(0, 10**9),
    currency=st.sampled_from(["EUR", "USD", "GBP"]),
    style=st.sampled_from(
        ["{0}.{1:02} {2}", "{2} {0},{1:02}", "{2}{0}.{1:02}", "{0:,}.{1:02} {2}", " {0},{1:02}{2} "]
    ),
)
def test_a_price_in_any_style_keeps_its_amount(cents: int, currency: str, style: str) -> None:
    units, rest = divmod(cents, 100)
    assert priced(style.format(units, rest, currency)) == f"{units}.{rest:02} {currency}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("4 006381 333931", "4006381333931"),
        ("400-6381-33393-1", "4006381333931"),
        ("'4006381333931", "4006381333931"),
        ('="4006381333931"', "4006381333931"),
        ("12345678905", "012345678905"),
        ("12345678901", "12345678901"),
        ("1234567890", "1234567890"),
        ("0306406152", "0306406152"),
        ("30096011", "30096011"),
        ("not a gtin", "notagtin"),
    ],
)
def test_gtin(value: str, expected: str) -> None:
    assert worked(value, Gtin()) == expected


def test_ten_digits_that_are_an_isbn_10_get_no_zeros() -> None:
    assert worked("6141411101", Gtin()) == "006141411101"
    assert worked("6141411118", Gtin()) == "6141411118"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<p>Soft &amp; warm</p><p>Really</p>", "Soft & warm Really"),
        ("  two\n\n lines\t", "two lines"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
        ("&amp;quot;twice&amp;quot; &apos;once&apos;", "\"twice\" 'once'"),
        ("26&quot; x 26&#34; caf&eacute;&#8482;", '26" x 26" café™'),
        ("&#0;&#9999999;ok", "&#0;&#9999999;ok"),
        ("a<script>alert(1)</script>b", "a b"),
        ("<br/>", None),
    ],
)
def test_plain_text(value: str, expected: str | None) -> None:
    assert worked(value, PlainText()) == expected


def test_truncate_cuts_at_a_word_within_the_length() -> None:
    assert worked("one two three", Truncate(13)) == "one two three"
    assert worked("one two three", Truncate(12)) == "one two…"
    assert worked("x" * 30, Truncate(10)) == "x" * 9 + "…"


@settings(deadline=None)
@given(st.text(min_size=1), st.integers(2, 40))
def test_truncate_never_exceeds_its_length(text: str, length: int) -> None:
    cut = worked(text.replace("\0", " "), Truncate(length))
    assert cut is None or len(cut) <= length


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("In Stock", "in_stock"),
        ("IN-STOCK", "in_stock"),
        ("Verfügbar", "in_stock"),
        ("in_stock", "in_stock"),
        ("perhaps", "perhaps"),
        (None, None),
    ],
)
def test_values(value: str | None, expected: str | None) -> None:
    assert worked(value, Values({"in_stock": ("in stock", "verfügbar")})) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12", "in_stock"),
        ("0", "out_of_stock"),
        ("-3", "out_of_stock"),
        ("2.0", "in_stock"),
        ("some", "some"),
    ],
)
def test_stock_count(value: str, expected: str) -> None:
    assert worked(value, StockCount()) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("350g", "350 g"),
        ("1,2 KG", "1.2 kg"),
        ("2.5 lbs", "2.5 lb"),
        ("4 ounces", "4 oz"),
        ("12", "12"),
        ("1 t", "1 t"),
    ],
)
def test_measure(value: str, expected: str) -> None:
    assert worked(value, Measure()) == expected


def test_url() -> None:
    assert worked("//shop.example.com/a b", Url()) == "https://shop.example.com/a%20b"


def test_a_list_takes_every_column_and_others_the_first_value() -> None:
    mapping = Mapping({"one": Rule(), "all": Rule(names=("more",), operations=(Listed("|", 10),))})
    row = ["first\x1fsecond", "a", "b|c", None]
    assert mapped(mapping, ("one", "all", "more", "More"), row) == {"one": "first", "all": "a,b,c"}


def test_blank_default_and_upper() -> None:
    assert worked("N/A", Blank(("n/a",)), Default("none")) == "none"
    assert worked("eur", Upper()) == "EUR"


def test_unless_same_as_reads_the_other_attributes_final_value() -> None:
    mapping = Mapping(
        {
            "price": Rule(operations=(Price(("currency",)),)),
            "sale_price": Rule(operations=(Price(("currency",)), UnlessSameAs("price"))),
        },
        {"currency": Rule(constant="USD")},
    )
    columns = ("sale_price", "price")
    assert mapped(mapping, columns, ["10,00", "$10"])["sale_price"] is None
    assert mapped(mapping, columns, ["9", "$10"])["sale_price"] == "9.00 USD"


def test_a_reference_must_be_known_before() -> None:
    mapping = Mapping({"a": Rule(operations=(UnlessSameAs("b"),)), "b": Rule()})
    with pytest.raises(MisplacedReference, match="refers to b"):
        mapped(mapping, ("a", "b"), ["1", "2"])


def test_blanks_around_a_value_are_no_part_of_it() -> None:
    assert worked("\u00a0 0true fae \t\r\n") == "0true fae"
    assert worked(" \u00a0") is None


HOSTILE = "'); DROP TABLE x; --\"$${}"


def test_nothing_in_a_mapping_or_a_header_is_evaluated() -> None:
    rule = Rule(
        columns=(HOSTILE,), operations=(Values({HOSTILE: ("x'y",)}), Default(HOSTILE), Blank((HOSTILE,)))
    )
    assert mapped(Mapping({HOSTILE: rule}), (HOSTILE,), ["xy"]) == {HOSTILE: None}


KNOWN = known_repairs()
USUAL = (*KNOWN.attributes, *KNOWN.inputs)
ANY_VALUE = st.none() | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    | st.sampled_from("0123456789.,€$<>&#;|\x1f-"),
    max_size=30,
)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.lists(ANY_VALUE, min_size=len(USUAL), max_size=len(USUAL)), min_size=1, max_size=40))
def test_no_value_stops_the_usual_mapping(rows: list[list[str | None]]) -> None:
    scan = ", ".join(f"unnest(?::VARCHAR[]) AS c{place}" for place in range(len(USUAL)))
    query = compile_mapping(match_columns(USUAL, KNOWN), frozenset(USUAL), f"(SELECT {scan})").select
    found = asked(query, [*zip(*rows, strict=True)])
    assert len(found) == len(rows)
    assert {len(item) for item in found} == {len(KNOWN.attributes)}
