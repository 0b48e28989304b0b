"""The object store: whether what is put into a bucket can be read again, and whether it heeds conditions."""

import secrets
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from feedscript.adapters.objects import S3ObjectStore
from feedscript.domain import FeedscriptError
from feedscript.entrypoints.checking.finding import Finding, Level
from feedscript.entrypoints.settings import Settings
from feedscript.ports import ObjectStore
from feedscript.ports.errors import BucketNotFound

PART = "objects"
#: It stays: the port of object stores removes nothing.
PROBE = ".feedscript-check"
PATIENCE, TRIES, LONGEST_PROBE = 20.0, 3, 1024


def buckets(store: ObjectStore, names: Iterable[str], *, patience: float = PATIENCE) -> Iterator[Finding]:
    """Put a small object into each bucket, and read it again; what takes longer than `patience` seconds is away."""
    for name in names:
        level, told = _within(patience, store, f"s3://{name}/{PROBE}")
        yield Finding(level, PART, f"s3://{name}{told}")


def no_bucket(settings: Settings) -> Finding:
    """That nothing could be tried."""
    store = settings.adapters or settings.object_store
    return Finding(
        Level.WARNING,
        PART,
        f"no bucket of the store ({store}) is known to be tried: --bucket NAME, or ALLOWED_BUCKETS",
    )


def _within(patience: float, store: ObjectStore, uri: str) -> tuple[Level, str]:
    answers: list[tuple[Level, str]] = []
    # Adapters wait as long as they like, S3's for minutes: nobody waits for the thread.
    asking = threading.Thread(target=lambda: answers.append(_round_trip(store, uri)), daemon=True)
    asking.start()
    asking.join(patience)
    return answers[0] if answers else (Level.ERROR, f": no answer within {patience:g} s")


def _round_trip(store: ObjectStore, uri: str) -> tuple[Level, str]:
    is_new = _is_missing(store, uri)
    try:
        # Others that start at the same moment put theirs in between, and hardly each time.
        if not any(_is_kept(store, uri) for _ in range(TRIES)):
            return Level.ERROR, f": {uri}: what was put is not what is read"
        careless = isinstance(store, S3ObjectStore) and not store.heeds_conditions(uri)
    except FeedscriptError as error:
        return Level.ERROR, f": {error}"
    if is_new:
        return Level.WARNING, (
            " was not there: it is now, with nothing else in it; where it should hold something, its volume is away"
        )
    if careless:
        return Level.WARNING, (
            " can be written and read, but a put that must not replace anything (If-None-Match: *) was carried out and "
            "replaced what was there: feedscript relies on no such put; scripts that do lose feeds without a word"
        )
    return Level.OK, " can be written and read"


def _is_kept(store: ObjectStore, uri: str) -> bool:
    content = secrets.token_hex(16).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "probe"
        path.write_bytes(content)
        store.publish(path, uri)
    return store.read(uri, limit=LONGEST_PROBE) == content


def _is_missing(store: ObjectStore, uri: str) -> bool:
    try:
        store.read(uri, limit=LONGEST_PROBE)
    except BucketNotFound:
        return True
    except FeedscriptError:
        return False  # what is wrong, putting something there tells
    return False
