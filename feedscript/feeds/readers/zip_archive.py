"""Zip archives: the one feed in them, or why there is none that can be read."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from feedscript.feeds.readers.intake import Stopped
from feedscript.feeds.readers.staged import Fault
from feedscript.feeds.readers.streams import CORRUPT, broken, step_after

_CLUTTER = ("__MACOSX/", ".DS_Store", "Thumbs.db")
_ENCRYPTED = 0x1
_NAMED = 5
# zipfile decodes names as the file's flags say, and refuses what it does not know with errors of other kinds.
_CORRUPT = (*CORRUPT, zipfile.BadZipFile, NotImplementedError, RuntimeError, UnicodeDecodeError)


def unzip(path: Path, member: str | None) -> Iterator[tuple[int, bytes]]:
    """Pairs of (bytes of the file read so far, content) of the feed in a zip file, `member` if there are several.

    Raises `Stopped` where the archive is damaged, or does not hold one feed that can be read.
    """
    try:
        archive = zipfile.ZipFile(path)
    except _CORRUPT as error:
        raise broken(f"the zip file is damaged or cut off: {error}") from error
    with archive:
        entry = _readable(_feed_entry(archive, member))
        try:
            with archive.open(entry) as content:
                produced = 0
                while chunk := content.read(step_after(produced)):
                    produced += len(chunk)
                    share = min(1.0, produced / max(1, entry.file_size))
                    yield max(1, int(entry.compress_size * share)), chunk
        except _CORRUPT as error:
            raise broken(f"{entry.filename!r} in the zip file is damaged: {error}") from error


def no_single_feed(message: str) -> Stopped:
    """Why reading ends at a compressed file that is whole, but does not hold one feed that can be read."""
    return Stopped(message, Fault("bad_archive", message, value=message))


def _feed_entry(archive: zipfile.ZipFile, member: str | None) -> zipfile.ZipInfo:
    """The one file in the archive that is a feed: the one that the merchant names, else the only one."""
    entries = [
        entry for entry in archive.infolist() if not entry.is_dir() and not _is_clutter(entry.filename)
    ]
    if any(entry.filename == "[Content_Types].xml" for entry in entries):
        message = "this is an office document (such as an Excel workbook), not a feed; export it as CSV"
        raise Stopped(message, Fault("wrong_format", message, value=message))
    if not entries:
        raise no_single_feed("the zip file is empty: it holds no file")
    names = ", ".join(repr(entry.filename) for entry in entries[:_NAMED])
    more = ", ..." if len(entries) > _NAMED else ""
    if member is not None:
        named = [entry for entry in entries if member in (entry.filename, Path(entry.filename).name)]
        if len(named) == 1:
            return named[0]
        found = "more than one" if named else "no"
        raise no_single_feed(
            f"the zip file holds {found} file {member!r} (source: member), but {names}{more}; give the whole name"
        )
    if len(entries) > 1:
        raise no_single_feed(
            f"the zip file holds {len(entries)} files ({names}{more}); send the feed alone, or name it in the"
            " merchant's file, as source: {member: " + entries[0].filename + "}"
        )
    return entries[0]


def _readable(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    if entry.flag_bits & _ENCRYPTED:
        raise no_single_feed(
            f"{entry.filename!r} in the zip file is encrypted with a password; send it without one"
        )
    if entry.compress_type not in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
        zipfile.ZIP_BZIP2,
        zipfile.ZIP_LZMA,
    ):
        raise no_single_feed(
            f"{entry.filename!r} in the zip file is packed by method {entry.compress_type} (such as 9, Deflate64),"
            " which is not read here; pack it with Deflate, or as .gz"
        )
    return entry


def _is_clutter(name: str) -> bool:
    return name.startswith(_CLUTTER[0]) or Path(name).name in _CLUTTER[1:]
