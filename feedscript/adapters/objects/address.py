"""The address of an object, taken apart: whatever is in it, it names one object in one bucket."""

import re

from feedscript.ports.errors import ObjectStoreFailed

_ADDRESS = re.compile(r"s3://(?P<bucket>[^/]+)/(?P<key>.+)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def split_address(uri: str) -> tuple[str, str]:
    """The bucket and the key; raises `ObjectStoreFailed` for what is no address, or climbs out of its bucket.

    A key is what is written: nothing in it is decoded, so `%2e%2e` is the name of a file.
    """
    found = _ADDRESS.fullmatch(uri)
    if found is None or not _is_plain(uri):
        raise ObjectStoreFailed(uri, "not an address of the form s3://bucket/key")
    bucket, key = found["bucket"], found["key"]
    if {"", ".", ".."} & {bucket, *key.split("/")}:
        raise ObjectStoreFailed(uri, "the key may not have empty parts, '.' or '..'")
    return bucket, key


def _is_plain(uri: str) -> bool:
    try:
        uri.encode()
    except UnicodeEncodeError:
        return False
    return not _CONTROL.search(uri)
