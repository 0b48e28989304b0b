"""The JSON Schema for editors: up to date, and of one mind with what reads documents."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from feedscript.feeds.config import FeedConfigSchema, config_json_schema
from feedscript.feeds.mapping.conditions import TESTS
from feedscript.feeds.mapping.operation_list import OPERATIONS
from feedscript.feeds.mapping.rows.schema import ROW_STEPS
from tests.unit.feeds.mapping.test_operation_laws import PARAMETERS

DOCS = Path(__file__).parents[4] / "docs"
SCHEMA = config_json_schema()


def errors(document: Any) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)]


def test_the_written_schema_is_up_to_date() -> None:
    assert json.loads((DOCS / "mapping.schema.json").read_text("utf-8")) == SCHEMA


def test_it_is_a_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_it_knows_the_closed_lists() -> None:
    text = json.dumps(SCHEMA)
    for name in (*OPERATIONS, *ROW_STEPS, *TESTS):
        assert f'"{name}"' in text


@pytest.mark.parametrize("page", sorted((DOCS / "mapping").glob("*.md")), ids=lambda page: page.stem)
def test_what_the_pages_show_is_right(page: Path) -> None:
    for example in re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        document = yaml.safe_load(example)
        rows = {"rows": document.pop("rows")} if "rows" in document else {}
        assert errors({**rows, "mapping": document}) == []


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_is_right_with_what_it_takes(name: str) -> None:
    operation = {name: PARAMETERS[name]} if name in PARAMETERS else name
    assert errors({"mapping": {"attributes": {"title": {"operations": [operation]}}}}) == []


@pytest.mark.parametrize(
    "document",
    [
        {"rows": [{"fil_down": {"group": "a", "columns": "b"}}]},
        {"rows": [{"where": {"if": {"column": "a", "eqals": "b"}, "reason": "c"}}]},
        {"rows": [{"where": {"if": {"column": "a"}, "reason": "c"}}]},
        {"rows": [{"limit": 0}]},
        {"mapping": {"attributes": {"title": {"operations": ["uper"]}}}},
        {"mapping": {"attributes": {"title": {"operations": [{"truncate": 1}]}}}},
        {"mapping": {"attributes": {"title": {"operations": [{"date": "dmy"}]}}}},
        {"mapping": {"attributes": {"title": {"colum": "a"}}}},
        {"mapping": {"attributes": {"title": {"cases": [{"then": "a"}]}}}},
        {"mappings": {}},
    ],
)
def test_what_is_a_mistake_is_one_to_the_schema_too(document: Any) -> None:
    assert errors(document)
    assert FeedConfigSchema().validate(document)
