"""JSON: a document with a list of items, or an item a line. What an item has not is left out."""

import json
from collections.abc import Sequence

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.profiles.written import FeedFile
from feedscript.feeds.writers.cells import Column
from feedscript.feeds.writers.layout import Layout


def json_lines_layout(columns: Sequence[Column]) -> Layout:
    """An object a line."""
    return Layout((_object(columns),))


def json_layout(columns: Sequence[Column], file: FeedFile) -> Layout:
    """A list of objects, in an object under the key that the file names, if it names one."""
    head, tail = "[\n", "]\n"
    if file.elements:
        head, tail = f"{{{json.dumps(file.elements[0], ensure_ascii=False)}: [\n", "]}\n"
    return Layout((_object(columns),), head, between=",\n", tail=tail)


def _object(columns: Sequence[Column]) -> str:
    members = ", ".join(
        f"{literal(json.dumps(each.title, ensure_ascii=False) + ':')} || {_value(each)}" for each in columns
    )
    # What is NULL is passed over.
    return f"'{{' || concat_ws(',', {members}) || '}}'"


def _value(column: Column) -> str:
    if column.json is not None:
        return column.json
    if column.values is None:
        return f"to_json(nullif({column.text}, ''))::VARCHAR"
    return f"nullif(to_json({column.values})::VARCHAR, '[]')"
