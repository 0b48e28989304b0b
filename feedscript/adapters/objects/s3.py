"""Objects in S3, through obstore.

obstore (the Rust `object_store`) brings multipart uploads, retries, and the credentials of the environment or the
machine's instance profile.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from feedscript.adapters.objects.address import split_address
from feedscript.adapters.objects.arriving import arriving
from feedscript.adapters.objects.copying import copy, refuse_larger
from feedscript.ports import ObjectStore
from feedscript.ports.errors import ObjectNotFound, ObjectStoreFailed, ObjectStoreMisconfigured

if TYPE_CHECKING:
    from obstore import GetResult  # a name of its type stubs alone

STREAM_CHUNK = 4 * 1024 * 1024
#: S3's code in the text of an answer, which obstore tells like that of a missing object.
NO_BUCKET = "<Code>NoSuchBucket</Code>"


class S3ObjectStore(ObjectStore):
    """S3 itself, or what speaks its protocol at `endpoint`."""

    def __init__(self, *, region: str | None = None, endpoint: str | None = None) -> None:
        self._options: dict[str, Any] = {}
        if region:
            self._options["region"] = region
        if endpoint:
            self._options["endpoint"] = endpoint
            self._options["client_options"] = {"allow_http": endpoint.startswith("http://")}
        self._stores: dict[str, S3Store] = {}

    def fetch(self, uri: str, path: Path, *, limit: int | None = None) -> int:
        """Stream the object into a file beside it, which takes its place once it is whole."""
        store, key = self._locate(uri)
        try:
            found = _found(store, key, uri)
            refuse_larger(uri, found.meta["size"], limit)
            with arriving(path) as file:
                return copy(map(bytes, found.stream(min_chunk_size=STREAM_CHUNK)), file, uri, limit)
        except (BaseError, OSError, ValueError) as error:
            raise _failure(error, uri) from error

    def publish(self, path: Path, uri: str) -> None:
        """Put the file in one step; multipart where it is large."""
        store, key = self._locate(uri)
        try:
            obstore.put(store, key, path)
        except (BaseError, OSError, ValueError) as error:
            raise _failure(error, uri) from error

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
            raise _failure(error, uri) from error

    def heeds_conditions(self, uri: str) -> bool:
        """Whether a put that must not replace anything (`If-None-Match: *`, RFC 9110) leaves the object that is there.

        A server that heeds no conditions puts an empty object in its place. Raises `ObjectStoreFailed`.
        """
        store, key = self._locate(uri)
        try:
            obstore.put(store, key, b"", mode="create")
        except AlreadyExistsError:
            return True
        except (BaseError, OSError, ValueError) as error:
            raise _failure(error, uri) from error
        return False

    def _locate(self, uri: str) -> tuple[S3Store, str]:
        bucket, key = split_address(uri)
        try:
            return self._stores.setdefault(bucket, S3Store(bucket, **self._options)), key
        except (BaseError, ValueError) as error:
            raise _failure(error, uri) from error


def _found(store: S3Store, key: str, uri: str) -> "GetResult":
    try:
        return obstore.get(store, key)
    except FileNotFoundError as error:
        if NO_BUCKET in str(error):
            raise _failure(error, uri) from error
        raise ObjectNotFound(uri) from error


def _failure(error: Exception, uri: str) -> ObjectStoreFailed:
    if NO_BUCKET in str(error):
        return ObjectStoreMisconfigured(uri, f"there is no bucket {split_address(uri)[0]}")
    # An error of this machine's own files has a number.
    refused = isinstance(error, PermissionError) and error.errno is None
    if refused or isinstance(error, PermissionDeniedError | UnauthenticatedError):
        return ObjectStoreMisconfigured(
            uri,
            "these credentials may not do this (where they may not list the bucket, what is missing is refused, too): "
            f"{_first_line(error)}",
        )
    return ObjectStoreFailed(uri, _first_line(error))


def _first_line(error: Exception) -> str:
    # Of a file of this machine its path is nobody's business.
    text = (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
    return text.splitlines()[0]
