"""What an attempt to generate leaves: the whole feed with all beside it, or no feed and an error that tells why."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from feedscript.feeds.engine.errors import NoRoom, SourceUnreadable
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.refusals import refused_writing
from feedscript.feeds.generation.errors import DestinationUnwritable, LimitPassed, TooManyRejected
from feedscript.feeds.generation.publishing import Shelf
from feedscript.feeds.readers.intake import Stopped


@contextmanager
def whole_or_nothing(shelf: Shelf, uri: str, limits: Limits) -> Iterator[None]:
    """See that nothing half done is left at the feed's place, and tell what goes wrong as a FeedError.

    Of items too many of which were rejected the lists are left, for whoever has to mend them.
    """
    destination = shelf.feed
    try:
        shelf.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DestinationUnwritable(destination, error.strerror or str(error)) from error
    try:
        try:
            yield
        except TooManyRejected as error:
            error.files = shelf.put_rejects()
            raise
    except Stopped as stopped:
        raise SourceUnreadable(uri, stopped.reason) from stopped
    except duckdb.InterruptException as error:
        raise LimitPassed(uri, f"it took longer than {limits.max_seconds:g} s (max_seconds)") from error
    except duckdb.OutOfMemoryException as error:
        raise LimitPassed(uri, "it needed more memory or temporary disk than the limits allow") from error
    except duckdb.IOException as error:
        refused = refused_writing(error)
        if refused and not refused.file.is_relative_to(shelf.folder):
            raise NoRoom(refused.file.parent, refused.why) from error
        raise DestinationUnwritable(
            destination, refused.why if refused else str(error).splitlines()[0]
        ) from error
    except duckdb.Error as error:
        raise SourceUnreadable(uri, str(error).splitlines()[0]) from error
    except OSError as error:
        raise DestinationUnwritable(destination, error.strerror or str(error)) from error
    finally:
        shelf.clear()
