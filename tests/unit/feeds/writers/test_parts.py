"""A structured value is written with the parts that the partner knows, in the partner's order."""

import csv
from pathlib import Path

import duckdb
import pytest

from feedscript.feeds import validate
from feedscript.feeds.engine.sql import literal
from feedscript.feeds.generation import generate
from feedscript.feeds.writers.parts import with_parts
from tests.unit.feeds.products import product, write_csv

FOUR = ["country", "region", "service", "price"]
MORE = [*FOUR, "min_handling_time", "max_handling_time"]


def written(value: str, given: list[str], wanted: list[str]) -> str | None:
    found = duckdb.connect().execute(f"SELECT {with_parts(literal(value), given, wanted)}").fetchone()
    assert found is not None
    return None if found[0] is None else str(found[0])


@pytest.mark.parametrize(
    ("value", "given", "expected"),
    [
        ("US:CA:Ground:4.99 USD", FOUR, "US:CA:Ground:4.99 USD"),
        ("US:CA:Ground:4.99 USD:1:3", MORE, "US:CA:Ground:4.99 USD"),
        ("US : CA : Ground : 4.99 USD", MORE, "US : CA : Ground : 4.99 USD"),
        ("US:::4.99 USD", MORE, "US:::4.99 USD"),
        ("US:4.99 USD", ["country", "price"], "US:::4.99 USD"),
        ("4.99 USD", ["price"], ":::4.99 USD"),
        ("US:Same\\:Day:4.99 USD", ["country", "service", "price"], "US::Same\\:Day:4.99 USD"),
        ("US:Same\\:Day:Ground:4.99 USD:1", MORE, "US:Same\\:Day:Ground:4.99 USD"),
    ],
)
def test_parts_are_put_in_the_partners_order(value: str, given: list[str], expected: str) -> None:
    assert written(value, given, FOUR) == expected
    assert written(expected, FOUR, FOUR) == expected


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("meta", ("shipping", "US:::5.00 USD;CA:::7.00 USD")),
        ("tiktok", ("shipping", "US:::5.00 USD,CA:::7.00 USD")),
        ("google", ("shipping(country:price)", "US:5.00 USD,CA:7.00 USD")),
        ("awin-google", ("shipping(country:price)", "US:5.00 USD,CA:7.00 USD")),
    ],
)
def test_a_title_that_declares_parts_is_kept_where_the_partner_takes_it(
    tmp_path: Path, profile: str, expected: tuple[str, str]
) -> None:
    title, value = expected
    row = product() | {"shipping(country:price)": "US:5.00 USD,CA:7.00 USD"}
    feed = tmp_path / ("feed.jsonl" if profile == "awin-google" else "feed.csv")
    generate(write_csv(tmp_path / "export.csv", [row]), feed, profile=profile)
    report = validate(feed, profile=profile)
    assert [each.rule.id for each in report.issues if each.severity == "error"] == []
    assert "unknown_column" not in {each.rule.code for each in report.issues}
    if feed.suffix == ".csv":
        with feed.open(newline="", encoding="utf-8") as file:
            assert next(csv.DictReader(file))[title] == value


def test_a_value_that_holds_a_comma_keeps_its_quotes(tmp_path: Path) -> None:
    given = '"US:CA:Same, day:4.99 USD:1:2",US:NY:Air:5.99 USD'
    feed = tmp_path / "feed.csv"
    generate(
        write_csv(tmp_path / "export.csv", [product(shipping=given, seller_name="Acme")]),
        feed,
        profile="openai",
    )
    with feed.open(newline="", encoding="utf-8") as file:
        assert next(csv.DictReader(file))["shipping"] == '"US:CA:Same, day:4.99 USD",US:NY:Air:5.99 USD'
    report = validate(feed, profile="openai")
    assert [each.rule.id for each in report.issues if each.severity == "error"] == []
