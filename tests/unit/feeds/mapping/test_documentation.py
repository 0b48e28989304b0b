"""Every page of docs/mapping has an example, and it does what the page says."""

import csv
import io
import re
from pathlib import Path

import pytest

from feedscript.feeds.mapping import Mapping, compile_mapping, match_columns, read_mapping
from feedscript.feeds.mapping.conditions import TESTS
from feedscript.feeds.mapping.operation_list import OPERATIONS
from feedscript.feeds.mapping.rows.resolution import prepare_rows
from feedscript.feeds.mapping.rows.schema import ROW_STEPS
from feedscript.feeds.mapping.template import FILTERS
from feedscript.feeds.profiles import load_profile
from feedscript.feeds.rules.values import pattern
from tests.unit.feeds.mapping.mapped_rows import DATABASE

PAGES = Path(__file__).parents[4] / "docs" / "mapping"
_EXAMPLE = re.compile(r"```yaml\n(.*?)```\n.*?```csv\n(.*?)```\n.*?```csv\n(.*?)```", re.DOTALL)


def documented(page: str) -> set[str]:
    rows = re.findall(r"^\| (`.*?) \|", (PAGES / page).read_text("utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)", row)}


def made(mapping: Mapping, source: list[dict[str, str]], folder: Path) -> list[dict[str, str]]:
    preparation = prepare_rows(mapping.rows, tuple(source[0]))
    cells = ", ".join(f"c{place} VARCHAR" for place in range(len(source[0])))
    DATABASE.execute(f"CREATE OR REPLACE TABLE documented ({cells})")
    for row in source:
        DATABASE.execute(
            f"INSERT INTO documented VALUES ({', '.join('?' * len(row))})",
            [cell or None for cell in row.values()],
        )
    scan = preparation.run(DATABASE, folder, "documented").rows
    matches = match_columns(preparation.columns, mapping)
    known = frozenset(mapping.attributes.keys() | mapping.inputs.keys())
    found = DATABASE.execute(compile_mapping(matches, known, scan).select).fetchall()
    return [{name: cell or "" for name, cell in zip(matches.attributes, row, strict=True)} for row in found]


@pytest.mark.parametrize("page", sorted({page.name for page in PAGES.glob("*.md")} - {"presets.md"}))
def test_a_pages_example_does_what_it_says(page: str, tmp_path: Path) -> None:
    examples = _EXAMPLE.findall((PAGES / page).read_text("utf-8"))
    assert examples
    for mapping, source, expected in examples:
        path = tmp_path / "mapping.yaml"
        path.write_text(mapping, "utf-8")
        rows = [*csv.DictReader(io.StringIO(source))]
        assert made(read_mapping(path), rows, tmp_path) == [*csv.DictReader(io.StringIO(expected))]


def test_a_range_of_times_in_an_example_is_one_that_google_takes() -> None:
    form = pattern(load_profile("google").attribute("sale_price_effective_date"))
    assert form
    rows = [
        row
        for page in PAGES.glob("*.md")
        for _, _, expected in _EXAMPLE.findall(page.read_text("utf-8"))
        for row in csv.DictReader(io.StringIO(expected))
    ]
    ranges = [value for row in rows if (value := row.get("sale_price_effective_date"))]
    assert ranges
    assert [value for value in ranges if not re.fullmatch(form, value)] == []


def test_every_step_test_and_filter_is_documented() -> None:
    assert documented("rows.md") == set(ROW_STEPS)
    assert documented("conditions.md") == set(TESTS)
    assert documented("composed.md") == set(FILTERS)


def test_every_operation_is_documented_on_one_page() -> None:
    pages = ("addresses.md", "amounts.md", "texts.md", "words.md")
    names = [name for page in pages for name in sorted(documented(page))]
    assert sorted(names) == sorted(OPERATIONS)
