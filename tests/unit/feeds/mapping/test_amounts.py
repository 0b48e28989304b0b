# ruff: noqa: RUF001 - signs that look like others are the point
"""Prices, currencies and measures as shops write them: nothing is misread, and what is not sure stays.

Ids name the kind: part.number.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache

import pytest
from babel import Locale, localedata
from babel.numbers import format_currency
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.mapping import Mapping, Rule, compile_mapping, known_repairs, match_columns
from feedscript.feeds.mapping.currencies import currencies
from feedscript.feeds.mapping.numbers import Decimal as Sign
from feedscript.feeds.mapping.operations import Currency, Measure, Operation, Price, UnlessSameAs
from feedscript.feeds.profiles.vocabulary import CURRENCIES
from tests.unit.feeds.mapping.mapped_rows import asked, mapped, worked

LEFT = None
QUICK = settings(deadline=None, max_examples=60)


PRICES = Mapping(
    {"price": Rule(operations=(Price(("currency",)),))}, {"currency": Rule(operations=(Currency(),))}
)


def priced(value: str | None, currency: str | None = None, decimal: Sign | None = None) -> str | None:
    return mapped(PRICES.with_decimal(decimal), ("price", "currency"), [value, currency])["price"]


@pytest.mark.parametrize(
    ("value", "currency", "expected"),
    [
        pytest.param("250.000 ₫", None, LEFT, id="1.1-dong"),
        pytest.param("$20.000 CLP", None, LEFT, id="1.1-sign-and-code"),
        pytest.param("1.000 ISK", None, LEFT, id="1.1-code"),
        pytest.param("12.000", "JPY", LEFT, id="1.1-merchant"),
        pytest.param("￥12,000", None, LEFT, id="1.1-yen-comma"),
        pytest.param("15.000 FCFA", "XOF", LEFT, id="1.1-franc"),
        pytest.param("250 VND", None, "250 VND", id="1.1-right-stays"),
        pytest.param("1.250.000 ₫", None, "1250000 VND", id="1.1-two-groups"),
        pytest.param("12,50", "JPY", LEFT, id="1.1-decimals-that-it-has-not"),
        pytest.param("0,500 EUR", None, "0.50 EUR", id="1.2-zero-before-three"),
        pytest.param("0,055 EUR", None, LEFT, id="1.2-decimals-that-matter"),
        pytest.param("0.500", "USD", "0.50 USD", id="1.2-point"),
        pytest.param("12,900 EUR", None, LEFT, id="1.2-comma"),
        pytest.param("12.900 €", None, LEFT, id="1.2-both-signs"),
        pytest.param("1299,000 EUR", None, "1299.00 EUR", id="1.2-behind-four-digits"),
        pytest.param("0500,00 EUR", None, LEFT, id="1.2-needless-zero"),
        pytest.param("25,000 IQD", None, LEFT, id="1.3-dinar"),
        pytest.param("25.000 IQD", None, LEFT, id="1.3-point"),
        pytest.param("250,000", "IQD", LEFT, id="1.3-merchant"),
        pytest.param("25,000.00 IQD", None, "25000 IQD", id="1.3-sure"),
        pytest.param("₹1,23,456.00", None, "123456.00 INR", id="1.4-indian-grouping"),
        pytest.param("12,34,567", "INR", "1234567.00 INR", id="1.4-lakhs"),
        pytest.param("Rs. 1,299/-", "INR", LEFT, id="1.4-rupees-only"),
        pytest.param("Rs. 500/-", "INR", "500.00 INR", id="1.4-rupees-slash"),
        pytest.param("12,- €", None, "12.00 EUR", id="1.4-comma-dash"),
        pytest.param("CHF 12.-", None, "12.00 CHF", id="1.4-point-dash"),
        pytest.param("1.299,– €", None, "1299.00 EUR", id="1.4-dash-tells-the-groups"),
        pytest.param("199:-", "SEK", "199.00 SEK", id="1.4-colon-dash"),
        pytest.param("￥1200", None, "1200 JPY", id="1.4-wide-yen"),
        pytest.param("￥１２００", "CNY", "1200.00 CNY", id="1.4-wide-digits"),
        pytest.param("＄９．９０", None, "9.90 USD", id="1.4-wide-dollar"),
        pytest.param("１，２９９．００", "USD", "1299.00 USD", id="1.4-wide-separators"),
        pytest.param("1 299 kr", "SEK", "1299.00 SEK", id="1.4-krona"),
        pytest.param("1 299 kr", None, LEFT, id="1.4-krona-of-nobody"),
        pytest.param("12 99 EUR", None, LEFT, id="6.1-two-numbers"),
        pytest.param("2024 12.90 EUR", None, LEFT, id="6.1-year"),
        pytest.param("1'2 EUR", None, LEFT, id="6.1-apostrophe"),
        pytest.param("10 000 12 EUR", None, LEFT, id="6.1-group-and-more"),
        pytest.param("1 299 000,5 EUR", None, "1299000.50 EUR", id="6.1-groups"),
        pytest.param("1\u202f299\u00a0€", None, "1299.00 EUR", id="6.1-narrow-blanks"),
        pytest.param("CHF 1’299.50", None, "1299.50 CHF", id="6.1-typographic-apostrophe"),
        pytest.param("1,250 KWD", None, LEFT, id="6.2-fils"),
        pytest.param("1,500", "JOD", LEFT, id="6.2-merchant"),
        pytest.param("0,750 BHD", None, "0.750 BHD", id="6.2-zero-before-three"),
        pytest.param("1.250 KWD", None, "1.250 KWD", id="6.2-right-stays"),
        pytest.param("1250 GBp", None, LEFT, id="6.3-pence"),
        pytest.param("GBX 1250", "GBP", LEFT, id="6.3-gbx"),
        pytest.param("1250p", "GBP", LEFT, id="6.3-p"),
        pytest.param("1250", "GBp", "1250.00", id="6.3-merchant-in-pence"),
        pytest.param("$9.99 cup", None, LEFT, id="6.4-cup"),
        pytest.param("£ 4.50 all", None, LEFT, id="6.4-all"),
        pytest.param("29.99 € TOP", None, LEFT, id="6.4-sign-contradicts"),
        pytest.param("29,99 TOP", "EUR", LEFT, id="6.4-merchant-contradicts"),
        pytest.param("$12.00 PEN", None, LEFT, id="6.4-no-dollar"),
        pytest.param("try 9.99", "EUR", LEFT, id="6.4-verb"),
        pytest.param("9,99 eur", None, "9.99 EUR", id="6.4-small-letters"),
        pytest.param("9,99 sek", "SEK", "9.99 SEK", id="6.4-the-merchants-own"),
        pytest.param("184,35 lei", "RON", "184.35 RON", id="6.4-lei"),
        pytest.param("184,35 lei", None, LEFT, id="6.4-lei-of-nobody"),
        pytest.param("4,35 € TTC", "EUR", "4.35 EUR", id="6.4-tax-in-it"),
        pytest.param("4,35 € HT", "EUR", LEFT, id="6.4-tax-not-in-it"),
        pytest.param("£4.50 (inc. VAT)", None, "4.50 GBP", id="6.4-vat"),
        pytest.param("4,35 EUR inkl. MwSt.", None, "4.35 EUR", id="6.4-mwst"),
        pytest.param("9.99 per", "EUR", LEFT, id="6.4-per"),
        pytest.param("$9.99 each", None, "9.99 USD", id="6.4-each"),
        pytest.param("9,99 €/kg", None, LEFT, id="6.4-unit-price"),
        pytest.param("12,90 XXY", "EUR", LEFT, id="6.4-no-code"),
        pytest.param("CAD $12.90", None, "12.90 CAD", id="6.4-code-and-sign"),
        pytest.param("Rs 500", "PKR", "500.00 PKR", id="6.5-rupees"),
        pytest.param("£12.00", "EGP", "12.00 EGP", id="6.5-pounds"),
        pytest.param("$12.90", "CAD", "12.90 CAD", id="6.5-dollars"),
        pytest.param("Rs1,234.50", "MUR", "1234.50 MUR", id="6.5-mauritius"),
        pytest.param("$12.90", "EUR", LEFT, id="6.5-sign-contradicts"),
        pytest.param("C$ 12", "NIO", "12.00 NIO", id="6.5-cordoba"),
        pytest.param("€12", "USD", "12.00 EUR", id="6.5-sign-of-one"),
        pytest.param("\u200f1,299.00\u00a0\u200f₪", None, "1299.00 ILS", id="6.19-bidi-marks"),
        pytest.param("\u061c١٬٢٩٩٫٥٠ د.إ.", "AED", "1299.50 AED", id="6.19-arabic"),
        pytest.param("1 299,00 kr.", "DKK", "1299.00 DKK", id="6.19-kr"),
        pytest.param("R 1 299,00", "ZAR", "1299.00 ZAR", id="6.19-rand"),
        pytest.param("Rp 1.250.000", "IDR", "1250000.00 IDR", id="6.19-rupiah"),
        pytest.param("₱499", None, "499.00 PHP", id="6.19-peso"),
        pytest.param("15 000 F\u202fCFA", "XOF", "15000 XOF", id="6.19-franc"),
        pytest.param("590 руб.", "RUB", "590.00 RUB", id="6.19-rouble"),
        pytest.param("1 290,50 грн", None, "1290.50 UAH", id="6.19-hryvnia"),
        pytest.param("Preis: 12,90 €", None, "12.90 EUR", id="6.19-word-before"),
        pytest.param("Now $5.00*", None, "5.00 USD", id="6.19-footnote"),
        pytest.param("12.90 EUR*", None, "12.90 EUR", id="6.19-footnote-behind-a-code"),
        pytest.param("99 kr*", "SEK", "99.00 SEK", id="6.19-footnote-behind-a-word"),
        pytest.param("12,90 EUR¹", None, "12.90 EUR", id="6.19-superscript-behind-a-code"),
        pytest.param("12,90 EUR** inkl. MwSt.", None, "12.90 EUR", id="6.19-footnote-before-a-phrase"),
        pytest.param("12,90 EUR inkl. MwSt.*", None, "12.90 EUR", id="6.19-footnote-behind-a-phrase"),
        pytest.param("5 EUR/ Stück", None, "5.00 EUR", id="6.19-sign-and-word-behind-a-code"),
        pytest.param("12,90 EURTTC", None, LEFT, id="6.19-phrase-within-a-word"),
        pytest.param("99 kr*", "EUR", LEFT, id="6.19-footnote-behind-another-currencys-word"),
        pytest.param("12,90 € ²", None, "12.90 EUR", id="6.19-superscript"),
        pytest.param("10 LEI", "RON", "10.00 RON", id="6.19-word-of-three-capitals"),
        pytest.param("10.50 LEU", "MDL", "10.50 MDL", id="6.19-word-of-three-capitals-and-decimals"),
        pytest.param("99 DHS", "AED", "99.00 AED", id="6.19-plural-of-three-capitals"),
        pytest.param("10 LEI", "EUR", LEFT, id="6.19-word-contradicts"),
        pytest.param("10 LEI", None, LEFT, id="6.19-word-of-nobody"),
        pytest.param("10 EUR", "RON", "10 EUR", id="6.19-code-stays"),
        pytest.param("ab 12,90 €", None, LEFT, id="6.19-from-is-no-price"),
        pytest.param("was $12.90", None, LEFT, id="6.19-was"),
        pytest.param("Rs.50", "INR", "50.00 INR", id="6.19-abbreviation"),
        pytest.param("$.99", None, LEFT, id="6.19-point-before-digits"),
        pytest.param("35€ 99", None, LEFT, id="6.19-sign-between"),
        pytest.param("A 5 $", None, LEFT, id="6.19-letters-on-both-sides"),
    ],
)
def test_amount(value: str, currency: str | None, expected: str | None) -> None:
    assert priced(value, currency) == (value if expected is LEFT else expected)


@pytest.mark.parametrize(
    ("value", "comma", "point"),
    [
        pytest.param("12,900 EUR", "12.90 EUR", "12900.00 EUR", id="1.1-decimal-euro"),
        pytest.param("1.299 €", "1299.00 EUR", "1.299 €", id="1.1-decimal-that-matters"),
        pytest.param("250.000 ₫", "250000 VND", "250 VND", id="1.1-decimal-dong"),
        pytest.param("25,000 IQD", "25 IQD", "25000 IQD", id="1.1-decimal-dinar"),
        pytest.param("25.000 IQD", "25000 IQD", "25.000 IQD", id="1.1-decimal-right-stays"),
        pytest.param("1,250 KWD", "1.250 KWD", "1250.00 KWD", id="1.1-decimal-fils"),
        pytest.param("1.299,00 €", "1299.00 EUR", "1299.00 EUR", id="1.1-decimal-not-needed"),
        pytest.param("12.90 EUR", "12.90 EUR", "12.90 EUR", id="1.1-decimal-sure"),
    ],
)
def test_the_merchants_decimal_sign_settles_what_is_not_sure(value: str, comma: str, point: str) -> None:
    assert (priced(value, None, "comma"), priced(value, None, "point")) == (comma, point)


@pytest.mark.parametrize(
    ("value", "expected", "comma"),
    [
        pytest.param("1,250 g", LEFT, "1.2500 g", id="1.5-grams"),
        pytest.param("2,000 lb", LEFT, "2.0000 lb", id="1.5-pounds"),
        pytest.param("1.250kg", LEFT, "1250 kg", id="1.5-point"),
        pytest.param("1.250 kg", LEFT, "1250 kg", id="1.5-right-stays"),
        pytest.param("1,25 kg", "1.25 kg", "1.25 kg", id="1.5-two-decimals"),
        pytest.param("0,500 kg", "0.500 kg", "0.5000 kg", id="1.5-zero-before-three"),
        pytest.param("1 250 g", "1250 g", "1250 g", id="1.5-blank"),
        pytest.param("1.250,5 g", "1250.5 g", "1250.5 g", id="1.5-both"),
        pytest.param("1\u202f250 Gramm", "1250 g", "1250 g", id="1.5-narrow-blank"),
        pytest.param("５００ｇ", "500 g", "500 g", id="1.5-wide"),
        pytest.param("12 50 g", LEFT, None, id="1.5-two-numbers"),
    ],
)
def test_measure(value: str, expected: str | None, comma: str | None) -> None:
    assert worked(value, Measure()) == (value if expected is LEFT else expected)
    assert worked(value, Measure("comma")) == (value if comma is LEFT else comma)


@pytest.mark.parametrize(
    ("price", "sale", "currency", "expected"),
    [
        pytest.param("19.99 EUR", "14.99", None, "14.99 EUR", id="1.16-code"),
        pytest.param("19,99 €", "14,99", None, "14.99 EUR", id="1.16-sign"),
        pytest.param("19.99 CAD", "$14.99", "USD", "14.99 CAD", id="1.16-before-the-merchants"),
        pytest.param("19.99", "14.99", "SEK", "14.99 SEK", id="1.16-the-merchants"),
        pytest.param("1.299 EUR", "999", None, "999.00 EUR", id="1.16-of-a-price-left-alone"),
        pytest.param("20 EUR", "20,00", None, None, id="1.16-no-sale"),
    ],
)
def test_other_amounts_have_the_prices_currency(
    price: str, sale: str, currency: str | None, expected: str | None
) -> None:
    usual = known_repairs()
    names = ("price", "sale_price")
    mapping = Mapping({name: usual.attributes[name] for name in names}, usual.inputs)
    assert mapped(mapping, (*names, "currency"), [price, sale, currency])["sale_price"] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("eur", "EUR"), ("Eur", "EUR"), ("€", "EUR"), ("GBp", "GBp"), ("GBX", "GBX"), ("$", "$"), (None, None)],
)
def test_currency(value: str | None, expected: str | None) -> None:
    assert worked(value, Currency()) == expected


def test_amounts_of_one_currency_are_the_same_with_other_decimals() -> None:
    mapping = Mapping({"a": Rule(), "b": Rule(operations=(UnlessSameAs("a"),))})
    assert mapped(mapping, ("a", "b"), ["10 EUR", "10.00 EUR"])["b"] is None
    assert mapped(mapping, ("a", "b"), ["10 EUR", "10.00 USD"])["b"] == "10.00 USD"
    assert mapped(mapping, ("a", "b"), ["1", "1.0"])["b"] == "1.0"


CODES = sorted(code for codes in CURRENCIES.values() for code in codes)
LOCALES = [name for name in localedata.locale_identifiers() if "_" in name]
DIGITS = {code: digits for digits, codes in CURRENCIES.items() for code in codes}
ANY_AMOUNT = st.lists(
    st.sampled_from(
        [*"0123456789.,' -*:/$€£¥ab", "\u00a0", "\u202f", " EUR", " KWD", "JPY", "kr", " kg", " g", "000"]
    ),
    max_size=10,
).map("".join)
SIGNS = st.sampled_from([None, "comma", "point"])
MERCHANTS = st.sampled_from([None, "EUR", "JPY", "KWD", "SEK"])


def priced_all(values: list[str], merchants: list[str | None], decimal: Sign | None = None) -> list[str]:
    table = "(SELECT unnest(?::VARCHAR[]) AS c0, unnest(?::VARCHAR[]) AS c1)"
    matches = match_columns(("price", "currency"), PRICES.with_decimal(decimal))
    query = compile_mapping(matches, frozenset({"price", "currency"}), table).select
    return [price for (price,) in asked(query, [values, merchants])]


def value_of(price: str) -> Decimal:
    return Decimal(price.split(" ", maxsplit=1)[0])


@settings(deadline=None, max_examples=10)
@given(
    amounts=st.lists(st.tuples(st.sampled_from(CODES), st.integers(0, 10**9)), min_size=1, max_size=5),
    whole=st.booleans(),
    told=st.booleans(),
    decimal=SIGNS,
)
def test_an_amount_in_the_style_of_any_locale_is_read_or_left(
    amounts: list[tuple[str, int]], whole: bool, told: bool, decimal: Sign | None
) -> None:
    rows = []
    for currency, units in amounts:
        amount = Decimal(units) if whole else Decimal(units).scaleb(-DIGITS[currency])
        rows += [(*styled, amount, currency) for styled in in_all_styles(amount, currency, whole=whole)]
    texts = [text for _, text, _, _ in rows]
    read = priced_all(texts, [currency if told else None for *_, currency in rows], decimal)
    wrong = [
        (locale, text, found)
        for (locale, text, amount, currency), found in zip(rows, read, strict=True)
        if found != text
        and not (value_of(found) == amount and found.split(" ")[1:] in ([currency], []))
        and not (decimal and is_three_behind_one_sign(text))
    ]
    assert wrong == []


def is_three_behind_one_sign(text: str) -> bool:
    """Whether the merchant's word counts, which is wrong for a locale that he does not write in."""
    shape = "".join("0" if each.isdigit() else "." for each in text).strip(".")
    return shape.count(".") == 1 and shape[-4:] == ".000" and len(shape) <= 7


@cache
def styles() -> Sequence[str]:
    """A locale for each style of writing an amount."""
    return sorted(
        {format_currency(Decimal("1234567.89"), "EUR", locale=name): name for name in LOCALES}.values()
    )


def in_all_styles(amount: Decimal, currency: str, *, whole: bool) -> Iterator[tuple[str, str]]:
    for locale in styles():
        text = format_currency(
            amount, currency, locale=locale, currency_digits=not whole, decimal_quantization=False
        )
        yield locale, text.strip(" \u00a0")


@QUICK
@given(
    whole=st.integers(0, 10**12),
    cents=st.integers(0, 99),
    currency=st.sampled_from(CODES),
    merchant=MERCHANTS,
    decimal=SIGNS,
)
def test_what_is_right_stays(
    whole: int, cents: int, currency: str, merchant: str | None, decimal: Sign | None
) -> None:
    price = f"{whole}.{cents:02} {currency}"
    assert priced(price, merchant, decimal) == price


@QUICK
@given(value=ANY_AMOUNT, merchant=MERCHANTS, decimal=SIGNS)
def test_what_is_done_twice_is_done_once(value: str, merchant: str | None, decimal: Sign | None) -> None:
    once = priced(value, merchant, decimal)
    assert priced(once, merchant, decimal) == once
    weight = worked(value, Measure(decimal))
    assert worked(weight, Measure(decimal)) == weight


@QUICK
@given(value=ANY_AMOUNT, merchant=MERCHANTS, decimal=SIGNS)
def test_no_digit_is_lost_or_made(value: str, merchant: str | None, decimal: Sign | None) -> None:
    def digits(text: str | None) -> str:
        return "".join(filter(str.isdigit, text or "")).strip("0")

    assert digits(priced(value, merchant, decimal)) == digits(value)
    assert digits(worked(value, Measure(decimal))) == digits(value)


@pytest.mark.parametrize("operation", [Price(("currency",)), Currency(), Measure(), UnlessSameAs("currency")])
def test_nothing_stays_nothing(operation: Operation) -> None:
    mapping = Mapping({"it": Rule(operations=(operation,))}, {"currency": Rule(constant="EUR")})
    assert mapped(mapping, ("it",), [None])["it"] is None


def test_every_sign_of_a_currency_that_babel_knows_is_known() -> None:
    """In the locales that it is used in: elsewhere a sign may be a code or a word."""
    signs = {
        (f"5 {sign}", code)
        for name in LOCALES
        for code, sign in Locale.parse(name).currency_symbols.items()
        if code in CODES and any(unicodedata.category(each) == "Sc" for each in sign)
    }
    texts, codes = zip(*sorted(signs), strict=True)
    read = zip(texts, codes, priced_all([*texts], [*codes]), strict=True)
    assert [(text, code) for text, code, found in read if not found.endswith(f" {code}")] == []


def test_the_document_is_of_active_currencies() -> None:
    known = currencies()
    assert {*known.words, *known.without_their_decimals, *known.unless_told.values()} <= set(CODES)
