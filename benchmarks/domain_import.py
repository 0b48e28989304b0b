"""How long `import feedscript.domain` takes, beside the interpreter's own start."""

import statistics
import subprocess
import sys
import time

RUNS = 15


def main() -> None:
    """Print medians of whole processes, taken in turn."""
    bare, with_domain = [], []
    for _ in range(RUNS):
        bare.append(_seconds("pass"))
        with_domain.append(_seconds("import feedscript.domain"))
    start, total = statistics.median(bare), statistics.median(with_domain)
    print(f"python -c pass: {start * 1000:.1f} ms; with the import: {total * 1000:.1f} ms")
    print(
        f"the import alone: {(total - start) * 1000:.1f} ms (bound: 40 ms); {total / start:.2f} bare starts in all"
    )


def _seconds(code: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - begun
