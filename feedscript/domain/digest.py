"""SHA-256, by which the domain tells secrets and requests from one another without keeping them.

OpenSSL behind it and JSON are a tenth of what it takes to import the domain; callers that never ask pay nothing.
"""

from collections.abc import Mapping
from typing import Any


def sha256_hex(data: bytes) -> str:
    """The SHA-256 of the bytes, in 64 hexadecimal digits.

    >>> sha256_hex(b"")[:8]
    'e3b0c442'
    """
    import hashlib  # noqa: PLC0415

    return hashlib.sha256(data).hexdigest()


def json_digest(body: Mapping[str, Any]) -> str:
    """The SHA-256 (hex) of an object's canonical JSON: its keys in order, and no white space."""
    import json  # noqa: PLC0415

    return sha256_hex(json.dumps(body, sort_keys=True, separators=(",", ":")).encode())
