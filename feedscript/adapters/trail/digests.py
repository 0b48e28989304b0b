"""A digest for each finished day of the audit trail, as a JSON document.

It tells what the day holds (its lines as a file, with size and SHA-256), the last line's sequence number and hash, and
the SHA-256 of the digest before it; with a key it is signed (HMAC-SHA256). A day is finished when a later one has
begun: from then on nothing is added to it. Days without entries have digests too.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from feedscript.adapters.trail.chain import GENESIS, Tampered
from feedscript.codec import to_json

FOLDER = "digests"
DIGEST_VERSION = 1
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayHeld:
    """What a day of the trail holds: its lines, each with its end, as bytes and their SHA-256; and how it ends."""

    bytes: int
    sha256: str
    sequence: int
    hash: str

    def told(self, day: date) -> dict[str, Any]:
        """As a digest tells it."""
        return {"file": f"{day:%Y/%m/%d}.jsonl", "bytes": self.bytes, "sha256": self.sha256}


def digest_name(day: date) -> str:
    """What a day's digest is called."""
    return f"{FOLDER}/{day.isoformat()}.json"


def due_digests(
    first: date,
    last: date,
    *,
    known: Callable[[date], bytes | None],
    held: Callable[[date], DayHeld | None],
    key: bytes | None,
) -> Iterator[tuple[date, bytes]]:
    """The digests of finished days that have none yet, oldest first; each is to be kept before the next is asked for.

    `first` and `last` are days with entries. Raises `Tampered` for a known digest that is none.
    """
    day, previous = first, None
    sequence, end = 0, GENESIS
    while day < last:
        digest = known(day)
        if digest is not None:
            found = read_digest(digest, digest_name(day))
            sequence, end = found["last_sequence"], found["last_hash"]
        else:
            holds = held(day)
            if holds is not None:
                sequence, end = holds.sequence, holds.hash
            told = [] if holds is None else [holds.told(day)]
            digest = _signed(_document(day, told, sequence, end, previous), key)
            yield day, digest
        previous = digest
        day += DAY


def check_digests(
    digests: Iterable[tuple[str, bytes]],
    *,
    first: date | None,
    ends: Mapping[date, tuple[int, str]],
    held: Callable[[date], DayHeld],
    keys: Sequence[bytes],
) -> tuple[int, int]:
    """Compare the digests, by name and oldest first, with the days, whose last sequence number and hash are `ends`.

    Answers how many bear one of the keys' signatures, and how many do not; raises `Tampered`.
    """
    signed = unsigned = 0
    end = (0, GENESIS)
    previous: bytes | None = None
    due = first
    for name, digest in digests:
        found = read_digest(digest, name)
        day = due or _day_named(name)
        if name != digest_name(day):
            raise Tampered(name, 0, f"where the digest of {day} was due")
        end = ends.get(day, end)
        told = [held(day).told(day)] if day in ends else []
        expected = _document(day, told, *end, previous)
        for part, value in expected.items():
            if found.get(part) != value:
                raise Tampered(name, 0, f"{part} is {found.get(part)}, but the trail has {value}")
        if _bears_signature(found, keys, name):
            signed += 1
        elif signed and keys:
            raise Tampered(name, 0, "not signed, though earlier ones are")
        else:
            unsigned += 1
        previous, due = digest, day + DAY
    return signed, unsigned


def read_digest(digest: bytes, name: str) -> dict[str, Any]:
    """A digest as it was written down; raises `Tampered` for what is none."""
    try:
        found = json.loads(digest)
    except ValueError as error:
        raise Tampered(name, 0, f"not JSON: {error}") from error
    if not isinstance(found, dict):
        raise Tampered(name, 0, "not a JSON object")
    return found


def _document(
    day: date, held: list[dict[str, Any]], sequence: int, last: str, previous: bytes | None
) -> dict[str, Any]:
    return {
        "document_version": DIGEST_VERSION,
        "day": day.isoformat(),
        "segments": held,
        "last_sequence": sequence,
        "last_hash": last,
        "previous_digest": GENESIS if previous is None else hashlib.sha256(previous).hexdigest(),
    }


def _signed(document: dict[str, Any], key: bytes | None) -> bytes:
    signature = (
        {"algorithm": "HMAC-SHA256", "key_id": _key_id(key), "value": _mac(document, key)} if key else None
    )
    return to_json({**document, "signature": signature}) + b"\n"


def _bears_signature(found: dict[str, Any], keys: Sequence[bytes], name: str) -> bool:
    signature = found.pop("signature", None)
    if signature is None or not keys:
        return False
    wanted = {_key_id(key): _mac(found, key) for key in keys}
    given = signature if isinstance(signature, dict) else {}
    mac = wanted.get(str(given.get("key_id")))
    if mac is None:
        raise Tampered(name, 0, f"signed with a key that was not given: {given.get('key_id')}")
    if not hmac.compare_digest(mac, str(given.get("value"))):
        raise Tampered(name, 0, "the signature is not of this digest")
    return True


def _mac(document: dict[str, Any], key: bytes) -> str:
    return hmac.new(key, to_json(document), hashlib.sha256).hexdigest()


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"feedscript audit key\0" + key).hexdigest()[:16]


def _day_named(name: str) -> date:
    try:
        return date.fromisoformat(name.removeprefix(f"{FOLDER}/").removesuffix(".json"))
    except ValueError:
        raise Tampered(name, 0, "no day's digest") from None
