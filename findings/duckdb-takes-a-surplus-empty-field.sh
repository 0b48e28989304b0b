#!/usr/bin/env bash
# DuckDB's CSV reader, told the columns and to keep the rows that it rejects, takes a row with one field too many if that
# field is empty: "A1,Oak lamp,9.90," under three columns is no reject. So the shift that an unquoted comma makes in a
# product export goes unseen wherever the last cell was empty. With a `nullstr` that no field has, the same row is
# rejected as TOO MANY COLUMNS.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1
printf 'id,title,price\nA1,Oak lamp,9.90,\nA2,Lamp, of oak,\nA3,Oak lamp,9.90,x\n' > "$folder/export.csv"
"$folder/venv/bin/python" - "$folder/export.csv" <<'PYTHON'
import sys

import duckdb


def rejected(options: str) -> list[int]:
    with duckdb.connect() as connection:
        columns = "{'id': 'VARCHAR', 'title': 'VARCHAR', 'price': 'VARCHAR'}"
        connection.execute(
            f"SELECT * FROM read_csv('{sys.argv[1]}', columns = {columns}, auto_detect = false, header = true,"
            f" delim = ',', quote = '\"', store_rejects = true{options})"
        ).fetchall()
        return [line for (line,) in connection.execute("SELECT DISTINCT line FROM reject_errors ORDER BY line").fetchall()]


usual, other = rejected(""), rejected(", nullstr = '~none~'")
print("duckdb", duckdb.__version__, "rejects lines", usual, "and with another nullstr", other)
assert usual == [4], "a surplus empty field is rejected now"
assert other == [2, 3, 4]
PYTHON
