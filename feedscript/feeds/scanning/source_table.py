"""The staged file as a table function of DuckDB."""

from feedscript.feeds.engine import sql
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.scanning.blank_rows import has_value

#: How much of a rejected row is kept.
REJECTED_BYTES = 400
_LEAST_BUFFER_BYTES = 1 << 20
_SIGNS_PER_CELL = 3
#: A text that no feed has (characters that Unicode gives to nobody), as what DuckDB is to read as NULL.
_NEVER = "\ufdd0\ufdd1"


def source_table(staged: Staged, limits: Limits, *, rejects: bool = False) -> str:
    """The staged file as SQL to select from: columns c0, c1 ... and `line` where the reader gives it.

    Empty cells are NULL. Rows that cannot be read are left out; with `rejects`, where there are any
    (`Staged.has_unreadable`), all are noted in the table `reject_errors`.
    """
    table = raw_table(staged, limits, rejects=rejects)
    if staged.line_column is not None:
        return table
    cells = ", ".join(f"nullif({column}, '') AS {column}" for column in _columns(staged))
    return f"(SELECT {cells} FROM {table})"


def noted_line(staged: Staged) -> str:
    """SQL of the physical line that the reader gives of an item, NULL where it gives none."""
    return f"{'TRY_CAST(line AS UBIGINT)' if staged.line_column is not None else 'NULL::UBIGINT'} AS line"


def raw_table(staged: Staged, limits: Limits, *, rejects: bool = False) -> str:
    """As `source_table`, but the empty cells of a text feed are empty texts, which costs nothing."""
    if staged.query is not None:
        return _in_place(staged, limits, rejects=rejects)
    given = [*_columns(staged), *(["line"] if staged.line_column is not None else [])]
    columns = ", ".join(f"'{column}': 'VARCHAR'" for column in given)
    options = {
        "columns": f"{{{columns}}}",
        "auto_detect": "false",
        "header": "false",
        # What is staged is never compressed, whatever its name ends in, by which DuckDB would go.
        "compression": "'none'",
        "skip": str(staged.skip_lines),
        "delim": sql.literal(staged.delimiter),
        "quote": sql.literal(staged.quote),
        "escape": sql.literal(staged.escape),
        "max_line_size": str(limits.max_field_bytes),
        # Half of DuckDB's own choice, as each thread holds several.
        "buffer_size": str(max(8 * limits.max_field_bytes, _LEAST_BUFFER_BYTES)),
    }
    if staged.line_column is None:
        # DuckDB lets a row have one field too many if that field is NULL, and takes the shifted ones for right.
        options["nullstr"] = sql.literal(_NEVER)
    if staged.has_unreadable or staged.line_column is not None:
        # Every scan must reject the same rows, and `ignore_errors` alone gives up more of them after a bad quote.
        options |= {
            "store_rejects": "true",
            "rejects_limit": "0" if rejects else "1",
            "rejects_line_size_limit": str(REJECTED_BYTES),
        }
    else:
        # To note a row takes memory beyond the engine's limit for each field that it lacks or has too many, and time by
        # the square of those: only what is known to have few is scanned so (`settling`).
        options["ignore_errors"] = "true"
    listed = ", ".join(f"{name} = {value}" for name, value in options.items())
    table = f"read_csv({sql.literal(str(staged.path))}, {listed})"
    return f"(FROM {table} WHERE {has_value(staged)})" if staged.skip_blank else table


def _in_place(staged: Staged, limits: Limits, *, rejects: bool) -> str:
    """The items that the engine reads in the source.

    Nothing is noted of them. A row that is too long, were it text, is an error where rows are rejected; so are bytes
    that are no text, in any column, as all have to be measured for that.
    """
    if not rejects:
        return f"({staged.query})"
    length = " + ".join(f"coalesce(strlen({column}), 0)" for column in _columns(staged))
    # As text each quote is two, and each cell stands between quotes and a delimiter.
    longest = (limits.max_field_bytes - _SIGNS_PER_CELL * len(staged.columns)) // 2
    return (
        f"(FROM ({staged.query}) WHERE CASE WHEN {length} > {longest} THEN error('too long') ELSE true END)"
    )


def _columns(staged: Staged) -> list[str]:
    return [f"c{index}" for index in range(len(staged.columns))]
