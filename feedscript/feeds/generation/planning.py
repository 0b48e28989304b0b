"""What becomes of a source: rules for the canonical attributes, and the columns that they match."""

from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, replace
from pathlib import Path

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.generation.errors import UnknownAttribute
from feedscript.feeds.generation.lists import stage_lists
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
    with_currency,
    with_said,
)
from feedscript.feeds.mapping.operations import Joined, Operation
from feedscript.feeds.mapping.rows.looking_up import Origin
from feedscript.feeds.mapping.rows.preparation import Preparation
from feedscript.feeds.mapping.rows.resolution import prepare_rows
from feedscript.feeds.profiles import Attribute, Profile, load_profile
from feedscript.feeds.profiles.header import read_header
from feedscript.feeds.profiles.index import CANONICAL
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.rules.rule import attribute_rule
from feedscript.feeds.writers.cells import canonical_attributes, is_mappable


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
            and attribute_rule(self.profile, attribute, "missing_required").severity == "error"
            and not any(_is_given(each, self.matches) for each in _alternatives(self.profile, attribute))
        )

    def refuse_missing(self) -> None:
        """Raise what has to be said or mapped before a feed can be made."""
        if self.not_said:
            raise self.not_said
        if self.missing:
            raise AttributesUnmatched(self.missing, self.matches.columns)


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
    refuse_unknown(profile, mapping)
    preset = recognised(staged.columns, options.platform)
    known = preset.mapping_for(staged.columns).within_bounds_of(profile) if preset else Mapping()
    asked = mapping.over(known)
    currency = options.currency or (preset.currency if preset else None)
    asked, unsaid = with_said(asked, replace(options, currency=currency), staged.columns)
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
    if currency:
        matches = with_currency(matches, currency)
    return Plan(profile, canonical, declared, preset, preparation, lists, rules, matches, unsaid)


def refuse_unknown(profile: Profile, mapping: Mapping) -> None:
    """Raise UnknownAttribute where a mapping gives what neither the canonical product nor the partner has."""
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
