"""What the terminal shows while a file is read or written."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from feedscript.feeds import Progress as FeedProgress
from feedscript.feeds.engine.progress import OnProgress, silent


@contextmanager
def following(first: str) -> Iterator[OnProgress]:
    """Whom to tell of progress, which a terminal shows as a bar on stderr; `first` is what is done first."""
    if not sys.stderr.isatty():
        yield silent
        return
    # It takes a tenth of a small validation to import.
    from rich.console import Console  # noqa: PLC0415 - as said
    from rich.progress import (  # noqa: PLC0415 - as said
        BarColumn,
        DownloadColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(first, total=None)

        def show(moment: FeedProgress) -> None:
            bar.update(task, description=moment.message, completed=moment.bytes, total=moment.total_bytes)

        yield show
