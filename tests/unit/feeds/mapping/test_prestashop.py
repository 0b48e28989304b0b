"""What products of PrestaShop may have beside the usual."""

from pathlib import Path

import pytest

from feedscript.feeds.engine.errors import ConfigError
from tests.unit.feeds.mapping.platform_feeds import export, made, rows_of

ROW = {
    "ID": "12",
    "Active (0/1)": "1",
    "Name": "Mug",
    "Categories (x,y,z...)": "Kitchen/Mugs",
    "Price tax excl.": "10.000000",
    "Discount amount": "",
    "Discount percent": "",
    "Discount from (yyyy-mm-dd)": "",
    "Discount to (yyyy-mm-dd)": "",
    "Quantity": "3",
    "Weight": "1.250000",
    "Description": "A mug.",
    "Brand": "Fernhollow",
    "Image URLs (x,y,z...)": "https://cdn.example.com/1.jpg",
}
SHOP = "source: {{base_url: https://shop.example.com, currency: EUR, tax_rate: {}}}\n"


def test_discounts_come_off_the_price_with_its_tax(tmp_path: Path) -> None:
    discounts = [
        ("amount", "2", "", "", ""),
        ("share", "", "25", "", ""),
        ("always", "2", "", "0000-00-00", "0000-00-00 00:00:00"),
        ("days", "2", "", "2026-11-20 00:00:00", "2026-12-24"),
        ("from", "2", "", "2026-11-20", ""),
        ("to", "2", "", "", "2026-12-24"),
        ("all", "12.5", "", "", ""),
        ("none", "0.000000", "0", "", ""),
    ]
    names = ("Discount amount", "Discount percent", "Discount from (yyyy-mm-dd)", "Discount to (yyyy-mm-dd)")
    rows = [ROW | {"ID": each[0]} | dict(zip(names, each[1:], strict=True)) for each in discounts]
    weighed = "mapping: {inputs: {weight_unit: {constant: kg}}}\n"
    _, feed = made(export(tmp_path, *rows), tmp_path, SHOP.format(21) + weighed)
    found = rows_of(feed)
    assert {name: row["sale_price"] for name, row in found.items()} == {
        "amount": "10.10 EUR",
        "share": "9.08 EUR",
        "always": "10.10 EUR",
        "days": "10.10 EUR",
        **dict.fromkeys(("from", "to", "all", "none"), ""),
    }
    assert {row["price"] for row in found.values()} == {"12.10 EUR"}
    days = {name: row["sale_price_effective_date"] for name, row in found.items()}
    assert {name: each for name, each in days.items() if each} == {
        "days": "2026-11-20T00:00:00Z/2026-12-24T23:59:59Z"
    }
    assert found["none"]["shipping_weight"] == "1.25 kg"


@pytest.mark.parametrize("rate", ["-1", "100", '"20"', "a lot", ".nan"])
def test_a_rate_that_is_none_is_told_with_its_line(tmp_path: Path, rate: str) -> None:
    with pytest.raises(ConfigError, match="must be a number") as caught:
        made(export(tmp_path, ROW), tmp_path, SHOP.format(rate))
    assert caught.value.line == 1
