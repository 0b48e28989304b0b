"""Feeds of partners whose files hold no currency: all prices are in one, and no item takes the feed down."""

import csv
import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds import SourceOptions, validate
from feedscript.feeds.generation import Generated, SeveralCurrencies, Standard, generate
from tests.sweeps import sweep
from tests.unit.feeds.products import product, write_csv

#: Partners, and what they call the price.
PARTNERS = {"idealo": "price", "kelkoo": "price", "klarna": "Price", "criteo-retail-media": "price"}
EVERY = Standard(max_rejected_ratio=1.0)


def made(folder: Path, profile: str, *prices: str, standard: Standard = EVERY, **said: str) -> Generated:
    """The feed of products with these prices, `price/sale_price`."""
    parted = [price.partition("/") for price in prices]
    rows = [
        product(number, price=price, sale_price=offer, product_type="Cups")
        for number, (price, _, offer) in enumerate(parted, start=1)
    ]
    source = write_csv(folder / "export.csv", rows)
    options = SourceOptions(**said)  # type: ignore[arg-type]
    return generate(source, folder / "feed.csv", profile=profile, options=options, standard=standard)


def cells(folder: Path, column: str) -> list[str]:
    with (folder / "feed.csv").open(encoding="utf-8", newline="") as file:
        return [row[column] for row in csv.DictReader(file)]


def rejects(folder: Path) -> list[dict[str, str]]:
    with gzip.open(folder / "feed.csv.rejects.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("profile", PARTNERS)
def test_a_stray_currency_costs_its_item_alone(tmp_path: Path, profile: str) -> None:
    generated = made(tmp_path, profile, "1.10 EUR", "2.20 USD", "3.30 EUR", "/4.40 USD", "5.50 EUR")
    assert cells(tmp_path, PARTNERS[profile]) == ["1.10", "3.30", "5.50"]
    assert generated.rejects
    assert generated.rejects.total == 2
    told = [(each["id"], each["line"], each["rule"]) for each in rejects(tmp_path)]
    rule = f"{profile}.price.invalid_format"
    assert ("SKU-2", "3", rule) in told
    assert next(each["value"] for each in rejects(tmp_path) if each["rule"] == rule) == "2.20 USD"
    assert validate(tmp_path / "feed.csv", profile=profile).items_total == 3


@pytest.mark.parametrize("profile", PARTNERS)
def test_the_shops_own_currency_counts_more_than_that_of_most(tmp_path: Path, profile: str) -> None:
    made(tmp_path, profile, "1.10 EUR", "2.20 USD", "3.30 EUR", currency="USD")
    assert cells(tmp_path, PARTNERS[profile]) == ["2.20"]


def test_a_shops_currency_that_no_price_has_does_not_count(tmp_path: Path) -> None:
    made(tmp_path, "idealo", "1.10 EUR", "2.20 USD", "3.30 EUR", currency="GBP")
    assert cells(tmp_path, "price") == ["1.10", "3.30"]


@pytest.mark.parametrize("profile", PARTNERS)
def test_where_no_currency_is_clear_there_is_no_feed(tmp_path: Path, profile: str) -> None:
    with pytest.raises(SeveralCurrencies, match=r"\(EUR x2, GBP x1, USD x1\).*source: currency:") as caught:
        made(tmp_path, profile, "1.10 EUR", "2.20 USD", "3.30 EUR", "1.00 GBP")
    assert caught.value.currencies == {"EUR": 2, "USD": 1, "GBP": 1}
    assert not (tmp_path / "feed.csv").exists()


def test_without_excluding_no_amount_gets_another_currency(tmp_path: Path) -> None:
    made(tmp_path, "idealo", "1.10 EUR", "2.20 USD", "3.30 EUR", standard=Standard(exclude=False))
    assert cells(tmp_path, "price") == ["1.10", "2.20 USD", "3.30"]


PRICES = st.sampled_from(["1.10 EUR", "2.20 USD", "3 EUR", "9.00 EUR/8.00 EUR", "9.00 EUR/8.00 USD", "x", ""])


@settings(max_examples=sweep(short=6, long=100), deadline=None)
@given(profile=st.sampled_from([*PARTNERS]), prices=st.lists(PRICES, min_size=1, max_size=4))
def test_every_amount_that_is_written_is_of_the_feeds_currency(
    tmp_path_factory: pytest.TempPathFactory, profile: str, prices: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("feed")
    made(folder, profile, *["5.00 EUR"] * 5, *prices)
    amounts = {"", "5.00", "1.10", "3", "9.00", "8.00"}
    assert {*cells(folder, PARTNERS[profile])} <= amounts
