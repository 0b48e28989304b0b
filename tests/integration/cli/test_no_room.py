"""`feedscript validate` where there is no room for its work: that is told, and not as a fault of the feed."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.unit.feeds.products import product, write_csv

#: More items than the engine writes at a time, and less than it writes of them.
ITEMS, MOST_BYTES = 130_000, 64 * 1024


def _csv(path: Path) -> Path:
    first = product(0)
    return write_csv(path, [first | {"id": f"SKU-{number}"} for number in range(ITEMS)])


def _json_lines(path: Path) -> Path:
    line = json.dumps(dict(product(0))) + "\n"
    path.write_text(line * ITEMS)
    return path


def _parquet(path: Path) -> Path:
    # Without what the partner asks for it is written as text, and not scanned where it lies.
    duckdb.execute(
        f"COPY (SELECT 'SKU-' || n AS id, 'A title' AS title FROM range({ITEMS}) AS t(n)) TO '{path}' (FORMAT parquet)"
    )
    return path


def _without_room(source: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "feedscript", "validate", str(source)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES)),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("write", [_csv, _json_lines, _parquet])
def test_a_folder_without_room_is_told_whatever_the_format(
    write: Callable[[Path], Path], tmp_path: Path
) -> None:
    ended = _without_room(write(tmp_path / "feed"))
    assert ended.stderr.startswith("feedscript: the temporary folder ")
    assert ended.stderr.endswith("(TMPDIR) takes no more: File too large\n")
    assert (ended.returncode, ended.stdout) == (3, "")
