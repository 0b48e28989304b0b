"""`feedscript validate` where there is no room for its work."""

import resource
import subprocess
import sys
from pathlib import Path

from tests.unit.feeds.products import product, write_csv

#: More items than the engine writes at a time, and less than it writes of them.
ITEMS, MOST_BYTES = 130_000, 64 * 1024


def test_a_folder_without_room_is_told_in_the_report(tmp_path: Path) -> None:
    first = product(0)
    source = write_csv(tmp_path / "feed.csv", [first | {"id": f"SKU-{number}"} for number in range(ITEMS)])
    ended = subprocess.run(
        [sys.executable, "-m", "feedscript", "validate", str(source)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES)),
        capture_output=True,
        text=True,
        check=False,
    )
    told = " ".join(ended.stdout.split())
    assert "write to its temporary folder (TMPDIR): IO Error: Could not write file" in told
    assert "Could not be checked" in told
    assert ended.returncode == 3
    assert not ended.stderr
