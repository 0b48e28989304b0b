"""Objects of an attribute whose cells are JSON stay JSON, the same from every format."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.shapes import AS_JSON
from feedscript.feeds.readers.staging import stage
from tests.feeds_scanning import cells

OPTIONS = {"color": 'Red, "dark"', "größe": "L"}
ITEM = {"id": "1", "options": OPTIONS, "title": "Cup"}


def in_json(path: Path) -> None:
    path.write_text(json.dumps([ITEM]), "utf-8")


def in_json_lines(path: Path) -> None:
    path.write_text(json.dumps(ITEM) + "\n" + json.dumps(ITEM) + "\n", "utf-8")


def in_parquet(path: Path) -> None:
    with duckdb.connect() as connection:
        columns = "'1' AS id, {'color': 'Red, \"dark\"', 'größe': 'L'} AS options, 'Cup' AS title"
        connection.execute(f"COPY (SELECT {columns}) TO '{path}' (FORMAT parquet)")


@pytest.mark.parametrize(
    ("name", "write"),
    [("feed.json", in_json), ("feed.jsonl", in_json_lines), ("feed.parquet", in_parquet)],
    ids=["json", "jsonl", "parquet"],
)
def test_an_object_stays_json(tmp_path: Path, name: str, write: Callable[[Path], None]) -> None:
    write(tmp_path / name)
    staged = stage(
        tmp_path / name,
        uri=name,
        workdir=tmp_path,
        limits=Limits(),
        shapes={"options": AS_JSON},
    )
    first = cells(staged)[0]
    assert json.loads(first.pop("options")) == OPTIONS
    assert first == {"id": "1", "title": "Cup"}
