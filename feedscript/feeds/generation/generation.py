"""Generation: a merchant's export becomes a partner's feed, streamed, and published whole or not at all."""

import json
import tempfile
from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, replace
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
    UnknownAttribute,
)
from feedscript.feeds.generation.excluding import Rejects, Standard
from feedscript.feeds.generation.fingerprint import fingerprint
from feedscript.feeds.generation.generated import Generated
from feedscript.feeds.generation.lists import stage_lists
from feedscript.feeds.generation.manifest import manifest_of
from feedscript.feeds.generation.publishing import Guard, Shelf, last_published
from feedscript.feeds.generation.source_form import in_its_form
from feedscript.feeds.generation.whole_or_nothing import whole_or_nothing
from feedscript.feeds.generation.writing import Writing
from feedscript.feeds.mapping import (
    AttributesUnmatched,
    Mapping,
    Matches,
    NotSaid,
    Preset,
    Rule,
    is_list,
    known_repairs,
    match_columns,
    recognised,
    spoken_in,
    with_said,
)
from feedscript.feeds.mapping.operations import Joined, Operation
from feedscript.feeds.mapping.rows.looking_up import Origin
from feedscript.feeds.mapping.rows.preparation import Preparation
from feedscript.feeds.mapping.rows.resolution import prepare_rows
from feedscript.feeds.profiles import Attribute, Profile, load_profile
from feedscript.feeds.profiles.countries import country_code
from feedscript.feeds.profiles.header import read_header
from feedscript.feeds.profiles.index import CANONICAL
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.readers.survey import start_survey
from feedscript.feeds.scanning.account import Account, account_of
from feedscript.feeds.writers.cells import canonical_attributes, is_mappable
from feedscript.feeds.writers.file_form import file_form, naming_advice
from feedscript.feeds.writers.numbering import Numbering, asks_for_numbers, read_numbering
from feedscript.feeds.writers.placeholders import refuse_missing

#: The part of a source's records that may be lost before no feed is made of the others.
MAX_LOST_RATIO = 0.01


@dataclass(frozen=True)
class Plan:
    """What becomes of a staged source: the rules for the canonical attributes, and the columns that they match.

    `unsaid` is what the merchant's file has to say of the shop, each with the attributes that need it.
    """

    profile: Profile
    canonical: AbstractMapping[str, Attribute]
    declared: dict[str, str]
    preset: Preset | None
    preparation: Preparation
    lists: AbstractMapping[Origin, Staged]
    rules: Mapping
    matches: Matches
    unsaid: AbstractMapping[str, tuple[str, ...]]

    @property
    def not_said(self) -> NotSaid | None:
        """What is wrong where the merchant's file leaves something unsaid."""
        return NotSaid(self.unsaid, self.preset.title if self.preset else None) if self.unsaid else None

    @property
    def missing(self) -> tuple[str, ...]:
        """The partner's attributes that every item must have, and that nothing gives."""
        return tuple(
            attribute.name
            for attribute in self.profile.attributes
            if attribute.required
            and attribute.mark_of("missing_required") != "unconfirmed"
            and not any(_is_given(each, self.matches) for each in _alternatives(self.profile, attribute))
        )

    def refuse_missing(self) -> None:
        """Raise what has to be said or mapped before a feed can be made."""
        if self.not_said:
            raise self.not_said
        if self.missing:
            raise AttributesUnmatched(self.missing, self.matches.columns)


def _shelf(destination: Path) -> Shelf:
    if destination.exists() and not destination.is_file():
        # Putting a feed there would replace a device or a pipe for everybody.
        raise DestinationUnwritable(destination, "it is no regular file")
    return Shelf(destination)


def plan(
    staged: Staged,
    profile: Profile,
    mapping: Mapping,
    options: SourceOptions,
    place: tuple[Path, Path, Limits],
) -> Plan:
    """What becomes of the source, in a feed of the profile, under the merchant's own mapping.

    `place` is the source, a work folder and the limits, for lists that row steps look values up in. Attributes
    that need what `options` do not say are not given. Raises
    UnknownAttribute, UnknownRowColumn and UnknownColumn.
    """
    canonical = canonical_attributes(profile, load_profile(CANONICAL))
    _refuse_unknown(profile, mapping)
    preset = recognised(staged.columns, options.platform)
    known = preset.mapping_for(staged.columns).within_bounds_of(profile) if preset else Mapping()
    asked = mapping.over(known)
    asked, unsaid = with_said(asked, options, staged.columns, preset.currency if preset else None)
    lists = stage_lists(asked.rows, *place, options)
    looked_up = {origin: each.columns for origin, each in lists.items()}
    preparation = prepare_rows(asked.rows, staged.columns, options.decimal, looked_up)
    declared = _declared(canonical, preparation.columns, mapping)
    within = preset.within if preset else ()
    spoken = spoken_in(preparation.columns, within)
    usual = asked.over(known_repairs().called(spoken.names).within_bounds_of(profile))
    rules = _rules(canonical, usual, declared, commas_part=staged.line_column is None)
    rules = rules.with_decimal(options.decimal).with_languages(spoken.languages)
    matches = match_columns(preparation.columns, rules, within, options.decimal)
    return Plan(profile, canonical, declared, preset, preparation, lists, rules, matches, unsaid)


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
    feed that lies there is listed too. `feed_uri` is how the manifest names the feed. Where the partner takes numbers
    for ids, which number stands for which is kept beside the feed (`<destination>.numbers.json`).
    Raises a FeedError before a feed is published where the source cannot be read whole or has no item, too much of
    it is lost or rejected, too few items are left, a required attribute has no column, the mapping names what does not
    exist, or the destination's name promises another format. Where too many items are rejected they are listed all the
    same, beside the feed that lies there.
    """
    source, destination = Path(source), Path(destination)
    standard = standard or Standard()
    standard = replace(standard, country=country_code(standard.country))
    shelf = _shelf(destination)
    target = load_profile(profile)
    form = file_form(target, destination.name)
    refuse_missing(form.file, names)
    own = mapping or Mapping()
    _refuse_unknown(target, own)
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
            survey=start_survey(source),
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
            limits=limits,
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
            before = last_published(shelf.manifest)
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
                changes=write_deltas(shelf, target, limits, Path(workdir))
                if deltas and len(feeds) == 1
                else None,
                warnings=tuple(filter(None, [naming_advice(form, destination.name, names)])),
            )
            shards = [shelf.folder / name for name in feeds]
            document = manifest_of(generated, *shards, uri=feed_uri or destination.name)
            text = json.dumps(document, ensure_ascii=False, indent=1)
            shelf.partial(shelf.manifest).write_text(text, encoding="utf-8")
            generated = replace(generated, files=shelf.put(feeds))
    size = staged.source.bytes
    progress(Progress(written.account.items, size, size, "written"))
    return generated


def _refuse_unknown(profile: Profile, mapping: Mapping) -> None:
    for name in mapping.attributes:
        if not is_mappable(name, profile):
            raise UnknownAttribute(name, profile.id)


def _declared(
    canonical: AbstractMapping[str, Attribute], columns: tuple[str, ...], mapping: Mapping
) -> dict[str, str]:
    """The columns such as `shipping(country:price)`, by attribute: their title goes with their values."""
    header = read_header(replace(load_profile(CANONICAL), attributes=tuple(canonical.values())), columns)
    titles = {name: columns[places[0]] for name, places in header.columns.items()}
    return {
        name: title
        for name, title in titles.items()
        if "(" in title and canonical[name].parts and name not in mapping.attributes
    }


def _rules(
    canonical: AbstractMapping[str, Attribute],
    mapping: Mapping,
    declared: dict[str, str],
    *,
    commas_part: bool,
) -> Mapping:
    """A rule for every canonical attribute: of `mapping`, else its own name alone."""
    repeated = {name: each for name, each in canonical.items() if each.repeatable}
    own = {
        name: Rule(
            columns=(declared[name],) if name in declared else (),
            operations=(Joined.of(attribute, commas_part=commas_part),) if attribute.repeatable else (),
        )
        for name, attribute in canonical.items()
    }
    merged = mapping.over(Mapping(own))
    rules = {name: merged.attributes[name] for name in own}
    if not commas_part:
        # A rule that takes one value alone must not have it read as two.
        one = {
            name: Joined.of(attribute, commas_part=False, several=False)
            for name, attribute in repeated.items()
        }
        rules |= {
            name: _followed_by(rules[name], each) for name, each in one.items() if not is_list(rules[name])
        }
    return Mapping(rules, merged.inputs)


def _followed_by(rule: Rule, operation: Operation) -> Rule:
    return replace(rule, operations=(*(rule.operations or ()), operation))


def _alternatives(profile: Profile, attribute: Attribute) -> Iterator[Attribute]:
    yield attribute
    yield from map(profile.attribute, attribute.alternatives)


def _is_given(attribute: Attribute, matches: Matches) -> bool:
    return attribute.cell.constant is not None or attribute.origin in matches.attributes
