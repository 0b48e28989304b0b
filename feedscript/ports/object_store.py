"""Where feeds and reports lie."""

from pathlib import Path
from typing import Protocol


class ObjectStore(Protocol):
    """Whole objects at `s3://bucket/key`, the one object of that very name; published whole or not at all.

    What is no such address, or climbs out of its bucket, is refused with `ObjectStoreFailed`.
    """

    def fetch(self, uri: str, path: Path, *, limit: int | None = None) -> int:
        """Copy the object to a local file; answers its bytes.

        One of more than `limit` bytes raises `ObjectTooLarge` as soon as that is known, and no more of it is copied.
        Raises `ObjectNotFound` or `ObjectStoreFailed`, as `publish` and `read` do; then the local file is as it was.
        Where a bucket is missing the error says so.
        """

    def publish(self, path: Path, uri: str) -> None:
        """Put the local file at the address, replacing what lies there in one step, durably.

        Nobody sees a part of it, at no moment.
        """

    def read(self, uri: str, *, limit: int) -> bytes:
        """The object's content, for objects of up to `limit` bytes; a larger one raises `ObjectStoreFailed`."""
