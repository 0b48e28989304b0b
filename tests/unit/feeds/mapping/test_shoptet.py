"""What a Shoptet shop's export may hold, or not hold, beside the usual."""

from pathlib import Path

import pytest

from feedscript.feeds.mapping import NotSaid
from tests.unit.feeds.mapping.platform_feeds import BRAND, export, made, rows_of

ROW = {
    "code": "1",
    "pairCode": "",
    "name": "Hrnek",
    "description": "Kameninový hrnek.",
    "defaultImage": "https://cdn.example.com/1.jpg",
    "url": "https://shop.example.com/hrnek/",
    "productVisibility": "visible",
    "availabilityInStock": "Skladem",
    "price": "100,00",
}
CURRENCY = "source: {base_url: https://shop.example.com, currency: CZK}\n"


def test_prices_offers_and_taxes(tmp_path: Path) -> None:
    columns = ("standardPrice", "actionPrice", "actionFrom", "actionUntil", "includingVat", "percentVat")
    rows = {
        "plain": ("", "", "", "", "1", "21"),
        "usual": ("120", "", "", "", "1", "21"),
        "offer": ("120", "90", "", "", "1", "21"),
        "days": ("120", "90.50", "20. 11. 2026", "2026-12-24", "1", "21"),
        "one day": ("120", "90", "2026-11-20", "", "1", "21"),
        "other day": ("120", "90", "", "2026-11-20", "1", "21"),
        "net": ("120", "90", "", "", "0", "21"),
        "lower": ("80", "0,00", "", "", "1", "21"),
    }
    sources = [ROW | {"code": code} | dict(zip(columns, each, strict=True)) for code, each in rows.items()]
    _, feed = made(export(tmp_path, *sources), tmp_path, CURRENCY + BRAND)
    found = rows_of(feed)
    assert {code: (row["price"], row["sale_price"]) for code, row in found.items()} == {
        "plain": ("100.00 CZK", ""),
        "usual": ("120.00 CZK", "100.00 CZK"),
        "offer": ("100.00 CZK", "90.00 CZK"),
        "days": ("100.00 CZK", "90.50 CZK"),
        "one day": ("100.00 CZK", ""),
        "other day": ("100.00 CZK", ""),
        "net": ("121.00 CZK", "108.90 CZK"),
        "lower": ("100.00 CZK", ""),
    }
    days = {code: row["sale_price_effective_date"] for code, row in found.items()}
    assert {code: each for code, each in days.items() if each} == {
        "days": "2026-11-20T00:00:00Z/2026-12-24T23:59:59Z"
    }


def test_columns_that_the_merchant_did_not_pick(tmp_path: Path) -> None:
    """Neither stock nor offers nor rates: availability is told in words, and a net price is none."""
    rows = [
        ROW,
        ROW | {"code": "2", "availabilityInStock": "Vyprodáno"},
        ROW | {"code": "3", "includingVat": "0"},
        *(ROW | {"code": f"more {number}"} for number in range(8)),
    ]
    result, feed = made(export(tmp_path, *rows), tmp_path, CURRENCY + BRAND)
    found = rows_of(feed)
    assert (found["1"]["availability"], found["1"]["price"]) == ("in_stock", "100.00 CZK")
    assert found["2"]["availability"] == "out_of_stock"
    assert "3" not in found
    assert dict(result.rejects.by_rule) == {"google.price.missing_required": 1}


def test_the_currency_is_asked_for_where_no_column_tells_it(tmp_path: Path) -> None:
    with pytest.raises(NotSaid) as caught:
        made(export(tmp_path, ROW), tmp_path, "")
    assert dict(caught.value.attributes) == {"currency": ("price",), "base_url": ("link",)}
