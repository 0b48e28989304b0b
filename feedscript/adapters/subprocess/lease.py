"""Until when a host may run scripts, where others would run them instead: a file beside its runs.

Times are those of CLOCK_BOOTTIME, which nobody sets and which goes on while a machine sleeps.
"""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Lease:
    """`until` in seconds; `epoch` is another one after every time that the host was silent for too long."""

    until: float
    epoch: int


def now() -> float:
    """The time by which a lease is measured, in seconds."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def read_lease(path: Path) -> Lease | None:
    """The lease; None where there is none that can be read."""
    try:
        document = json.loads(path.read_bytes())
        return Lease(float(document["until"]), int(document["epoch"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_lease(path: Path, lease: Lease) -> None:
    """Leave it for the runners, whole or not at all."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(asdict(lease)))
    temporary.rename(path)


def is_over(path: Path, epoch: int | None = None) -> bool:
    """Whether what was begun in that epoch may not go on; without one, what is begun now."""
    lease = read_lease(path)
    return lease is None or epoch not in (None, lease.epoch) or now() > lease.until
