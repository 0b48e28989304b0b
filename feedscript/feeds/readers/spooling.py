"""Content that a reader needs as a file."""

import re
from pathlib import Path

from feedscript.feeds.readers.compression import contents
from feedscript.feeds.readers.intake import Intake, Stopped

_GLOB = re.compile(r"[*?\[\]{}]")


def spool(intake: Intake) -> Path:
    """The uncompressed content in a file of its own, up to where the source breaks or a limit is passed."""
    path = intake.workdir / "content"
    with path.open("wb") as file:
        try:
            for chunk in contents(intake):
                file.write(chunk)
        except Stopped as stopped:
            intake.stop(stopped)
    return path


def plainly_named(intake: Intake, path: Path) -> Path:
    """The path, or a link to it where its name would mean a pattern to DuckDB."""
    if not _GLOB.search(str(path)):
        return path
    link = intake.workdir / "source"
    if not link.is_symlink():
        link.symlink_to(path.resolve())
    return link
