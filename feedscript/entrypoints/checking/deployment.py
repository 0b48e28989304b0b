"""All checks of a deployment, and those of them that are quick."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from feedscript.entrypoints.checking.database import database
from feedscript.entrypoints.checking.finding import Finding, Level
from feedscript.entrypoints.checking.folders import DISK_PART, FOLDERS_PART, room, standing
from feedscript.entrypoints.checking.names import PART as SETTINGS_PART
from feedscript.entrypoints.checking.names import here
from feedscript.entrypoints.checking.programs import PART as SCRIPTS_PART
from feedscript.entrypoints.checking.programs import programs, variables
from feedscript.entrypoints.settings import BadSettings, Settings, read_settings

logger = logging.getLogger(__name__)


def at_start(settings: Settings) -> Iterator[Finding]:
    """What a service is told at its start: nothing that takes long, or reaches another machine."""
    return chain(here(settings), room(settings), programs(settings), variables(settings))


def is_fatal(finding: Finding) -> bool:
    """Whether a service with this need not be started: every job of a phase would fail."""
    return finding.level is Level.ERROR and finding.part == SCRIPTS_PART


def whole(*, more_buckets: tuple[str, ...] = (), offline: bool = False) -> Iterator[Finding]:
    """Look at everything; a part in which nothing is wrong is told too. `offline` asks no object store."""
    env_file = Path(".env").absolute()
    try:
        settings = read_settings()
    except BadSettings as error:
        yield from (Finding(Level.ERROR, SETTINGS_PART, complaint) for complaint in error.complaints)
        yield from here(None)
        yield Finding(Level.WARNING, SETTINGS_PART, "the rest is looked at once these can be used")
        return
    # The engine, and what keys are read by, are imported for who asks for all of it.
    from feedscript.entrypoints.checking.configuration import PART as CONFIG_PART  # noqa: PLC0415 - as said
    from feedscript.entrypoints.checking.configuration import configuration  # noqa: PLC0415
    from feedscript.entrypoints.checking.credentials import PART as CREDENTIALS_PART  # noqa: PLC0415
    from feedscript.entrypoints.checking.credentials import callers, secrets  # noqa: PLC0415

    parts: dict[str, Callable[[], Iterable[Finding]]] = {
        SETTINGS_PART: lambda: here(settings),
        FOLDERS_PART: lambda: standing(settings),
        DISK_PART: lambda: room(settings),
        SCRIPTS_PART: lambda: chain(programs(settings), variables(settings)),
        CREDENTIALS_PART: lambda: chain(secrets(settings, env_file), callers(settings)),
        CONFIG_PART: lambda: configuration(settings.config_dir),
    }
    kept = list(database(settings))
    yield from kept
    if any(each.level is Level.ERROR for each in kept):
        del parts[CREDENTIALS_PART]  # the callers' keys are in it
    unusable = False
    for part, look in parts.items():
        found = list(look())
        unusable |= part == FOLDERS_PART and any(each.level is Level.ERROR for each in found)
        yield from found or [Finding(Level.OK, part, "nothing is wrong")]
    if not offline and not unusable:
        yield from _store(settings, more_buckets)


def _store(settings: Settings, more_buckets: tuple[str, ...]) -> Iterator[Finding]:
    from feedscript.entrypoints.checking.objects import PART, buckets, no_bucket  # noqa: PLC0415
    from feedscript.entrypoints.container import wired  # noqa: PLC0415

    names = tuple(dict.fromkeys((*settings.named_buckets, *more_buckets)))
    if not names:
        # A local store is a folder, which was looked at, and makes its buckets itself.
        if settings.adapters or settings.object_store != "local":
            yield no_bucket(settings)
        return
    try:
        store = wired(settings).objects()
    except BadSettings as error:
        yield Finding(Level.ERROR, PART, str(error))
        return
    yield from buckets(store, names)


def tell_of_buckets(settings: Settings) -> None:
    """Have the log told of buckets of S3 that are known and not as they should be, by a process nobody waits for."""
    if settings.adapters or settings.object_store != "s3" or not settings.named_buckets:
        return
    child = os.fork()
    if child:
        os.waitpid(child, 0)
    elif os.fork():
        os._exit(0)  # so that whoever serves has no child to see to
    else:
        try:
            for finding in _store(settings, ()):
                if finding.level is not Level.OK:
                    logger.warning("%s", finding)
        finally:
            os._exit(0)
