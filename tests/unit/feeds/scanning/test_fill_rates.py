"""How many items have each attribute, counted beside what is wrong with them."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedscript.feeds import Policy, load_profile, validate
from feedscript.feeds.rules.catalogue import catalogue

GOOGLE = load_profile("google")
NAMES = [attribute.name for attribute in GOOGLE.attributes]
AS_OF = datetime(2026, 8, 1, tzinfo=UTC)
ITEMS = 30
BLANK = " \t"


def cell(item: int, column: int) -> str:
    """Filled in one item of so many as the column's number, rounded, says; else empty or blank in turn."""
    if item % (column % 7 + 1) == 0:
        return f"value {item} of {column}"
    return BLANK if item % 2 else ""


@pytest.mark.parametrize(("country", "silent"), [("US", None), ("US", "title"), ("DE", "color")])
def test_every_attribute_is_filled_as_often_as_it_is(
    tmp_path: Path, country: str, silent: str | None
) -> None:
    source = tmp_path / "feed.csv"
    rows = [[cell(item, column) for column in range(len(NAMES))] for item in range(ITEMS)]
    with source.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([NAMES, *rows])
    disabled = frozenset(rule.id for rule in catalogue(GOOGLE) if silent and rule.attribute == silent)
    report = validate(source, country=country, as_of=AS_OF, policy=Policy(disabled=disabled))
    filled = [sum(bool(row[column].strip()) for row in rows) for column in range(len(NAMES))]
    assert len(set(filled)) > 3
    assert dict(report.fill_rates) == {
        name: round(number / ITEMS, 4) for name, number in zip(NAMES, filled, strict=True)
    }


def test_columns_of_one_attribute_fill_it_together(tmp_path: Path) -> None:
    source = tmp_path / "feed.csv"
    source.write_text("id,product detail,product_detail\n1,a:b:c,\n2,,d:e:f\n3,,\n4,g:h:i,j:k:l\n", "utf-8")
    assert dict(validate(source, as_of=AS_OF).fill_rates) == {"id": 1.0, "product_detail": 0.75}
