"""Outcomes by HTTP POST to the caller's `callback_url`.

Every notification is a file in the outbox until it has been delivered, so a restart loses none; each is tried again
with growing pauses, and what could not be delivered in the end is kept in `dead/`.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import requests

from feedscript.adapters._flock import open_lock, try_lock
from feedscript.domain import Activity
from feedscript.ports import IdFactory, Notification, Notifier

logger = logging.getLogger(__name__)

PAUSES = (5.0, 30.0, 300.0, 1800.0, 7200.0)
TIMEOUT = (5.0, 15.0)
LOOK_EVERY = 0.5


class WebhookNotifier(Notifier):
    """Delivers from `outbox/`; of the processes that share it one delivers at a time.

    `pauses` are the seconds before each further try; `record` enters every try on the audit trail.
    """

    def __init__(
        self,
        outbox: Path,
        *,
        ids: IdFactory,
        record: Callable[[Sequence[Activity]], None],
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._outbox = outbox
        self._ids = ids
        self._record = record
        self._pauses = pauses
        self._wake = threading.Event()
        self._stopping = threading.Event()

    def notify(self, notification: Notification) -> None:
        """Put the notification into the outbox."""
        self._outbox.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._write(
            self._outbox / f"{quote(notification.id, safe='')}.json", {**asdict(notification), "tries": 0}
        )
        self._wake.set()

    def start(self) -> None:
        """Begin to deliver in the background."""
        self._outbox.mkdir(mode=0o700, parents=True, exist_ok=True)
        threading.Thread(target=self._deliver_all, name="feedscript-webhooks", daemon=True).start()

    def stop(self) -> None:
        """Deliver nothing more; what is left waits in the outbox."""
        self._stopping.set()
        self._wake.set()

    def _deliver_all(self) -> None:
        lock = open_lock(self._outbox / ".lock")
        try:
            while not self._stopping.is_set():
                self._wake.wait(LOOK_EVERY)
                self._wake.clear()
                if try_lock(lock):
                    self._deliver_due()
        finally:
            os.close(lock)

    def _deliver_due(self) -> None:
        for path in sorted(self._outbox.glob("*.json")):
            if self._stopping.is_set():
                return
            try:
                self._deliver(path)
            except (OSError, ValueError, KeyError):
                logger.exception("%s is left for later", path)

    def _deliver(self, path: Path) -> None:
        entry = json.loads(path.read_bytes())
        if entry.get("not_before", 0) > time.time():
            return
        error = _post(entry["url"], entry["id"], entry["body"])
        tries = entry["tries"] + 1
        self._enter(entry, tries, error)
        if error is None:
            path.unlink()
        elif tries > len(self._pauses):
            (self._outbox / "dead").mkdir(exist_ok=True)
            path.rename(self._outbox / "dead" / path.name)
        else:
            self._write(path, {**entry, "tries": tries, "not_before": time.time() + self._pauses[tries - 1]})

    def _enter(self, entry: dict[str, str], tries: int, error: str | None) -> None:
        data = {"notification": entry["id"], "try": tries, "delivered": error is None, "error": error}
        self._record(
            [
                Activity(
                    id=self._ids.new_id(),
                    at=datetime.now(UTC),
                    type="feedscript.notification.sent",
                    job_id=entry["job_id"],
                    data=data,
                )
            ]
        )

    def _write(self, path: Path, document: dict[str, object]) -> None:
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(document))
        temporary.rename(path)


def _post(url: str, message_id: str, body: object) -> str | None:
    """Send it; None when it was taken, else what went wrong. Redirects are refused: they could lead anywhere."""
    try:
        answer = requests.post(
            url, json=body, headers={"webhook-id": message_id}, timeout=TIMEOUT, allow_redirects=False
        )
    except requests.RequestException as error:
        return f"{type(error).__name__}: {error}"[:500]
    return None if answer.ok and not answer.is_redirect else f"HTTP {answer.status_code}"
