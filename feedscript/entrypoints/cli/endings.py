"""How a command about feeds ends: 0 as wished, 1 not so, 2 wrongly called or configured, 3 not read or not written."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from feedscript.feeds import FeedError, SourceUnavailable, SourceUnreadable
from feedscript.feeds.engine.errors import BadConfig
from feedscript.feeds.writers.file_form import WrongEnding

REFUSED, WRONG, UNREADABLE = 1, 2, 3


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """End with what the engine says is wrong, on stderr, and the exit code that goes with it."""
    try:
        yield
    except (BadConfig, WrongEnding) as error:
        fail(str(error), WRONG)
    except (SourceUnavailable, SourceUnreadable) as error:
        fail(str(error), UNREADABLE)
    except FeedError as error:
        from feedscript.feeds.generation import DestinationUnwritable, LimitPassed  # noqa: PLC0415 - only where needed

        fail(str(error), UNREADABLE if isinstance(error, DestinationUnwritable | LimitPassed) else REFUSED)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}", UNREADABLE)


def fail(message: str, code: int) -> None:
    """Say what is wrong, and end."""
    click.echo(f"feedscript: {message}", err=True)
    sys.exit(code)
