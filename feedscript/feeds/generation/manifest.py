"""What lies beside a generated feed: which source it was made of, what was lost and repaired on the way."""

import hashlib
from pathlib import Path
from typing import Any

from feedscript.feeds.generation.generation import Generated

MANIFEST_VERSION = "1"


def manifest_of(generated: Generated, feed: Path, *, uri: str) -> dict[str, Any]:
    """The manifest of the feed that lies at `feed` and is published as `uri`, in JSON's types.

    The same source and mapping make the same manifest: it tells no time.
    """
    with feed.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "manifest_version": MANIFEST_VERSION,
        "feed": uri,
        "profile": {"id": generated.profile.id, "version": generated.profile.version},
        "items": generated.items_written,
        "bytes": feed.stat().st_size,
        "sha256": digest,
        "source": {
            "uri": generated.source.uri,
            "format": generated.source.format,
            "encoding": generated.source.encoding,
            "bytes": generated.source.bytes,
        },
        "preset": generated.preset,
        "account": generated.account.document(),
        "faults": dict(generated.faults),
        "matched": {name: list(columns) for name, columns in generated.matched.items()},
        "unmatched": list(generated.unmatched),
        "repairs": [repair.document() for repair in generated.repairs],
    }
