"""Outcomes by HTTP POST to the caller's `callback_url`.

Every notification is a file in the outbox until it has been delivered, so a restart loses none; each is tried again
with growing pauses, and what could not be delivered in the end is kept in `dead/`. `known/` names those of jobs that
are not settled yet, so that none is taken in twice.
"""

import json
import logging
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from feedscript.adapters._flock import open_lock, try_lock
from feedscript.domain import Activity
from feedscript.ports import IdFactory, Notification, Notifier

logger = logging.getLogger(__name__)

PAUSES = (5.0, 30.0, 300.0, 1800.0, 7200.0)
TIMEOUT = (5.0, 15.0)
LOOK_EVERY = 0.5
HOSTS_AT_ONCE = 8


class WebhookNotifier(Notifier):
    """Delivers from `outbox/`; of the processes that share it one delivers, to several hosts at a time.

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
        self._known = outbox / "known"
        self._ids = ids
        self._record = record
        self._pauses = pauses
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._busy_hosts: set[str] = set()

    def notify(self, notification: Notification) -> None:
        """Put the notification into the outbox, unless its job has put it there before."""
        self._known.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = quote(notification.id, safe="")
        if not (self._known / name).exists():
            self._write(self._outbox / f"{name}.json", {**asdict(notification), "tries": 0})
            (self._known / name).touch()
            self._wake.set()

    def forget(self, job_id: str) -> None:
        """Drop the job's names."""
        for name in self._known.glob(f"{quote(job_id, safe='')}*"):
            name.unlink(missing_ok=True)

    def start(self) -> None:
        """Begin to deliver in the background."""
        self._known.mkdir(mode=0o700, parents=True, exist_ok=True)
        threading.Thread(target=self._deliver_all, name="feedscript-webhooks", daemon=True).start()

    def stop(self) -> None:
        """Deliver nothing more; what is left waits in the outbox."""
        self._stopping.set()
        self._wake.set()

    def _deliver_all(self) -> None:
        lock = open_lock(self._outbox / ".lock")
        hosts = ThreadPoolExecutor(HOSTS_AT_ONCE, thread_name_prefix="feedscript-webhook")
        try:
            while not self._stopping.is_set():
                self._wake.wait(LOOK_EVERY)
                self._wake.clear()
                if try_lock(lock):
                    for host, paths in self._due().items():
                        self._busy_hosts.add(host)
                        hosts.submit(self._deliver_to, host, paths)
        finally:
            hosts.shutdown(wait=False, cancel_futures=True)
            os.close(lock)

    def _due(self) -> dict[str, list[Path]]:
        """What is to be sent now, by host: a slow one holds up nobody else, and gets one message at a time."""
        due: dict[str, list[Path]] = defaultdict(list)
        for path in sorted(self._outbox.glob("*.json")):
            entry = self._read(path)
            if entry is not None and entry.get("not_before", 0) <= time.time():
                due[_host(entry["url"])].append(path)
        return {host: paths for host, paths in due.items() if host not in self._busy_hosts}

    def _read(self, path: Path) -> dict[str, Any] | None:
        try:
            entry: dict[str, Any] = json.loads(path.read_bytes())
            entry["url"], entry["id"], entry["job_id"], entry["body"], entry["tries"]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.error("%s cannot be read (%s); put aside", path, error)  # noqa: TRY400 - the text tells it all
            self._put_aside(path)
            return None
        return entry

    def _deliver_to(self, host: str, paths: Sequence[Path]) -> None:
        try:
            for path in paths:
                if not self._stopping.is_set():
                    self._deliver(path)
        except Exception:
            logger.exception("notifications to %s are left for later", host)
        finally:
            self._busy_hosts.discard(host)

    def _deliver(self, path: Path) -> None:
        entry = self._read(path)
        if entry is None:
            return
        error = _post(entry["url"], entry["id"], entry["body"])
        tries = entry["tries"] + 1
        self._enter(entry, tries, error)
        if error is None:
            path.unlink()
        elif tries > len(self._pauses):
            self._put_aside(path)
        else:
            self._write(path, {**entry, "tries": tries, "not_before": time.time() + self._pauses[tries - 1]})

    def _put_aside(self, path: Path) -> None:
        (self._outbox / "dead").mkdir(exist_ok=True)
        path.rename(self._outbox / "dead" / path.name)

    def _enter(self, entry: dict[str, Any], tries: int, error: str | None) -> None:
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

    def _write(self, path: Path, document: dict[str, Any]) -> None:
        with NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False) as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).rename(path)


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _post(url: str, message_id: str, body: object) -> str | None:
    """Send it; None when it was taken, else what went wrong, without the address, which may hold secrets.

    Redirects are refused: they could lead anywhere.
    """
    try:
        answer = requests.post(
            url, json=body, headers={"webhook-id": message_id}, timeout=TIMEOUT, allow_redirects=False
        )
    except (requests.RequestException, ValueError) as error:
        return type(error).__name__
    return None if answer.ok and not answer.is_redirect else f"HTTP {answer.status_code}"
