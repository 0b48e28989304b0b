"""Parquet feeds: DuckDB writes their columns as the text that the other formats have."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

import duckdb
from duckdb.sqltypes import DuckDBPyType

from feedscript.feeds.engine.deadline import interrupted_after
from feedscript.feeds.engine.errors import NoRoom
from feedscript.feeds.engine.limits import MIB
from feedscript.feeds.engine.refusals import refused_writing
from feedscript.feeds.readers.intake import Intake, Stopped, refuse_long_names
from feedscript.feeds.readers.parquet_texts import check_texts, numbered
from feedscript.feeds.readers.shapes import AS_JSON, Shapes
from feedscript.feeds.readers.spooling import plainly_named, spool
from feedscript.feeds.readers.staged import VALUE_SEPARATOR, Fault, Staged
from feedscript.feeds.readers.table import line_column, staged_items
from feedscript.feeds.readers.white_space import trimmed

#: A column's name, and the SQL expression of its text.
Column = tuple[str, str]
#: Gives the expression of a value's text for the expression of the value.
TextOf = Callable[[str], str]
#: Gives the expression of the text of one value, or of a list of them.
Each = Callable[[str, TextOf], str]

_SEPARATOR = f"chr({ord(VALUE_SEPARATOR)})"
#: Room for what a thread unpacks, and for the rows that it writes.
_BYTES_PER_THREAD = 64 * MIB
#: Beyond this a double no longer holds every integer.
_EXACT_DOUBLES = 2**53


def stage_parquet(intake: Intake) -> Staged:
    """Stage a Parquet file; it has no physical lines, so its line column is empty."""
    path = intake.path if intake.compression is None else spool(intake)
    destination = _destination(intake)
    destination.touch()
    columns: tuple[str, ...] = ()
    connection = _connect(intake)
    try:
        with interrupted_after(connection, intake.meter.seconds_left):
            scan = f"read_parquet({_literal(plainly_named(intake, path))}, binary_as_string = true)"
            _check_size(intake, connection, path)
            # One more than there may be shows that there are too many.
            found = islice(_columns(connection, scan, intake.shapes), intake.limits.max_columns + 1)
            expressions = list(found)
            columns = tuple(name for name, _ in expressions)
            are_short = check_texts(intake, connection, scan, plainly_named(intake, path))
            items = _count(connection, scan)
            try:
                if are_short and (staged := _read_in_place(intake, connection, scan, expressions, items)):
                    return staged
                _copy(intake, connection, scan, expressions, items)
            except duckdb.InvalidInputException:
                expressions = _without_bytes(intake, connection, scan, expressions)
                columns = tuple(name for name, _ in expressions)
                _copy(intake, connection, scan, expressions, items)
    except duckdb.InterruptException:
        intake.stop(Stopped(f"reading took longer than {intake.limits.max_seconds:g} s (max_seconds)"))
    except duckdb.OutOfMemoryException:
        intake.stop(Stopped(f"reading took more than {intake.limits.memory_bytes} bytes (memory_bytes)"))
    except (duckdb.Error, RuntimeError, UnicodeDecodeError) as error:
        if refused := refused_writing(error):
            raise NoRoom(intake.workdir, refused.why) from error
        # The last two come of names that are no UTF-8, from the binding to Python.
        message = f"malformed Parquet: {str(error).splitlines()[0]}"
        intake.stop(Stopped(message, Fault("malformed_parquet", message)))
    except Stopped as stopped:
        intake.stop(stopped)
    finally:
        connection.close()
    return staged_items(intake, destination, columns, intake.source("parquet"))


def _connect(intake: Intake) -> duckdb.DuckDBPyConnection:
    limits = intake.limits
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{limits.memory_bytes}B",
        "temp_directory": str(intake.workdir),
        "max_temp_directory_size": f"{limits.max_spill_bytes}B",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    room = max(limits.memory_bytes // _BYTES_PER_THREAD, 1)
    config["threads"] = limits.threads or min(os.cpu_count() or 1, room)
    return duckdb.connect(config=config)


def _check_size(intake: Intake, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Raise `Stopped` where the file says that it holds more than a limit."""
    query = "select coalesce(sum(total_uncompressed_size), 0) from parquet_metadata(?)"
    ((size,),) = connection.execute(query, [str(plainly_named(intake, path))]).fetchall()
    intake.meter.advance(intake.size, int(size))


def _read_in_place(
    intake: Intake, connection: duckdb.DuckDBPyConnection, scan: str, columns: list[Column], items: int
) -> Staged | None:
    """The items as they lie there, if the follower could scan them so; None where their texts are to be written."""
    if intake.follower is None or not intake.look_ahead < items <= intake.limits.max_items:
        return None
    if not 0 < len(columns) <= intake.limits.max_columns:
        return None
    destination = _destination(intake)
    _write(connection, scan, columns, destination, intake.look_ahead)
    texts = ", ".join(f"nullif({text}, '') as c{place}" for place, (_, text) in enumerate(columns))
    query = f"from {numbered(scan)} select {texts}, null::varchar as line, file_row_number as n"
    names = tuple(name for name, _ in columns)
    staged = replace(staged_items(intake, destination, names, intake.source("parquet")), query=query)
    return staged if intake.follower.scanned(staged) else None


def _copy(
    intake: Intake, connection: duckdb.DuckDBPyConnection, scan: str, columns: list[Column], items: int
) -> None:
    limits = intake.limits
    if len(columns) > limits.max_columns:
        raise Stopped(f"the feed has more than {limits.max_columns} columns (max_columns)")
    _write(connection, scan, columns, _destination(intake), limits.max_items)
    if items > limits.max_items:
        raise Stopped(f"the feed has more than {limits.max_items} items (max_items)")


def _destination(intake: Intake) -> Path:
    return intake.workdir / "items.csv"


def _count(connection: duckdb.DuckDBPyConnection, scan: str) -> int:
    ((items,),) = connection.execute(f"from {scan} select count(*)").fetchall()
    return int(items)


def _write(
    connection: duckdb.DuckDBPyConnection, scan: str, columns: list[Column], destination: Path, most: int
) -> None:
    """Write the first items' texts, as many as given."""
    texts = ", ".join(f"{expression} as {_quoted(name)}" for name, expression in columns)
    line = _quoted(line_column([name for name, _ in columns]))
    query = f"from {scan} select {texts}, null as {line} limit {most}"
    options = "format csv, header true, delimiter ',', quote '\"', escape '\"'"
    connection.execute(f"copy ({query}) to {_literal(destination)} ({options})").fetchall()


def _without_bytes(
    intake: Intake, connection: duckdb.DuckDBPyConnection, scan: str, columns: list[Column]
) -> list[Column]:
    """The columns without those whose bytes are no text (a thumbnail, a packed vector), each of which is told.

    Raises what the engine raised of the first of them where there is no column that can be read.
    """
    kept: list[Column] = []
    refused: list[duckdb.InvalidInputException] = []
    for name, text in columns:
        try:
            # The reader answers strlen by itself, without a look at the bytes.
            connection.execute(f"from {scan} select sum(length({text} || '.'))").fetchall()
        except duckdb.InvalidInputException as error:
            refused.append(error)
            message = f"the column {name} holds bytes that are no text, and is left out"
            intake.faults.add(Fault("binary_column", message, "warning", value=name))
        else:
            kept.append((name, text))
    if refused and not kept:
        raise refused[0]
    return kept


def _columns(connection: duckdb.DuckDBPyConnection, scan: str, shapes: Shapes) -> Iterator[Column]:
    relation = connection.sql(f"from {scan}")
    # Before one is repeated in the name of each of its parts.
    refuse_long_names(relation.columns)
    for name, kind in zip(relation.columns, relation.types, strict=True):
        is_list = kind.id == "list"
        element = _child(kind) if is_list else kind
        each = _joined if is_list else _single
        if element.id == "struct" and shapes.get(name.lower()) == AS_JSON:
            yield name, each(_quoted(name), lambda value: f"to_json({value})::VARCHAR")
        elif element.id == "struct":
            yield from _struct_columns(name, element, shapes.get(name.lower(), ()), each)
        else:
            yield name, each(_quoted(name), partial(_scalar, element))


def _struct_columns(name: str, kind: DuckDBPyType, shape: tuple[str, ...], each: Each) -> Iterator[Column]:
    """The text form of the sub-attributes that the shape knows, and a column for each of the others."""
    refuse_long_names(f"{name}.{sub_name}" for sub_name, _ in _members(kind))
    members = {sub_name: partial(_member, sub_name, sub_kind) for sub_name, sub_kind in _members(kind)}
    if not members.keys().isdisjoint(shape):

        def text_form(value: str) -> str:
            known = (members[part](value) if part in members else "''" for part in shape)
            texts = ", ".join(f"coalesce({text}, '')" for text in known)
            parts = f"[{texts}]"
            given = f"array_to_string({parts}, ':')"
            bare = f"array_to_string(list_transform({parts}, lambda part_element: {trimmed('part_element')}), ':')"
            # As of the other formats, one space before the text says that there was white space around a part.
            return f"rtrim(CASE WHEN {given} = {bare} THEN {given} ELSE ' ' || {bare} END, ':')"

        yield name, each(_quoted(name), text_form)
    for sub_name, text_of in members.items():
        if sub_name not in shape:
            yield f"{name}.{sub_name}", each(_quoted(name), text_of)


def _member(name: str, kind: DuckDBPyType, value: str) -> str:
    """The text of a struct's member; what is nested deeper than a list of scalars keeps DuckDB's own."""
    member = f"{value}.{_quoted(name)}"
    return (
        _joined(member, partial(_scalar, _child(kind)), each="inner_element")
        if kind.id == "list"
        else _scalar(kind, member)
    )


def _joined(values: str, text_of: TextOf, each: str = "outer_element") -> str:
    """The texts of a list's elements, empty ones left out.

    `each` is what an element is called: not as a column is, nor as the elements of a list around this one.
    """
    texts = f"list_transform({values}, lambda {each}: {text_of(each)})"
    return f"array_to_string(list_filter({texts}, lambda t: t <> ''), {_SEPARATOR})"


def _single(value: str, text_of: TextOf) -> str:
    return text_of(value)


def _scalar(kind: DuckDBPyType, value: str) -> str:
    """A scalar as the text formats write it: whole doubles without a fraction, times as ISO 8601."""
    text = f"cast({value} as varchar)"
    match kind.id:
        case "double" | "float":
            whole = f"{value} = trunc({value}) and abs({value}) < {_EXACT_DOUBLES}"
            return f"case when {whole} then cast(cast({value} as bigint) as varchar) else {text} end"
        case "timestamp" | "timestamp_s" | "timestamp_ms" | "timestamp_ns":
            return f"strftime({value}, '%Y-%m-%dT%H:%M:%S')"
        case "timestamp with time zone":
            return f"strftime(make_timestamp(epoch_us({value})), '%Y-%m-%dT%H:%M:%SZ')"
        case _:
            return text


def _child(kind: DuckDBPyType) -> DuckDBPyType:
    return _members(kind)[0][1]


def _members(kind: DuckDBPyType) -> list[tuple[str, DuckDBPyType]]:
    return [(name, child) for name, child in kind.children if isinstance(child, DuckDBPyType)]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
