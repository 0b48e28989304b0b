"""The staged file as a table function of DuckDB."""

from feedscript.feeds.limits import Limits
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.rules import sql

#: How much of a rejected row is kept.
_REJECTED_BYTES = 400
_LEAST_BUFFER_BYTES = 1 << 20


def source_table(staged: Staged, limits: Limits, *, rejects: bool = False) -> str:
    """The staged file as a table function: columns c0, c1 ... and `line` where the reader gives it.

    Rows that cannot be read are left out; with `rejects`, all are noted in the table `reject_errors`.
    """
    columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(staged.columns)))
    if staged.line_column is not None:
        columns += ", 'line': 'VARCHAR'"
    options = {
        "columns": f"{{{columns}}}",
        "auto_detect": "false",
        "header": "false",
        "skip": str(staged.skip_lines),
        "delim": sql.literal(staged.delimiter),
        "quote": sql.literal(staged.quote),
        "escape": sql.literal(staged.escape),
        "max_line_size": str(limits.max_field_bytes),
        # Half of DuckDB's own choice, as each thread holds several.
        "buffer_size": str(max(8 * limits.max_field_bytes, _LEAST_BUFFER_BYTES)),
    }
    # Every scan must reject the same rows, and `ignore_errors` alone gives up more of them after a bad quote.
    options |= {
        "store_rejects": "true",
        "rejects_limit": "0" if rejects else "1",
        "rejects_line_size_limit": str(_REJECTED_BYTES),
    }
    listed = ", ".join(f"{name} = {value}" for name, value in options.items())
    return f"read_csv({sql.literal(str(staged.path))}, {listed})"
