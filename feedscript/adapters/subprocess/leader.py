"""Who runs the scripts: the process that holds a lock, which the kernel frees when it dies."""

from pathlib import Path

from feedscript.adapters._flock import is_locked


def leaders_lock(runs: Path) -> Path:
    """The file that the leader locks."""
    return runs / ".leader"


def is_led(runs: Path) -> bool:
    """Whether a process leads over these folders; nothing is made where none ever did."""
    return is_locked(leaders_lock(runs))
