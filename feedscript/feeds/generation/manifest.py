"""What lies beside a generated feed: which source it was made of, what was lost and repaired on the way."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedscript.feeds.engine.hashing import sha256_of

if TYPE_CHECKING:
    from feedscript.feeds.generation.generated import Generated

MANIFEST_VERSION = "1"


def manifest_of(generated: "Generated", *feeds: Path, uri: str) -> dict[str, Any]:
    """The manifest of the feed that lies in the files `feeds` and is published as `uri`, in JSON's types.

    The same source and mapping make the same manifest: it tells no time. Of several files
    (`shards`) `sha256` is that of all one after the other.
    """
    shards = [{"name": each.name, "bytes": each.stat().st_size, "sha256": sha256_of(each)} for each in feeds]
    return {
        "manifest_version": MANIFEST_VERSION,
        "feed": uri,
        "profile": {"id": generated.profile.id, "version": generated.profile.version},
        "items": generated.items_written,
        "bytes": sum(each.stat().st_size for each in feeds),
        "sha256": sha256_of(*feeds) if len(feeds) > 1 else shards[0]["sha256"],
        "shards": shards if len(shards) > 1 else None,
        "source": {
            "uri": generated.source.uri,
            "format": generated.source.format,
            "encoding": generated.source.encoding,
            "bytes": generated.source.bytes,
            "sha256": generated.source.sha256,
        },
        "mapping_sha256": generated.mapping_sha256,
        "preset": generated.preset,
        "account": generated.account.document(),
        "faults": dict(generated.faults),
        "matched": {name: list(columns) for name, columns in generated.matched.items()},
        "unmatched": list(generated.unmatched),
        "rejects": None if generated.rejects is None else generated.rejects.document(),
        "repairs": [repair.document() for repair in generated.repairs],
    }
