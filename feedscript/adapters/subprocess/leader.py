"""Who runs the scripts: the process that holds a lock, which the kernel frees when it dies."""

import os
from pathlib import Path

from feedscript.adapters._flock import open_lock, try_lock


def leaders_lock(runs: Path) -> Path:
    """The file that the leader locks."""
    return runs / ".leader"


def is_led(runs: Path) -> bool:
    """Whether a process leads over these folders; nothing is made where none ever did."""
    path = leaders_lock(runs)
    if not path.exists():
        return False
    descriptor = open_lock(path)
    try:
        return not try_lock(descriptor)
    finally:
        os.close(descriptor)
