"""`stage`: a source of any format becomes one file that DuckDB can scan."""

import errno
from concurrent.futures import Future
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from types import MappingProxyType

from feedscript.feeds.engine.errors import NoRoom, SourceUnavailable
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.progress import OnProgress, silent
from feedscript.feeds.readers.compression import detect_compression, head_of_contents
from feedscript.feeds.readers.delimited import stage_delimited
from feedscript.feeds.readers.encoding import HEAD_BYTES, bom_of, declared_encoding, detect_encoding
from feedscript.feeds.readers.formats import detect_text_format, is_parquet, refuse_foreign
from feedscript.feeds.readers.intake import Follower, Intake, Meter, Stopped
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.shapes import Shapes
from feedscript.feeds.readers.staged import Fault, Staged
from feedscript.feeds.readers.survey import Survey

_DEFAULT_LIMITS = Limits()
_DETECTED = SourceOptions()
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_SHAPES: Shapes = MappingProxyType({})


def stage(
    source: Path,
    *,
    workdir: Path,
    uri: str | None = None,
    limits: Limits = _DEFAULT_LIMITS,
    shapes: Shapes = _NO_SHAPES,
    options: SourceOptions = _DETECTED,
    survey: Future[Survey] | None = None,
    progress: OnProgress = silent,
    verbatim: bool = False,
    follower: Follower | None = None,
) -> Staged:
    """Make a source ready for one scan, whatever its format, encoding and compression.

    `workdir` is an empty folder of the caller's, for the files made on the way; it must outlive the scan. `shapes`
    gives each attribute with sub-attributes their order in its text form. `options` is what the merchant says of the
    source. `survey` is what is being told of the source's bytes, if somebody has begun to. `verbatim` keeps the white
    space around the texts of XML, as it is kept of every other format, for those who tell what they trim: to judge
    values it is only a burden. `follower` is told of a file that is written while the source is read. What is wrong
    with the file is in `Staged.faults`, and what could be read before it is staged.

    Raises `SourceUnavailable` where there is no such file, it is a pipe or a device, or it may not be read, and
    `NoRoom` where the disk of `workdir` is full.
    """
    name = uri if uri is not None else str(source)
    try:
        status = source.stat()
        if not S_ISREG(status.st_mode) and not S_ISDIR(status.st_mode):
            raise SourceUnavailable(
                name, "Not a regular file: a feed is read more than once, so write it to a file first"
            )
        with source.open("rb") as file:
            head = file.read(HEAD_BYTES)
        size = status.st_size
    except OSError as error:
        raise SourceUnavailable(name, error.strerror or str(error)) from error
    intake = Intake(
        path=source,
        uri=name,
        workdir=workdir,
        size=size,
        survey=survey,
        compression=detect_compression(head),
        limits=limits,
        shapes=shapes,
        options=options,
        meter=Meter(limits, size, progress),
        verbatim=verbatim,
        follower=follower,
    )
    try:
        return _stage_content(intake)
    except Stopped as stopped:
        intake.stop(stopped)
        return _nothing(intake)
    except OSError as error:
        cause = error.strerror or str(error)
        if error.errno in _FULL:
            raise NoRoom(workdir, cause) from error
        raise SourceUnavailable(name, cause) from error


def _stage_content(intake: Intake) -> Staged:
    head = head_of_contents(intake, HEAD_BYTES)
    refuse_foreign(head)
    # Only the reader of the source's own format is imported: all take as long as to check ten thousand items.
    if is_parquet(head):
        from feedscript.feeds.readers.parquet import stage_parquet  # noqa: PLC0415 - as said

        return stage_parquet(intake)
    detected = detect_encoding([head], intake.options.encoding)
    text = head.removeprefix(bom_of(head)).decode(detected.codec, "replace")
    if not text.strip("\ufeff\0 \t\r\n"):
        raise Stopped("the feed is empty", Fault("empty_file", "the feed is empty: not a single character"))
    match detect_text_format(text):
        case "xml":
            from feedscript.feeds.readers.markup import stage_markup  # noqa: PLC0415 - as said

            return stage_markup(intake, text, declared_encoding(head, detected, intake.faults))
        case "json":
            from feedscript.feeds.readers.json_feed import stage_json  # noqa: PLC0415 - as said

            return stage_json(intake, text, detected)
        case _:
            return stage_delimited(intake)


def _nothing(intake: Intake) -> Staged:
    """What is staged of a source that holds no feed: an empty file without a column."""
    path = intake.workdir / "nothing"
    path.touch()
    return Staged(
        path=path,
        delimiter=",",
        quote='"',
        escape='"',
        skip_lines=0,
        columns=(),
        line_column=None,
        source=intake.source("unknown"),
        faults=intake.faults,
        complete=False,
        stopped_reason=intake.stopped_reason,
    )
