"""`feedscript worker`: one of the hosts that run the scripts, beside any number of `feedscript serve`."""

import logging
import signal
import sys
import threading

import click

from feedscript.domain import FeedscriptError
from feedscript.entrypoints.checking.deployment import tell_of_buckets
from feedscript.entrypoints.http import container_or_exit
from feedscript.entrypoints.log import set_up_log
from feedscript.entrypoints.secrecy import hide_secrets
from feedscript.entrypoints.settings import BadSettings, end_with, settings_or_exit

logger = logging.getLogger(__name__)

EX_IOERR = 74


@click.command()
def worker() -> None:
    """Run scripts on this host, at most MAX_CONCURRENT_SCRIPTS at a time, for all that share DATABASE_URL.

    Needs EXECUTOR=procrastinate. Any number of hosts may; on one host, another worker takes over when this one ends.
    SIGTERM claims nothing more and waits DRAIN_GRACE seconds; scripts that still run go on, and the next worker of this
    host adopts them.

    Exits with 2 for settings that cannot be used, 74 for storage.
    """
    settings = settings_or_exit()
    if settings.executor != "procrastinate":
        end_with(
            BadSettings(
                "a worker needs EXECUTOR=procrastinate; without it `feedscript serve` runs the scripts."
            )
        )
    set_up_log(settings)
    hide_secrets()
    tell_of_buckets(settings)
    container = container_or_exit(settings)
    container.works.override(True)  # noqa: FBT003 - takes no keyword
    try:
        service, executor = container.service(), container.executor()
    except (FeedscriptError, OSError) as error:
        logger.critical("the worker cannot start: %s", error)
        sys.exit(EX_IOERR)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    executor.start(service)
    logger.info("runs at most %s scripts at a time", settings.max_concurrent_scripts)
    stopping.wait()
    executor.stop(settings.drain_grace)
