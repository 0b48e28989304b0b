"""`feedscript`, as it is called from a shell."""

import subprocess
import sys
from pathlib import Path


def feedscript(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "feedscript", *arguments],
        cwd=folder,
        env={"AUDIT_KEYS": "a-key"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
