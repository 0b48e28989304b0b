"""What the terminal shows while a file is read or written."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from feedscript.feeds import Progress as FeedProgress
from feedscript.feeds.engine.progress import OnProgress


@contextmanager
def following(first: str) -> Iterator[OnProgress]:
    """Whom to tell of progress, which a terminal shows as a bar on stderr; `first` is what is done first."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        task = bar.add_task(first, total=None)

        def show(moment: FeedProgress) -> None:
            bar.update(task, description=moment.message, completed=moment.bytes, total=moment.total_bytes)

        yield show
