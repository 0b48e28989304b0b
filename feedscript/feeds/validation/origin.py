"""What a generated feed's manifest tells its validation: how many of the source's records did not get into it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Origin:
    """Where a generated feed comes from.

    `lost` counts by fault the records of `source` (its URI) that could not be read when the feed was generated, and
    `first` lists some of them as (line, cause); `seen` is how many records the source has.
    """

    sha256: str
    source: str
    seen: int
    lost: Mapping[str, int]
    first: tuple[tuple[int | None, str], ...]

    @property
    def lost_total(self) -> int:
        """How many records were lost."""
        return sum(self.lost.values())

    def document(self) -> dict[str, Any]:
        """The origin in JSON's types."""
        return {"source": self.source, "records_seen": self.seen, "records_lost": dict(self.lost)}


def read_origin(manifest: Path) -> Origin | None:
    """What the manifest at `manifest` tells; None where there is none, or it is no manifest of ours."""
    try:
        document = json.loads(manifest.read_bytes())
        account = document["account"]
        return Origin(
            sha256=str(document["sha256"]),
            source=str(document["source"]["uri"]),
            seen=int(account["records_seen"]),
            lost={str(code): int(total) for code, total in account["records_lost"].items()},
            first=tuple((lost["line"], str(lost["cause"])) for lost in account["lost"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
