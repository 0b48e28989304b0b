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


def _address(_context: click.Context, _option: click.Parameter, given: str | None) -> tuple[str, int] | None:
    """Host and port of `[HOST:]PORT`, on this machine where no host is named."""
    if given is None:
        return None
    host, _, port = given.rpartition(":")
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 2**16:
        raise click.BadParameter(f"{given!r} is no port, and no host and port, such as 9108 or 10.0.0.5:9108")
    return host.strip("[]") or "127.0.0.1", int(port)


@click.command()
@click.option(
    "--metrics",
    metavar="[HOST:]PORT",
    callback=_address,
    help="Tell Prometheus at http://HOST:PORT/metrics what this worker records: starts, ends, how long both took. "
    "No key is asked for, so HOST is this machine unless another of its addresses is named.",
)
def worker(metrics: tuple[str, int] | None) -> None:
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
        if metrics:
            container.metrics().serve(*metrics)
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
