"""Validates a feed: what callers use, without the engine until it is used."""

import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.profiles.countries import country_code
from feedscript.feeds.readers.survey import is_plain_text, start_survey
from feedscript.feeds.validation.origin import read_origin

if TYPE_CHECKING:
    from feedscript.feeds.engine.paths import AnyPath
    from feedscript.feeds.engine.progress import OnProgress
    from feedscript.feeds.policy import Policy
    from feedscript.feeds.readers.options import SourceOptions
    from feedscript.feeds.validation.report import Report


def validate(
    source: "AnyPath",
    *,
    uri: str | None = None,
    profile: str = "google",
    country: str = "US",
    as_of: datetime | None = None,
    policy: "Policy | None" = None,
    options: "SourceOptions | None" = None,
    limits: Limits | None = None,
    findings: "AnyPath | None" = None,
    progress: "OnProgress | None" = None,
    workdir: "AnyPath | None" = None,
    manifest: "AnyPath | None" = None,
    digest: bool = True,
) -> "Report":
    """Check a feed against a partner's profile.

    `uri` is how the report names the source. `country` is the one that the feed is for (ISO 3166, two letters).
    `as_of` (now, if None) is the moment that date rules count from. `options` is what the merchant says of the source.
    `findings` is where every finding is written,
    as gzipped JSON Lines; the report holds samples. Temporary files go below `workdir`. `manifest` is that of a
    generated feed, if there is one: if it is this feed's, the report tells what its generation lost. With `digest` the
    report tells the source's SHA-256; without, it has None for it, and a large feed takes a tenth less time. Raises
    UnknownProfile, UnknownCountry, SourceUnavailable and SourceUnreadable; every defect of the feed itself is a finding
    in the report.
    """
    started = time.monotonic()
    source, country, limits = Path(source), country_code(country), limits or Limits()
    # To import the engine takes a new process as long as to check a hundred thousand items. Meanwhile the file is
    # read and hashed, and a DuckDB is opened once its own part is there.
    origin = read_origin(Path(manifest)) if manifest is not None else None
    wanted = digest or origin is not None
    lines = is_plain_text(source)
    survey = start_survey(source, digest=wanted, lines=lines) if wanted or lines else None
    from feedscript.feeds.engine.connection import connecting  # noqa: PLC0415
    from feedscript.feeds.engine.ready import READY_ENGINE, SMALL_BYTES  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="feedscript-", dir=workdir) as folder, ExitStack() as held:
        small = lines and source.stat().st_size <= SMALL_BYTES
        ready = READY_ENGINE.of_child(limits, Path(folder)) if small else None
        opening = held.enter_context(connecting(limits, Path(folder), ready))
        from feedscript.feeds.validation.checking import check  # noqa: PLC0415

        return check(
            source,
            survey,
            opening,
            started=started,
            uri=uri or str(source),
            profile=profile,
            country=country,
            as_of=as_of or datetime.now(UTC),
            policy=policy,
            options=options,
            origin=origin,
            limits=limits,
            findings=None if findings is None else Path(findings),
            progress=progress,
            workdir=Path(folder),
            is_ready=ready is not None,
        )
