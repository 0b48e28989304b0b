#!/usr/bin/env bash
# DuckDB's strip_accents drops every combining mark, also where a mark is a vowel or makes another consonant: the Thai
# word for goods loses two vowels, Hindi's "ki" becomes "ka", Japanese "ga" becomes "ka". Words of a shop that are
# compared by it fall together in these scripts.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb

words = {"สินค้า": "สนคา", "की": "क", "ガ": "カ", "é": "e"}
for word, seen in words.items():
    ((found,),) = duckdb.execute("SELECT strip_accents(?)", [word]).fetchall()
    print("duckdb", duckdb.__version__, word, "->", found)
    assert found == seen, f"it gives {found!r} now"
PYTHON
