"""Generation: a merchant's export becomes a partner's feed, streamed, and published whole or not at all."""

import json
import tempfile
import time
from collections.abc import Mapping as AbstractMapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from feedscript.feeds.engine.endings import REJECTS_TABLE_ENDING
from feedscript.feeds.engine.errors import SourceUnreadable
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.paths import AnyPath
from feedscript.feeds.engine.progress import OnProgress, Progress, silent
from feedscript.feeds.generation.deltas import write_deltas
from feedscript.feeds.generation.errors import (
    DestinationUnwritable,
    EmptyFeed,
    TooManyRejected,
    TooMuchLost,
)
from feedscript.feeds.generation.excluding import Rejects, Standard
from feedscript.feeds.generation.fingerprint import fingerprint
from feedscript.feeds.generation.generated import Generated
from feedscript.feeds.generation.manifest import manifest_of
from feedscript.feeds.generation.planning import plan, refuse_unknown
from feedscript.feeds.generation.publishing import Guard, Shelf, last_published
from feedscript.feeds.generation.source_form import in_its_form
from feedscript.feeds.generation.whole_or_nothing import whole_or_nothing
from feedscript.feeds.generation.writing import Writing
from feedscript.feeds.mapping import (
    Mapping,
)
from feedscript.feeds.profiles import load_profile
from feedscript.feeds.profiles.countries import country_code
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.readers.survey import is_plain_text, start_survey
from feedscript.feeds.scanning.account import Account, account_of
from feedscript.feeds.writers.file_form import file_form, naming_advice
from feedscript.feeds.writers.numbering import Numbering, asks_for_numbers, read_numbering
from feedscript.feeds.writers.placeholders import refuse_missing

#: The part of a source's records that may be lost before no feed is made of the others.
MAX_LOST_RATIO = 0.01


def _shelf(destination: Path) -> Shelf:
    if destination.exists() and not destination.is_file():
        # Putting a feed there would replace a device or a pipe for everybody.
        raise DestinationUnwritable(destination, "it is no regular file")
    return Shelf(destination)


def generate(
    source: AnyPath,
    destination: AnyPath,
    *,
    uri: str | None = None,
    profile: str = "google",
    mapping: Mapping | None = None,
    names: AbstractMapping[str, str] = MappingProxyType({}),
    options: SourceOptions = SourceOptions(),  # noqa: B008 - frozen
    max_lost_ratio: float = MAX_LOST_RATIO,
    standard: Standard | None = None,
    guard: Guard = Guard(),  # noqa: B008 - frozen
    deltas: bool = False,
    feed_uri: str | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    progress: OnProgress = silent,
) -> Generated:
    """Write the items of `source`, in any format, as a feed of `profile`, in the form of file that the name asks for.

    `mapping` speaks before the known synonyms, `options` before what is detected of the source. `names` are what the
    partner's file tells of the merchant in lines of its own. Of the source's records at most the part `max_lost_ratio`
    may be unreadable. Items with errors by `standard` are left out of the feed, and listed beside it. `guard` says how
    far it may fall below the last one, of which the manifest beside it tells. With `deltas` what changed against the
    last one is listed too. `feed_uri` is how the manifest names the feed. Where the partner takes numbers for ids,
    which number stands for which is kept beside the feed (`<destination>.numbers.json`). A destination whose name
    differs from the last feed's by the day alone is of the same series: numbers and the last manifest are the series'.
    Raises a FeedError before a feed is published where the source cannot be read whole or has no item, too much of
    it is lost or rejected, too few items are left, a required attribute has no column, the mapping names what does not
    exist, or the destination's name promises another format. Where too many items are rejected they are listed all the
    same, beside the feed that lies there.
    """
    began = time.monotonic()
    source, destination = Path(source), Path(destination)
    standard = standard or Standard()
    standard = replace(standard, country=country_code(standard.country))
    shelf = _shelf(destination)
    target = load_profile(profile)
    form = file_form(target, destination.name)
    refuse_missing(form.file, names)
    own = mapping or Mapping()
    refuse_unknown(target, own)
    numbering = read_numbering(shelf.numbers) if asks_for_numbers(target) else Numbering()
    options = in_its_form(source, uri or source.name, options, limits)
    with tempfile.TemporaryDirectory(prefix="feedscript-") as workdir:
        staged = stage(
            source,
            uri=uri,
            workdir=Path(workdir),
            limits=limits,
            shapes=target.shapes,
            options=options,
            survey=start_survey(source, lines=is_plain_text(source)),
            progress=progress,
            verbatim=True,
        )
        if not staged.complete:
            raise SourceUnreadable(staged.source.uri, staged.stopped_reason or "it ends early")
        if not staged.columns:
            raise EmptyFeed(staged.source.uri, account_of(staged, None, 0))
        planned = plan(staged, target, own, options, (source, Path(workdir), limits))
        planned.refuse_missing()
        writing = Writing(
            rules=planned.rules,
            preparation=planned.preparation,
            lists=planned.lists,
            matches=planned.matches,
            profile=target,
            canonical=planned.canonical,
            declared=planned.declared,
            declared_currency=options.currency,
            standard=standard,
            names=names,
            numbering=numbering,
            limits=limits.since(began),
            workdir=Path(workdir),
            progress=progress,
        )

        def accept(account: Account, rejects: Rejects) -> None:
            if not account.items:
                raise EmptyFeed(staged.source.uri, account)
            if account.share_lost > max_lost_ratio:
                raise TooMuchLost(staged.source.uri, account, max_lost_ratio)
            if rejects.total == account.items or rejects.share > standard.max_rejected_ratio:
                listed = (feed_uri or str(destination)) + REJECTS_TABLE_ENDING
                most = standard.max_rejected_ratio
                raise TooManyRejected(staged.source.uri, rejects, target.id, most, listed=listed)
            before = last_published(shelf.last_manifest)
            guard.accept(feed_uri or str(destination), account.items - rejects.total, before)

        with whole_or_nothing(shelf, staged.source.uri, limits):
            written = writing.write(staged, shelf, form, accept)
            if written.numbering != numbering:
                shelf.partial(shelf.numbers).write_text(written.numbering.text(), "utf-8")
            feeds = tuple(each.name for each in written.feed.files)
            generated = Generated(
                profile=target,
                account=written.account,
                repairs=written.repairs,
                rejects=written.rejects if standard.exclude else None,
                matched=planned.matches.used,
                unmatched=planned.matches.unused,
                faults=dict(staged.faults.totals),
                source=staged.source,
                mapping_sha256=fingerprint(planned.rules, planned.declared, options),
                preset=planned.preset.name if planned.preset else None,
                changes=write_deltas(shelf, target, limits.since(began), Path(workdir))
                if deltas and len(feeds) == 1
                else None,
                warnings=tuple(
                    advice
                    for advice in (
                        naming_advice(form, destination.name, names),
                        written.numbering.advice(numbering, shelf.numbers.name),
                    )
                    if advice
                ),
            )
            shards = [shelf.folder / name for name in feeds]
            document = manifest_of(generated, *shards, uri=feed_uri or destination.name)
            text = json.dumps(document, ensure_ascii=False, indent=1)
            for manifest in {shelf.manifest, shelf.last_manifest}:
                shelf.partial(manifest).write_text(text, encoding="utf-8")
            generated = replace(generated, files=shelf.put(feeds))
    size = staged.source.bytes
    progress(Progress(written.account.items, size, size, "written"))
    return generated
