"""What row steps cost: exports of shop platforms become feeds, each in a process of its own, with its time and memory.

`python -m benchmarks.row_steps [ROWS [PLATFORM ...]]`; memory is the most that the whole process had resident
(ru_maxrss), and has to be the same for any number of rows.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.platform_exports import EXPORTS

ROWS = 1_000_000
_GENERATE = """
import sys
from feedscript.feeds import generate
from feedscript.feeds.readers.options import SourceOptions
options = SourceOptions(base_url="https://shop.example.com", currency="EUR", tax_rate="20")
print(generate(sys.argv[1], sys.argv[2], options=options).items_written)
"""


def main(rows: int = ROWS, *platforms: str) -> None:
    """Print the seconds and the memory of each."""
    for platform in platforms or EXPORTS:
        with tempfile.TemporaryDirectory() as created:
            source = Path(created) / "export.csv"
            # By a child, as one that is forked from a large process begins with the memory of that.
            made = f"EXPORTS[{platform!r}].write(Path({str(source)!r}), {rows})"
            code = f"from pathlib import Path\nfrom benchmarks.platform_exports import EXPORTS\n{made}"
            subprocess.run([sys.executable, "-c", code], check=True)
            os.sync()
            began = time.perf_counter()
            command = [sys.executable, "-c", _GENERATE, str(source), f"{created}/feed.csv"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
                assert child.stdout is not None
                items = int(child.stdout.read() or 0)
                _, status, usage = os.wait4(child.pid, 0)
                child.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.perf_counter() - began
            size = source.stat().st_size / 1e6
            print(
                f"{platform:12} {rows} rows, {size:.0f} MB: {items} items in {seconds:.1f} s,"
                f" {usage.ru_maxrss / 1024:.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else ROWS, *sys.argv[2:])
