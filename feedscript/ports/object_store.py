"""Where feeds and reports lie."""

from pathlib import Path
from typing import Protocol


class ObjectStore(Protocol):
    """Whole objects at `s3://bucket/key`; published whole or not at all."""

    def fetch(self, uri: str, path: Path) -> int:
        """Copy the object to a local file; answers its bytes.

        Raises `ObjectNotFound` or `ObjectStoreFailed`, as `publish` and `read` do.
        """

    def publish(self, path: Path, uri: str) -> None:
        """Put the local file at the address, replacing what lies there in one step."""

    def read(self, uri: str, *, limit: int) -> bytes:
        """The object's content, for objects of up to `limit` bytes."""
