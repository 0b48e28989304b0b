"""Columns whose names say the unit of their values."""

from pathlib import Path

import pytest

from feedscript.feeds.generation import generate
from tests.unit.feeds.mapping.test_platforms import rows_of
from tests.unit.feeds.products import VALID, write_csv


def weights(folder: Path, column: str, *cells: str, **others: str) -> list[str]:
    base = {name: cell for name, cell in VALID.items() if name != "shipping_weight"}
    rows = [{**base, **others, "id": str(place), column: cell} for place, cell in enumerate(cells)]
    feed = folder / "feed.csv"
    generate(write_csv(folder / "export.csv", rows), feed)
    return [row.get("shipping_weight", "") for row in rows_of(feed).values()]


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("Gewicht (kg)", "kg"),
        ("Shipping Weight [lb]", "lb"),
        ("shipping_weight(g)", "g"),
        ("Poids en g", "g"),
        ("item weight in ounces", "oz"),
        ("Vikt ( Gram. )", "g"),
    ],
)
def test_a_unit_in_a_name_stands_behind_values_that_have_none(tmp_path: Path, column: str, unit: str) -> None:
    assert weights(tmp_path, column, "1,25", "12", "3 lb", "") == [f"1.25 {unit}", f"12 {unit}", "3 lb", ""]


@pytest.mark.parametrize("column", ["Gewicht (brutto)", "Weight (EUR)", "Made in kg", "Colour (g)", "(kg)"])
def test_what_is_no_weight_or_no_unit_is_left(tmp_path: Path, column: str) -> None:
    assert weights(tmp_path, column, "1") == [""]


def test_a_column_of_the_plain_name_comes_first_and_two_units_are_not_chosen_between(tmp_path: Path) -> None:
    assert weights(tmp_path, "Weight (kg)", "1", Weight="2 kg") == ["2 kg"]
    assert weights(tmp_path, "Weight (kg)", "1", **{"Weight (lb)": "2"}) == [""]
