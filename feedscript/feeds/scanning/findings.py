"""Every finding as JSON Lines, gzipped, streamed: rows that could not be read, items, then comparisons of items."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import duckdb

from feedscript.feeds.engine import sql
from feedscript.feeds.engine.packed import packed
from feedscript.feeds.rules.plan import any_set
from feedscript.feeds.scanning.rereading import reread
from feedscript.feeds.scanning.samples import Sample, rejected_sample
from feedscript.feeds.scanning.scan import Scan
from feedscript.feeds.scanning.source_table import noted_line, source_table

_BATCH = 10_000
#: Gives the ordinal and the line of a place and its noted line; asked for places in ascending order.
_Locate = Callable[[int, int | None], tuple[int, int | None]]


@dataclass(frozen=True)
class Grade:
    """How findings of a rule are written: its id, its severity here, and the attribute it is about."""

    rule: str
    severity: str
    attribute: str | None


def write_findings(
    scan: Scan, path: Path, grades: Mapping[str, Grade], rejected: Mapping[str, Grade], value_length: int
) -> None:
    """Write one JSON object a line: rule_id, severity, attribute, item, line, item_id, value.

    `grades` are those of the rules that items failed, by rule id; `rejected` those of rows that could not be read,
    by code. Values are cut to `value_length` characters. Memory does not grow with the findings.
    """
    with packed(path) as file:
        if rejected:
            _write_rejected(scan, file, rejected)
        own = {rule: grade for rule, grade in grades.items() if rule in scan.plan.places}
        if own:
            _write_items(scan, file, own, value_length)
        for rule, grade in grades.items():
            if rule not in own:
                _write_crossed(scan, file, grade, value_length)


def _write_rejected(scan: Scan, file: TextIO, grades: Mapping[str, Grade]) -> None:
    refused = scan.refused
    places = (row for row in refused.every_row() if row[0] is None)
    listed = scan.connection.execute("SELECT code, fields, text FROM rejected ORDER BY record")
    for code, fields, text in _streamed(listed):
        _, _, ordinal, line = next(places, (None, None, None, None))
        if code in grades:
            _write(file, grades[code], rejected_sample(scan, refused.row(code, ordinal, line, fields, text)))
    for row in refused.within():
        if row.code in grades:
            _write(file, grades[row.code], rejected_sample(scan, row))


def _write_items(scan: Scan, file: TextIO, grades: Mapping[str, Grade], value_length: int) -> None:
    names, columns = _columns(scan, grades, value_length)
    places = {rule: scan.plan.places[rule] for rule in grades}
    failed = scan.plan.bits(grades)
    masks = list(failed)
    line = noted_line(scan.staged)
    # The rows' places are asked for first: a second query would end the first one's answer.
    locate = _locator(scan)
    # A positional join pairs the items with the source's rows, and streams.
    cursor = scan.connection.execute(
        f"SELECT n, {', '.join(f'm{mask}' for mask in masks)}, COLUMNS(found.*)"
        f" FROM (SELECT rowid AS n, {', '.join(f'm{mask}' for mask in masks)} FROM items)"
        f" POSITIONAL JOIN (SELECT {', '.join([line, *columns])} FROM {source_table(scan.staged, scan.limits)})"
        f" AS found WHERE {any_set(failed)}"
    )
    for n, *fields in _streamed(cursor):
        bits = dict(zip(masks, fields, strict=False))
        noted, item_id, *texts = fields[len(masks) :]
        values = dict(zip(names, texts, strict=True))
        ordinal, physical = locate(n, noted)
        for rule, (mask, bit) in places.items():
            if bits[mask] >> bit & 1:
                grade = grades[rule]
                value = values.get(grade.attribute or "")
                _write(file, grade, Sample(ordinal, physical, item_id, value))


def _write_crossed(scan: Scan, file: TextIO, grade: Grade, value_length: int) -> None:
    _, columns = _columns(scan, {grade.rule: grade}, value_length)
    chosen = f"SELECT n FROM crossed WHERE rule = {sql.literal(grade.rule)}"
    reread(scan, "crossings", columns, chosen)
    locate = _locator(scan)
    value = _text_of(grade.attribute) if grade.attribute and grade.attribute in scan.plan.columns else "NULL"
    cursor = scan.connection.execute(f"SELECT n, line, item_id, {value} FROM crossings ORDER BY n")
    for n, noted, item_id, text in _streamed(cursor):
        _write(file, grade, Sample(*locate(n, noted), item_id, text))


def _columns(scan: Scan, grades: Mapping[str, Grade], value_length: int) -> tuple[list[str], list[str]]:
    """The attributes at fault, and the SQL of the item's id and their texts."""
    wanted = {grade.attribute for grade in grades.values()}
    names = [name for name in scan.plan.columns if name in wanted]
    texts = [f"left({scan.plan.columns[name]}, {value_length}) AS {_text_of(name)}" for name in names]
    return names, [f"left({scan.id_text}, {value_length}) AS item_id", *texts]


def _text_of(attribute: str) -> str:
    """The column of an attribute's text; no attribute's name has a colon, and none is one of the others' here."""
    return sql.identifier(f"text:{attribute}")


def _locator(scan: Scan) -> _Locate:
    if scan.staged.line_column is not None:
        return lambda place, line: (scan.staged.faults.ordinal(place), line)
    every = scan.refused.every_row()

    def locate(place: int, _: int | None) -> tuple[int, int | None]:
        return next(
            ((ordinal, line) for found, _, ordinal, line in every if found == place), (place + 1, None)
        )

    return locate


def _streamed(cursor: duckdb.DuckDBPyConnection) -> Iterator[Any]:
    while batch := cursor.fetchmany(_BATCH):
        yield from batch


def _write(file: TextIO, grade: Grade, sample: Sample) -> None:
    finding = {
        "rule_id": grade.rule,
        "severity": grade.severity,
        "attribute": grade.attribute,
        "item": sample.item,
        "line": sample.line,
        "item_id": sample.item_id,
        "value": sample.value,
    }
    file.write(json.dumps(finding, ensure_ascii=False) + "\n")
