"""Bounds on what one feed may cost, so that no input can exhaust the machine."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much of everything one run may take; past one, the report is `complete: false` and says why.

    `max_bytes` counts uncompressed bytes, `max_ratio` is uncompressed over compressed, `max_seconds` is wall
    time. `memory_bytes` bounds the query engine: a reader may take all of it; a scan takes a part, and spills to
    the work folder beyond; `max_spill_bytes` bounds that spill. `threads` None means a thread per core, as far as
    the memory has room for their buffers.
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
