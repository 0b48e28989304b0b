"""Secrets and keys: that there are those that are needed, and that nobody else reads them."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dotenv import dotenv_values

from feedscript.adapters.files import Disk, FileKeys
from feedscript.domain import ApiKey, KeyState
from feedscript.entrypoints.checking.finding import Finding, Level
from feedscript.entrypoints.exposure import refuse_exposure, refuse_exposure_without_key
from feedscript.entrypoints.secrecy import SECRETS
from feedscript.entrypoints.settings import SHORTEST_SECRET, BadSettings, Settings, is_loopback
from feedscript.ports.errors import StorageBroken

PART = "credentials"
OTHERS = 0o077
SOON = timedelta(days=7)
SHORTEST_KEY = 16


def secrets(settings: Settings, env_file: Path) -> Iterator[Finding]:
    """What is wrong with secrets that stand in settings and files."""
    if env_file.is_file() and any(dotenv_values(env_file).get(name) for name in SECRETS):
        yield from _closed(env_file, "it holds secrets")
    for name, key in (settings.api_keys or {}).items():
        if len(key) < SHORTEST_KEY:
            yield _warning(
                f"API_KEYS: the key of {name} has fewer than {SHORTEST_KEY} characters, and can be guessed"
            )
    for key in settings.audit_keys:
        if len(key) < SHORTEST_KEY:
            yield _warning(f"AUDIT_KEYS: one has fewer than {SHORTEST_KEY} characters, and can be guessed")
    secret = settings.jobs_dir / ".secret"
    if secret.is_file():
        yield from _closed(secret, "who has it can report for any job")
        if secret.stat().st_size < SHORTEST_SECRET:
            yield _error(
                f"{secret} has fewer than {SHORTEST_SECRET} bytes; remove it, and the service makes another"
            )
    if settings.object_store == "s3":
        yield from _of_cloud()


def callers(settings: Settings) -> Iterator[Finding]:
    """What is wrong with the callers' keys, and whether the service would be open to everybody."""
    if settings.adapters:
        return  # they may lie elsewhere
    found: list[ApiKey] = []
    try:
        if (settings.jobs_dir / "keys").is_dir():
            ring = FileKeys(settings.jobs_dir, Disk())
            found = list(ring.all())
            refuse_exposure(settings, ring)
        else:
            refuse_exposure_without_key(settings)
    except (StorageBroken, BadSettings) as error:
        yield _error(str(error))
    beyond = is_loopback(settings.host) and not settings.for_this_machine
    if beyond and not found and not settings.api_keys and not settings.allow_anonymous:
        yield _warning(
            f"PUBLIC_URL={settings.public_url!r} is reached from elsewhere and there is no key, so whoever reaches it "
            "may do everything: make one (feedscript keys create NAME)"
        )
    now = datetime.now(UTC)
    for key in found:
        left = None if key.expires_at is None else key.expires_at - now
        if key.state(now) is KeyState.GOOD and left is not None and left < SOON:
            yield _warning(f"the key {key.name!r} ({key.id}) expires at {key.expires_at:%Y-%m-%d %H:%M} UTC")


def _of_cloud() -> Iterator[Finding]:
    pair = [name for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY") if os.environ.get(name)]
    if len(pair) == 1:
        (only,) = pair
        yield _error(
            f"{only} is set without its counterpart: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together"
        )


def _closed(path: Path, why: str) -> Iterator[Finding]:
    if path.stat().st_mode & OTHERS:
        yield _warning(f"{path.name} may be read by other users of the machine, and {why}: chmod 600 {path}")


def _warning(message: str) -> Finding:
    return Finding(Level.WARNING, PART, message)


def _error(message: str) -> Finding:
    return Finding(Level.ERROR, PART, message)
