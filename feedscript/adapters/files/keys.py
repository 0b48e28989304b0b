"""The callers' keys: a JSON document each in `jobs/keys/`, which says no key's text."""

import contextlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feedscript.adapters._flock import locked
from feedscript.adapters.files.fsio import Disk
from feedscript.adapters.key_document import key_from_bytes, key_to_bytes
from feedscript.codec import to_rfc3339
from feedscript.domain import KEY_ID, ApiKey, FeedscriptError
from feedscript.ports.errors import KeyNameTaken, StorageBroken, UnknownKey
from feedscript.ports.keys import Keys

NOTED_EVERY = timedelta(minutes=5)
Stamp = tuple[int, int, int]


class FileKeys(Keys):
    """`Keys` in a folder that any number of processes of one machine may share.

    A key's document is read again when its file is another one, so a change counts with the next request.
    """

    def __init__(self, jobs: Path, disk: Disk) -> None:
        self._folder = jobs / "keys"
        self._disk = disk
        self._read_at: dict[str, tuple[Stamp, ApiKey]] = {}
        self._noted: dict[str, datetime] = {}
        disk.make_root(jobs)
        disk.make_folder(self._folder)

    def add(self, key: ApiKey) -> None:
        """Write the document, where no other good key has the name."""
        with locked(self._folder / ".lock"):
            for other in self.all():
                if other.bars(key):
                    raise KeyNameTaken(key.name, other.id)
            if not self._disk.create(self._path(key.id), key_to_bytes(key)):
                raise KeyNameTaken(key.name, key.id)

    def find(self, key_id: str) -> ApiKey | None:
        """Read the document, unless it is known."""
        if not KEY_ID.fullmatch(key_id):
            return None  # no text of a caller's becomes part of a path
        path = self._path(key_id)
        try:
            status = path.stat()
            stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
            known = self._read_at.get(key_id)
            if known is not None and known[0] == stamp:
                return known[1]
            key = key_from_bytes(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StorageBroken(str(path), f"not a key's document: {error}") from error
        self._read_at[key_id] = stamp, key
        return key

    def all(self) -> Sequence[ApiKey]:
        """Read all documents."""
        found = (self.find(path.stem) for path in self._folder.glob("*.json"))
        return sorted((key for key in found if key is not None), key=lambda key: (key.created_at, key.id))

    def revoke(self, key_id: str, at: datetime) -> ApiKey:
        """Write the document anew."""
        with locked(self._folder / ".lock"):
            key = self.find(key_id)
            if key is None:
                raise UnknownKey(key_id)
            revoked = key.revoked(at)
            self._disk.replace(self._path(key_id), key_to_bytes(revoked))
            return revoked

    def used(self, key_id: str, at: datetime) -> None:
        """Write the time beside the document, where the last one is some minutes old."""
        noted = self._noted.get(key_id)
        if noted is not None and timedelta(0) <= at - noted < NOTED_EVERY:
            return
        self._noted[key_id] = at
        # A note that is not taken is no reason to refuse a call.
        with contextlib.suppress(FeedscriptError, OSError):
            staged = self._disk.stage(self._used_path(key_id), to_rfc3339(at).encode(), durable=False)
            self._disk.put_in_place(staged)

    def last_used(self, key_id: str) -> datetime | None:
        """Read the time."""
        if not KEY_ID.fullmatch(key_id):
            return None
        try:
            return datetime.fromisoformat(self._used_path(key_id).read_text()).astimezone(UTC)
        except (OSError, ValueError):
            return None

    def empty(self) -> bool:
        """Look whether there is a document."""
        with os.scandir(self._folder) as entries:
            return not any(entry.name.endswith(".json") for entry in entries)

    def _path(self, key_id: str) -> Path:
        return self._folder / f"{key_id}.json"

    def _used_path(self, key_id: str) -> Path:
        return self._folder / f"{key_id}.used"
