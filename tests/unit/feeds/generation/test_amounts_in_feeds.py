"""Amounts from a merchant's file to the partner's feed, and what validation says of those left alone.

Ids name the kind: part.number.
"""

from pathlib import Path
from typing import Literal

import pytest

from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.validation.validation import validate
from tests.unit.feeds.generation.test_generation import items
from tests.unit.feeds.products import generate_all, product, write_csv


def told(feed: Path) -> set[str]:
    return {issue.rule.id for issue in validate(feed).issues}


@pytest.mark.parametrize(
    ("decimal", "price", "weight"),
    [
        pytest.param(None, "1.299 EUR", "1,250 kg", id="1.1-1.5-left-alone"),
        pytest.param("comma", "1299.00 EUR", "1.2500 kg", id="1.1-1.5-comma"),
        pytest.param("point", "1.299 EUR", "1250 kg", id="1.1-1.5-point"),
    ],
)
def test_the_merchants_file_settles_amounts(
    tmp_path: Path, decimal: Literal["comma", "point"] | None, price: str, weight: str
) -> None:
    source = write_csv(tmp_path / "export.csv", [product(price="1.299 EUR", shipping_weight="1,250 kg")])
    generate_all(source, tmp_path / "feed.csv", options=SourceOptions(decimal=decimal))
    (item,) = items(tmp_path / "feed.csv")
    assert (item["price"], item["shipping_weight"]) == (price, weight)


def test_case_1_16_every_amount_of_an_item_has_the_prices_currency(tmp_path: Path) -> None:
    amounts = {"price": "19,99 €", "sale_price": "14,99", "auto_pricing_min_price": "9,99"}
    source = write_csv(tmp_path / "export.csv", [product(**amounts)])
    generate_all(source, tmp_path / "feed.csv")
    (item,) = items(tmp_path / "feed.csv")
    assert [item[name] for name in amounts] == ["19.99 EUR", "14.99 EUR", "9.99 EUR"]


@pytest.mark.parametrize(
    "price",
    [
        pytest.param("250.000 ₫", id="1.1-dong"),
        pytest.param("1.000 ISK", id="1.1-krona"),
        pytest.param("12,900 EUR", id="1.2-comma"),
        pytest.param("12.900 EUR", id="1.2-point"),
        pytest.param("0500.00 EUR", id="1.2-needless-zero"),
        pytest.param("00.50 USD", id="1.2-zero-before-zero"),
        pytest.param("-05.00 USD", id="1.2-needless-zero-below-zero"),
        pytest.param("25,000 IQD", id="1.3-dinar"),
        pytest.param("1,250 KWD", id="6.2-fils"),
        pytest.param("1250 GBp", id="6.3-pence"),
        pytest.param("ab 12,90 €", id="6.19-from"),
    ],
)
def test_what_is_left_alone_is_told(tmp_path: Path, price: str) -> None:
    source = write_csv(tmp_path / "export.csv", [product(price=price)])
    generate_all(source, tmp_path / "feed.csv")
    assert items(tmp_path / "feed.csv")[0]["price"] == price
    assert "google.price.invalid_format" in told(tmp_path / "feed.csv")


@pytest.mark.parametrize("price", ["0.50 USD", "250 VND", "1000.00 USD", "10 EUR"])
def test_zeros_that_are_needed_are_no_finding(tmp_path: Path, price: str) -> None:
    assert "google.price.invalid_format" not in told(write_csv(tmp_path / "feed.csv", [product(price=price)]))
