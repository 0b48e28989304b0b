"""The object store: whether what is put into a bucket can be read again."""

import secrets
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from feedscript.domain import FeedscriptError
from feedscript.entrypoints.checking.finding import Finding, Level
from feedscript.entrypoints.settings import Settings
from feedscript.ports import ObjectStore

PART = "objects"
#: It stays: the port of object stores removes nothing.
PROBE = ".feedscript-check"
PATIENCE = 20.0


def buckets(store: ObjectStore, names: Iterable[str], *, patience: float = PATIENCE) -> Iterator[Finding]:
    """Put a small object into each bucket, and read it again; what takes longer than `patience` seconds is away."""
    for name in names:
        why = _within(patience, store, f"s3://{name}/{PROBE}")
        if why is None:
            yield Finding(Level.OK, PART, f"s3://{name} can be written and read")
        else:
            yield Finding(Level.ERROR, PART, f"s3://{name}: {why}")


def no_bucket(settings: Settings) -> Finding:
    """That nothing could be tried."""
    store = settings.adapters or settings.object_store
    return Finding(
        Level.WARNING,
        PART,
        f"no bucket of the store ({store}) is known to be tried: --bucket NAME, or ALLOWED_BUCKETS",
    )


def _within(patience: float, store: ObjectStore, uri: str) -> str | None:
    answers: list[str | None] = []
    # Adapters wait as long as they like, S3's for minutes: nobody waits for the thread.
    asking = threading.Thread(target=lambda: answers.append(_round_trip(store, uri)), daemon=True)
    asking.start()
    asking.join(patience)
    return answers[0] if answers else f"no answer within {patience:g} s"


def _round_trip(store: ObjectStore, uri: str) -> str | None:
    content = secrets.token_hex(16).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "probe"
        path.write_bytes(content)
        try:
            store.publish(path, uri)
            read = store.read(uri, limit=len(content))
        except FeedscriptError as error:
            return str(error)
    return None if read == content else f"{uri}: what was put is not what is read"
