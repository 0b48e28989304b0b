"""Notifications that are still to be delivered, as files.

Each is a file in the outbox until it has been delivered, so a restart loses none; what could not be delivered in the
end is kept in `dead/`. `known/` names those of jobs that are not settled yet, so that none is taken in twice.
"""

import json
import logging
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import quote, urlsplit

from feedscript.ports import Notification

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A notification in the outbox: how often it was tried, and when it is to be tried again (aware UTC)."""

    notification: Notification
    tries: int = 0
    not_before: datetime | None = None

    @property
    def host(self) -> str:
        """Whom it goes to, as far as one host may hold up its own messages."""
        try:
            return urlsplit(self.notification.url).netloc.rpartition("@")[2].lower()
        except ValueError:
            return ""


class Outbox:
    """The folder of letters."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known = folder / "known"

    @property
    def lock(self) -> Path:
        """Whoever holds this file's lock delivers."""
        return self._folder / ".lock"

    def make(self) -> None:
        """Make the folders, private to the service's user."""
        self._known.mkdir(mode=0o700, parents=True, exist_ok=True)

    def take_in(self, notification: Notification) -> bool:
        """Keep a notification; answers False where its job has brought it before."""
        self.make()
        known = self._known / quote(notification.id, safe="")
        if known.exists():
            return False
        self._write(self._folder / f"{known.name}.json", Letter(notification=notification))
        known.touch()
        return True

    def forget(self, job_id: str) -> None:
        """Drop the names of the job's notifications."""
        for name in self._known.glob(f"{quote(job_id, safe='')}*"):
            name.unlink(missing_ok=True)

    def by_host(self) -> dict[str, list[tuple[Path, Letter]]]:
        """All letters by host, in the order of their names."""
        found: dict[str, list[tuple[Path, Letter]]] = defaultdict(list)
        for path, letter in self._letters():
            found[letter.host].append((path, letter))
        return found

    def delivered(self, path: Path) -> None:
        """The letter has arrived."""
        path.unlink()

    def put_off(self, path: Path, letter: Letter, not_before: datetime) -> None:
        """The letter has not arrived, and is tried again."""
        self._write(path, replace(letter, tries=letter.tries + 1, not_before=not_before))

    def give_up(self, path: Path) -> None:
        """Keep the letter where nobody tries it again."""
        (self._folder / "dead").mkdir(exist_ok=True)
        path.rename(self._folder / "dead" / path.name)

    def _letters(self) -> Iterator[tuple[Path, Letter]]:
        for path in sorted(self._folder.glob("*.json")):
            try:
                yield path, _letter(path.read_bytes())
            except FileNotFoundError:
                continue
            except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
                logger.error("%s cannot be read (%s); put aside", path, error)  # noqa: TRY400 - the text tells it all
                self.give_up(path)

    def _write(self, path: Path, letter: Letter) -> None:
        document = {**asdict(letter.notification), "tries": letter.tries}
        if letter.not_before is not None:
            document["not_before"] = letter.not_before.timestamp()
        with NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False) as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).rename(path)


def _letter(data: bytes) -> Letter:
    document = json.loads(data)
    notification = Notification(**{name: document[name] for name in ("id", "job_id", "url", "body")})
    not_before = document.get("not_before")
    return Letter(
        notification=notification,
        tries=int(document["tries"]),
        not_before=None if not_before is None else datetime.fromtimestamp(not_before, UTC),
    )
