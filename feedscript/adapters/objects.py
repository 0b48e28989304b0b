"""Objects through obstore: real S3, or a local folder that stands in for it.

obstore (the Rust `object_store`) brings multipart uploads, retries, and the credentials of the environment or the
machine's instance profile.
"""

import os
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from feedscript.ports import ObjectStore
from feedscript.ports.errors import ObjectNotFound, ObjectStoreFailed

if TYPE_CHECKING:
    from obstore import GetResult  # a name of its type stubs alone

STREAM_CHUNK = 4 * 1024 * 1024


class ObstoreObjectStore(ObjectStore, ABC):
    """`s3://bucket/key` in one of obstore's stores; `_locate` tells which, and where in it."""

    def fetch(self, uri: str, path: Path) -> int:
        """Stream the object into a file beside it, which takes its place once it is whole."""
        store, key = self._locate(uri)
        part = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            found = _found(store, key, uri)
            with part.open("xb") as file:
                size = sum(file.write(chunk) for chunk in found.stream(min_chunk_size=STREAM_CHUNK))
            part.rename(path)
        except (BaseError, OSError, ValueError) as error:
            raise ObjectStoreFailed(uri, _first_line(error)) from error
        finally:
            part.unlink(missing_ok=True)
        return size

    def publish(self, path: Path, uri: str) -> None:
        """Put the file in one step; multipart where it is large."""
        store, key = self._locate(uri)
        try:
            obstore.put(store, key, path)
        except (BaseError, OSError, ValueError) as error:
            raise ObjectStoreFailed(uri, _first_line(error)) from error

    def read(self, uri: str, *, limit: int) -> bytes:
        """The object's bytes, unless there are more than `limit`."""
        store, key = self._locate(uri)
        try:
            found = _found(store, key, uri)
            if found.meta["size"] > limit:
                raise ObjectStoreFailed(
                    uri, f"{found.meta['size']} bytes, more than the {limit} that are shown"
                )
            return bytes(found.bytes())
        except (BaseError, OSError, ValueError) as error:
            raise ObjectStoreFailed(uri, _first_line(error)) from error

    @abstractmethod
    def _locate(self, uri: str) -> tuple[S3Store | LocalStore, str]:
        """The store that has the object, and its path there; raises `ObjectStoreFailed` for a bad address."""


class S3ObjectStore(ObstoreObjectStore):
    """S3 itself, or what speaks its protocol at `endpoint`."""

    def __init__(self, *, region: str | None = None, endpoint: str | None = None) -> None:
        self._options: dict[str, Any] = {}
        if region:
            self._options["region"] = region
        if endpoint:
            self._options["endpoint"] = endpoint
            self._options["client_options"] = {"allow_http": endpoint.startswith("http://")}
        self._stores: dict[str, S3Store] = {}

    def _locate(self, uri: str) -> tuple[S3Store, str]:
        bucket, key = _split(uri)
        try:
            return self._stores.setdefault(bucket, S3Store(bucket, **self._options)), key
        except (BaseError, ValueError) as error:
            raise ObjectStoreFailed(uri, _first_line(error)) from error


def fsync(place: Path) -> None:
    """Make a file, or the names in a folder, outlive a power cut."""
    descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FolderObjectStore(ObstoreObjectStore):
    """The folder `root/bucket/key`: the embedded default; `sync` makes a file or a folder durable."""

    def __init__(self, root: Path, *, sync: Callable[[Path], None] = fsync) -> None:
        self._root = root
        self._sync = sync
        self._store = LocalStore(root, mkdir=True)

    def publish(self, path: Path, uri: str) -> None:
        """Put the file, and see that it outlives a power cut."""
        super().publish(path, uri)
        bucket, key = _split(uri)
        published = self._root / bucket / key
        try:
            for place in (published, published.parent):
                self._sync(place)
        except OSError as error:
            raise ObjectStoreFailed(uri, error.strerror or str(error)) from error

    def _locate(self, uri: str) -> tuple[LocalStore, str]:
        return self._store, "/".join(_split(uri))


def _found(store: S3Store | LocalStore, key: str, uri: str) -> "GetResult":
    try:
        return obstore.get(store, key)
    except FileNotFoundError as error:
        raise ObjectNotFound(uri) from error


def _split(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri, allow_fragments=False)
    key = uri.removeprefix(f"s3://{parts.netloc}/")
    if (
        parts.scheme != "s3"
        or not parts.netloc
        or not key
        or key == uri
        or ".." in (parts.netloc, *key.split("/"))
    ):
        raise ObjectStoreFailed(uri, "not an address of the form s3://bucket/key")
    return parts.netloc, key


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
