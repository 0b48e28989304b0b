"""A digest for each finished day of the audit trail: `digests/YYYY-MM-DD.json`.

It tells the day's segments with their sizes and SHA-256, the last line's sequence number and hash, and the SHA-256 of
the digest before it; with a key it is signed (HMAC-SHA256). A day is finished when a later one has begun: from then on
nothing is added to it. Days without entries have digests too.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from feedscript.adapters._flock import locked
from feedscript.adapters.files.chain import GENESIS, Tampered, line_hash
from feedscript.adapters.files.fsio import Disk
from feedscript.adapters.files.segments import BLOCK, Segments, lines_backwards, opened
from feedscript.codec import to_json

FOLDER = "digests"
DIGEST_VERSION = 1
DAY = timedelta(days=1)


def write_digests(root: Path, disk: Disk, *, key: bytes | None = None) -> list[Path]:
    """Write the digests of finished days that have none yet; answers the files made, oldest first."""
    segments = Segments(root)
    with locked(root / ".digests-lock"):
        listed = [segment for segment in segments.listed() if segment.stat().st_size]
        if not listed:
            return []
        days = {_date_of(segments, segment): segment for segment in listed}
        day, previous = min(days), None
        made = []
        sequence, last = 0, GENESIS
        while day < max(days):
            path = _path(root, day)
            if path.exists():
                known = _load(path, root)
                sequence, last = known["last_sequence"], known["last_hash"]
            else:
                if day in days:
                    sequence, last = _end_of(days[day])
                held = [_told(segments, days[day])] if day in days else []
                document = _document(day, held, sequence, last, previous)
                disk.create(path, _signed(document, key))
                made.append(path)
            previous = path
            day += DAY
        return made


def check_digests(
    segments: Segments, ends: Mapping[str, tuple[int, str]], keys: Sequence[bytes]
) -> tuple[int, int]:
    """Compare the digests with the days, whose last sequence number and hash are `ends`.

    Answers how many bear one of the keys' signatures, and how many do not; raises `Tampered`.
    """
    signed = unsigned = 0
    paths = sorted((segments.root / FOLDER).glob("*.json"))
    held = {_date_of(segments, path): path for path in segments.listed()}
    end = (0, GENESIS)
    previous: Path | None = None
    due = min(held, default=None)
    for path in paths:
        name, found = f"{FOLDER}/{path.name}", _load(path, segments.root)
        day = due or _day_named(path, name)
        if path != _path(segments.root, day):
            raise Tampered(name, 0, f"where the digest of {day} was due")
        end = ends.get(f"{day:%Y/%m/%d}", end)
        told = [_told(segments, held[day])] if day in held else []
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
        previous, due = path, day + DAY
    return signed, unsigned


def _document(
    day: date, held: list[dict[str, Any]], sequence: int, last: str, previous: Path | None
) -> dict[str, Any]:
    return {
        "document_version": DIGEST_VERSION,
        "day": day.isoformat(),
        "segments": held,
        "last_sequence": sequence,
        "last_hash": last,
        "previous_digest": hashlib.sha256(previous.read_bytes()).hexdigest() if previous else GENESIS,
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


def _told(segments: Segments, segment: Path) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with opened(segment) as file:
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
    return {"file": f"{segments.day_of(segment)}.jsonl", "bytes": size, "sha256": digest.hexdigest()}


def _end_of(segment: Path) -> tuple[int, str]:
    _, line = next(lines_backwards(segment))
    return json.loads(line)["sequence"], line_hash(line)


def _load(path: Path, root: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except ValueError as error:
        raise Tampered(path.relative_to(root).as_posix(), 0, f"not JSON: {error}") from error
    if not isinstance(found, dict):
        raise Tampered(path.relative_to(root).as_posix(), 0, "not a JSON object")
    return found


def _path(root: Path, day: date) -> Path:
    return root / FOLDER / f"{day.isoformat()}.json"


def _date_of(segments: Segments, segment: Path) -> date:
    return datetime.strptime(segments.day_of(segment), "%Y/%m/%d").replace(tzinfo=UTC).date()


def _day_named(path: Path, name: str) -> date:
    try:
        return date.fromisoformat(path.stem)
    except ValueError:
        raise Tampered(name, 0, "no day's digest") from None
