"""Parquet columns that are no text, or are nested: left out and told, or read (ids: part.number)."""

from pathlib import Path

import duckdb
import pytest

from tests.feeds_scanning import cells, fault_codes, stage_bytes


def parquet_of(folder: Path, query: str) -> bytes:
    path = folder / "made.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("column", "left_out", "read"),
    [
        pytest.param(r"'\x89PNG\xFF'::BLOB", ["x"], {}, id="6.18-thumbnail"),
        pytest.param(r"[1.0::FLOAT, 2.5]", [], {"x": "1\x1f2.5"}, id="6.18-embedding"),
        pytest.param(r"['\xFF'::BLOB, 'a'::BLOB]", ["x"], {}, id="6.18-list-of-bytes"),
        pytest.param(r"{'data': '\xFF'::BLOB, 'width': 7}", ["x.data"], {"x.width": "7"}, id="6.18-member-of-bytes"),
        pytest.param(r"map {'a': '\xFF'::BLOB}", ["x"], {}, id="6.18-map-to-bytes"),
        pytest.param(r"[{'a': [{'b': 1}]}]", [], {"x.a": "{'b': 1}"}, id="6.18-lists-within-lists"),
        pytest.param(r"'caf\xC3\xA9'::BLOB", [], {"x": "caf\u00e9"}, id="6.18-bytes-that-are-text"),
    ],
)  # fmt: skip
def test_one_column_does_not_cost_the_others(
    tmp_path: Path, column: str, left_out: list[str], read: dict[str, str]
) -> None:
    rows = f"SELECT '1' AS id, {column} AS x, 'Cup' AS title UNION ALL SELECT '2', NULL, 'Mug'"
    staged = stage_bytes(parquet_of(tmp_path, rows), tmp_path)
    assert cells(staged) == [{"id": "1", "title": "Cup"} | read, {"id": "2", "title": "Mug"}]
    assert staged.complete
    told = staged.faults.samples.get("binary_column", [])
    assert [(fault.value, fault.severity) for fault in told] == [(name, "warning") for name in left_out]


def test_case_6_18_a_file_of_bytes_alone_is_no_feed(tmp_path: Path) -> None:
    staged = stage_bytes(parquet_of(tmp_path, r"SELECT '\xFF'::BLOB AS a, '\xFE'::BLOB AS b"), tmp_path)
    assert (fault_codes(staged), staged.complete) == ({"binary_column": 2, "malformed_parquet": 1}, False)
