"""Bounds on what one feed may cost, so that no input can exhaust the machine."""

import time
from dataclasses import dataclass, replace

MIB = 1024 * 1024
#: Little more than a million items need, so that more of them spill and do not add to the process.
_SCAN_BYTES = 96 * MIB
_LEAST_LEFT = 0.1


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much of everything one run may take; past one, the report is `complete: false` and says why.

    `max_bytes` counts uncompressed bytes, `max_ratio` is uncompressed over compressed, `max_seconds` is wall
    time, from the reading to the end. `memory_bytes` bounds the query engine: a reader may take all of it; a scan
    takes a part, and spills to the work folder beyond; `max_spill_bytes` bounds that spill. `threads` None means a
    thread per core, as far as the memory has room for their buffers.
    """

    max_bytes: int = 16 * 1024 * MIB
    max_ratio: float = 200.0
    max_items: int = 50_000_000
    max_columns: int = 1_000
    max_field_bytes: int = 2 * MIB
    max_xml_depth: int = 64
    max_seconds: float = 3_600.0
    memory_bytes: int = 512 * MIB
    max_spill_bytes: int = 16 * 1024 * MIB
    threads: int | None = None

    @property
    def scan_bytes(self) -> int:
        """What a scan takes of `memory_bytes`."""
        return min(self.memory_bytes, max(self.memory_bytes * 3 // 16, _SCAN_BYTES))

    def since(self, began: float) -> "Limits":
        """The same with the time that is left of a run that began then (`time.monotonic`).

        It is a tenth of all at least: of a source that took all the time to read, what was read is told.
        """
        left = began + self.max_seconds - time.monotonic()
        return replace(self, max_seconds=max(left, self.max_seconds * _LEAST_LEFT))
