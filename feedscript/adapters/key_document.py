"""A caller's key as a JSON document, which says no key's text."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from feedscript.codec import to_rfc3339
from feedscript.domain import ApiKey, Reach, Scope

DOCUMENT_VERSION = 1


def key_to_bytes(key: ApiKey) -> bytes:
    """The key as a JSON document."""
    document = {
        "document_version": DOCUMENT_VERSION,
        "id": key.id,
        "name": key.name,
        "sha256": key.digest,
        "scopes": sorted(key.scopes),
        "merchants": _listed(key.reach.merchants),
        "partners": _listed(key.reach.partners),
        "created_at": _time(key.created_at),
        "expires_at": _time(key.expires_at),
        "revoked_at": _time(key.revoked_at),
    }
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"


def key_from_bytes(data: bytes) -> ApiKey:
    """Read `key_to_bytes`; raises `ValueError` saying what is wrong with it."""
    try:
        return _from_document(json.loads(data))
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _from_document(document: Mapping[str, Any]) -> ApiKey:
    if document["document_version"] != DOCUMENT_VERSION:
        raise ValueError(f"document version {document['document_version']} is not known here")
    return ApiKey(
        id=document["id"],
        name=document["name"],
        digest=document["sha256"],
        scopes=frozenset(map(Scope, document["scopes"])),
        reach=Reach(_some(document["merchants"]), _some(document["partners"])),
        created_at=datetime.fromisoformat(document["created_at"]),
        expires_at=_moment(document["expires_at"]),
        revoked_at=_moment(document["revoked_at"]),
    )


def _listed(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)


def _some(names: list[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _time(time: datetime | None) -> str | None:
    return None if time is None else to_rfc3339(time)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
