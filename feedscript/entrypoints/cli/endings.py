"""How a command about feeds ends: 0 as wished, 1 not so, 2 wrongly called or configured, 3 not read or not written.

Where a signal ends it, it is 128 and the signal's number, as shells have it.
"""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from feedscript.feeds import FeedError, SourceUnavailable, SourceUnreadable
from feedscript.feeds.engine.deadline import Stopping
from feedscript.feeds.engine.errors import BadConfig, Unwritable
from feedscript.feeds.writers.file_form import WrongEnding

REFUSED, WRONG, UNREADABLE = 1, 2, 3
_STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stoppable() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end what is done here as an error does: what it has put aside is cleared away."""
    stopped: list[int] = []

    def stop(number: int, _: Any) -> None:
        stopped.append(number)
        # Where what is raised here is not heard.
        Stopping.asked = True
        raise KeyboardInterrupt

    # Whoever starts a command in the background has it ignore Ctrl-C.
    heard = [each for each in _STOPPING if signal.getsignal(each) is not signal.SIG_IGN]
    is_main = threading.current_thread() is threading.main_thread()
    before = {each: signal.signal(each, stop) for each in heard} if is_main else {}
    try:
        yield
    except BaseException:
        # The engine tells of an interruption in words of its own.
        if stopped:
            fail(f"stopped by {signal.Signals(stopped[0]).name}", 128 + stopped[0])
        raise
    finally:
        Stopping.asked = False
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """End with what the engine says is wrong, on stderr, and the exit code that goes with it."""
    try:
        with stoppable():
            yield
    except (BadConfig, WrongEnding) as error:
        fail(str(error), WRONG)
    except (SourceUnavailable, SourceUnreadable) as error:
        fail(str(error), UNREADABLE)
    except FeedError as error:
        from feedscript.feeds.generation import LimitPassed  # noqa: PLC0415 - only where needed

        fail(str(error), UNREADABLE if isinstance(error, Unwritable | LimitPassed) else REFUSED)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}", UNREADABLE)


def fail(message: str, code: int) -> None:
    """Say what is wrong, and end."""
    click.echo(f"feedscript: {message}", err=True)
    sys.exit(code)
