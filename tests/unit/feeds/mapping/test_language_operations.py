"""Operations on parts of values, amounts, dates, links and stock, in the words of a document."""

import pytest
import yaml
from marshmallow import ValidationError

from feedscript.feeds.mapping import Mapping, Rule
from feedscript.feeds.mapping.document import MappingSchema
from feedscript.feeds.mapping.operation_list import OperationField
from tests.unit.feeds.mapping.mapped_rows import mapped, worked


def done(operation: str, value: str | None, other: str | None = None) -> str | None:
    made = OperationField().deserialize(yaml.safe_load(operation))
    mapping = Mapping({"it": Rule(operations=(made,))}, {"other": Rule()})
    return mapped(mapping, ("it", "other"), [value, other])["it"]


@pytest.mark.parametrize(
    ("operation", "value", "expected"),
    [
        ("first: '>'", "Shoes > Boots > Red", "Shoes"),
        ("last: '>'", "Shoes > Boots > Red", "Red"),
        ("rest: '>'", "Shoes > Boots > Red", "Boots > Red"),
        ("rest: '>'", "Shoes", None),
        ("part: {separator: '|', number: 2}", "a|b|c", "b"),
        ("part: {separator: '|', number: 4}", "a|b|c", None),
        ("replace: {text: '''', by: \"''\"}", "it's", "it''s"),
        ("replace: {text: x, by: ''}", "x", None),
        ("replace_pattern: {pattern: '([0-9]+)cm', by: '\\1 cm'}", "10cm x 20cm", "10 cm x 20 cm"),
        ("extract: '[0-9]+'", "10cm x 20cm", "10"),
        ("extract: '([0-9]+) ?kg'", "20cm, 3 kg", "3"),
        ("extract: '[0-9]+'", "none", None),
        ("lower", "ÄB", "äb"),
        ("title_case", "RED ÉCLAIR MUG", "Red Éclair Mug"),
        ("title_case", "iPhone 15 Pro", "iPhone 15 Pro"),
        ("times: 0.01", "1290 EUR", "12.90 EUR"),
        ("times: 1.19", "10.00 EUR", "11.90 EUR"),
        ("times: 1.5", "101 JPY", "152 JPY"),
        ("times: 2", "1.234 KWD", "2.468 KWD"),
        ("times: 2", "ask us", "ask us"),
        ("plus: 4.9", "10.00 EUR", "14.90 EUR"),
        ("plus: -20", "10.00 EUR", "10.00 EUR"),
        ("net_to_gross: 19", "10.00 EUR", "11.90 EUR"),
        ("net_to_gross: 5.5", "9.99", "10.54"),
        ("date", "27.11.2026", "2026-11-27"),
        ("date", "2026/1/2", "2026-01-02"),
        ("date", "20260102", "2026-01-02"),
        ("date", "27/11/2026 9:30", "2026-11-27T09:30"),
        ("date", "11/27/2026", "2026-11-27"),
        ("date", "03/04/2026", "03/04/2026"),
        ("date: day_first", "03/04/2026", "2026-04-03"),
        ("date: month_first", "03/04/2026", "2026-03-04"),
        ("date", "Nov 27, 2026", "2026-11-27"),
        ("date", "2026-11-27 10:00:00 +01:00", "2026-11-27T10:00:00+01:00"),
        ("date", "2026-11-27T10:00Z", "2026-11-27T10:00Z"),
        ("date", "31.02.2026", "31.02.2026"),
        ("date", "27.11.2026 25:61", "27.11.2026 25:61"),
        ("date", "soon", "soon"),
        (
            "parameters: {utm_source: 'a b'}",
            "https://a.example/p#top",
            "https://a.example/p?utm_source=a%20b#top",
        ),
        ("parameters: {utm_source: x}", "https://a.example/?utm_source=y", "https://a.example/?utm_source=y"),
        ("parameters: {a: '1', b: '2'}", "https://a.example/?c=3", "https://a.example/?c=3&a=1&b=2"),
        ("parameters: {a: '1'}", "no address", "no address"),
        (
            "deep_link: 'https://net.example/?m=1&ued={link|url}'",
            "https://a.example/p?x=1%20",
            "https://net.example/?m=1&ued=https%3A%2F%2Fa.example%2Fp%3Fx%3D1%2520",
        ),
        (
            "deep_link: 'https://net.example/?u={link|url}'",
            "https://net.example/?u=x",
            "https://net.example/?u=x",
        ),
        (
            "unwrap: {parameter: url, hosts: [net.example]}",
            "https://www.net.example/click-1-2?url=https%3A%2F%2Fa.example%2Fb%2520c%3Fv%3D1&sku=7",
            "https://a.example/b%20c?v=1",
        ),
        *(
            ("unwrap: {parameter: url, hosts: [net.example]}", same, same)
            for same in (
                "https://shop.example/go?url=https%3A%2F%2Fa.example",
                "https://notnet.example/?url=https%3A%2F%2Fa.example",
                "https://net.example.org/?url=https%3A%2F%2Fa.example",
                "https://net.example/?u=https%3A%2F%2Fa.example",
                "https://net.example/?url=a.example",
                "https://net.example/?url=https%3A%2F%2Fnet.example%2F1",
                "no address",
            )
        ),
    ],
)
def test_one_value(operation: str, value: str, expected: str | None) -> None:
    assert done(operation, value) == expected


@pytest.mark.parametrize(
    ("operation", "value", "other", "expected"),
    [
        ("net_to_gross: other", "10.00 EUR", "19%", "11.90 EUR"),
        ("net_to_gross: other", "10.00 EUR", None, None),
        ("net_to_gross: other", "ask us", "19", "ask us"),
        ("higher_of: other", "8.00 EUR", "10.00 EUR", "10.00 EUR"),
        ("higher_of: other", "8.00 EUR", "7.00 EUR", "8.00 EUR"),
        ("higher_of: other", "8.00 EUR", "10.00 USD", "8.00 EUR"),
        ("higher_of: other", "8.00 EUR", None, "8.00 EUR"),
        ("only_below: other", "8.00 EUR", "10.00 EUR", "8.00 EUR"),
        ("only_below: other", "8.00 EUR", "8 EUR", None),
        ("only_below: other", "8.00 EUR", None, "8.00 EUR"),
        ("range: other", "2026-01-02", "2026-02-03", "2026-01-02/2026-02-03"),
        ("range: other", "2026-01-02", None, "2026-01-02"),
        ("range: other", "2026-01-02/2026-01-03", "2026-02-03", "2026-01-02/2026-01-03"),
        (
            "oversell: {told_by: other, words: [continue], state: backorder}",
            "out_of_stock",
            "Continue",
            "backorder",
        ),
        (
            "oversell: {told_by: other, words: [continue], state: backorder}",
            "out_of_stock",
            "deny",
            "out_of_stock",
        ),
        (
            "oversell: {told_by: other, words: [continue], state: backorder}",
            "in_stock",
            "continue",
            "in_stock",
        ),
    ],
)
def test_a_value_beside_another(operation: str, value: str, other: str | None, expected: str | None) -> None:
    assert done(operation, value, other) == expected


@pytest.mark.parametrize(
    ("operation", "cause"),
    [
        ("extract: '('", "is no pattern"),
        (f"extract: '{'a' * 501}'", "more than 500 characters"),
        ("extract: '(((a{1000}){1000}){1000})'", "is no pattern"),
        ("replace_pattern: {pattern: a, by: '\\1'}", "cannot take the place"),
        ("times: 0", "must be a number from 0.000001"),
        ("times: .nan", "must be a number"),
        ("times: '1; DROP TABLE x'", "must be a number"),
        ("net_to_gross: 100", "must be a number from 0 to 99"),
        ("date: dmy", "known are day_first, month_first"),
        ("parameters: {'a b': c}", "must be of letters"),
        ("deep_link: '{link}'", "must begin with the network's address"),
        ("deep_link: 'https://net.example/{lnk}'", "did you mean link"),
        ("first: ''", "Length must be between"),
    ],
)
def test_a_wrong_parameter_is_a_mistake(operation: str, cause: str) -> None:
    with pytest.raises(ValidationError) as caught:
        OperationField().deserialize(yaml.safe_load(operation))
    assert cause in str(caught.value.messages)


def test_a_price_before_reduction_and_after() -> None:
    text = (
        "inputs:\n  currency: {constant: EUR}\n  compare_at: {column: Before, operations: [price: currency]}\n"
        "attributes:\n"
        "  price: {column: Now, operations: [price: currency, higher_of: compare_at]}\n"
        "  sale_price: {column: Now, operations: [price: currency, only_below: price]}\n"
    )
    mapping = MappingSchema().load(yaml.safe_load(text))
    assert mapped(mapping, ("Now", "Before"), ["8,00", "10,00"]) == {
        "price": "10.00 EUR",
        "sale_price": "8.00 EUR",
    }
    assert mapped(mapping, ("Now", "Before"), ["8,00", None]) == {"price": "8.00 EUR", "sale_price": None}


@pytest.mark.parametrize(
    "value", ["'; DROP TABLE items; --", '=HYPERLINK("x")', "\\1 \\0", "{a}", "%s %d", "a\x1fb"]
)
def test_values_stay_data(value: str) -> None:
    for operation in (
        "first: '|'",
        "replace: {text: zzz, by: y}",
        "times: 2",
        "date",
        "deep_link: 'https://a.b/{link}'",
    ):
        assert worked(value, OperationField().deserialize(yaml.safe_load(operation))) in (
            value,
            value.split("\x1f", maxsplit=1)[0],
        )


@pytest.mark.parametrize(
    ("amount", "off", "expected"),
    [
        ("12.90 EUR", "2.00 EUR", "10.90 EUR"),
        ("12.90 EUR", "20 %", "10.32 EUR"),
        ("12.90 EUR", "12.5%", "11.29 EUR"),
        ("12.90 EUR", "100 %", "0.00 EUR"),
        ("1000 JPY", "33 %", "670 JPY"),
        ("12.90", "2", "10.90"),
        ("12.90 EUR", "2", "12.90 EUR"),
        ("12.90 EUR", "2.00 USD", "12.90 EUR"),
        ("12.90 EUR", "13.00 EUR", "12.90 EUR"),
        ("12.90 EUR", "101 %", "12.90 EUR"),
        ("12.90 EUR", None, "12.90 EUR"),
        ("soon", "20 %", "soon"),
    ],
)
def test_reduced_by(amount: str, off: str | None, expected: str) -> None:
    assert done("reduced_by: other", amount, off) == expected


@pytest.mark.parametrize(
    ("path", "base", "expected"),
    [
        ("/m/1.jpg", "https://shop.example/media/", "https://shop.example/media/m/1.jpg"),
        (
            "m/1.jpg,/m/2.jpg",
            "https://shop.example",
            "https://shop.example/m/1.jpg,https://shop.example/m/2.jpg",
        ),
        (
            "https://cdn.example/1.jpg,2.jpg",
            "http://a.example",
            "https://cdn.example/1.jpg,http://a.example/2.jpg",
        ),
        ("//cdn.example/1.jpg", "https://shop.example", "//cdn.example/1.jpg"),
        ("data:image/png;base64", "https://shop.example", "data:image/png;base64"),
        ("/1.jpg", "media", "/1.jpg"),
        ("/1.jpg", None, "/1.jpg"),
    ],
)
def test_absolute(path: str, base: str | None, expected: str) -> None:
    assert done("absolute: other", path, base) == expected


@pytest.mark.parametrize(
    ("amount", "more", "expected"),
    [
        ("12.90 EUR", "2.00 EUR", "14.90 EUR"),
        ("12.90 EUR", "2.00 USD", "12.90 EUR"),
        ("12.90 EUR", "2", "12.90 EUR"),
        ("12.90", "2", "14.90"),
        ("12.90 EUR", None, "12.90 EUR"),
    ],
)
def test_plus_what_another_tells(amount: str, more: str | None, expected: str) -> None:
    assert done("plus: other", amount, more) == expected
