"""Feeds made for a partner that come in as sources: how they are read is derived from the partner's profile.

A profile says from which canonical attribute each column is written, and in what form; here that is turned round. What
a form leaves out (the currency of prices, the time of a day) is not known again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from feedscript.feeds.mapping.conditions import Combined, Comparison, Condition
from feedscript.feeds.mapping.document import known_repairs
from feedscript.feeds.mapping.model import Mapping as Rules
from feedscript.feeds.mapping.model import Rule
from feedscript.feeds.mapping.names import fold
from feedscript.feeds.mapping.operations import (
    Date,
    First,
    Listed,
    Operation,
    Range,
    Replace,
    ReplacePattern,
    UnlessSameAs,
    Url,
    Values,
    Without,
)
from feedscript.feeds.mapping.said import PLACEHOLDERS
from feedscript.feeds.mapping.template import Case, Part, Template
from feedscript.feeds.profiles.header import read_header
from feedscript.feeds.profiles.model import Attribute, Profile, Type

_CURRENCY = next(name for name in PLACEHOLDERS if name.endswith("currency"))
#: An input that holds when something ends, by the attribute that is a range of times.
_ENDS = "{}_end"
#: Forms that tell nothing but what another column tells better.
_TELLS_NOTHING = frozenset({"given", "serial"})
#: Forms that hold a part of a value, which other columns of the same attribute complete.
_PARTS = {"number": "unit", "begin": "end", "top": "below"}


@dataclass(frozen=True)
class Held:
    """An attribute of the partner, and the source's columns that hold it."""

    attribute: Attribute
    columns: tuple[str, ...]

    @property
    def column(self) -> str:
        """The first column."""
        return self.columns[0]

    @property
    def take(self) -> str | None:
        """What of the canonical value it holds."""
        return self.attribute.cell.take


def rules_for(profile: Profile, columns: tuple[str, ...]) -> Rules:
    """How the canonical attributes are had from a feed of this profile with these columns.

    What a feed calls as the canonical product does, and writes as it does, is left to what is known of all sources.
    """
    held = [*_held(profile, columns)]
    attributes: dict[str, Rule] = {}
    inputs = dict(_inputs(profile, held))
    for origin in dict.fromkeys(each.attribute.origin for each in held):
        attributes |= _rules_of(origin, [each for each in held if each.attribute.origin == origin], held)
    attributes |= _followers(held)
    return Rules({name: rule for name, rule in attributes.items() if not _is_usual(name, rule)}, inputs)


def _held(profile: Profile, columns: tuple[str, ...]) -> Iterator[Held]:
    found = read_header(profile, columns).columns
    for attribute in profile.attributes:
        cell = attribute.cell
        tells = cell.constant is None and not cell.members and cell.take not in _TELLS_NOTHING
        if tells and attribute.name in found:
            yield Held(attribute, tuple(columns[place] for place in found[attribute.name]))


def _is_usual(name: str, rule: Rule) -> bool:
    """Whether the rule says no more than that a column bears the attribute's name."""
    return (
        rule.operations is None and not rule.cases and all(fold(each) == fold(name) for each in rule.columns)
    )


def _inputs(profile: Profile, held: list[Held]) -> Iterator[tuple[str, Rule]]:
    told = [each for each in held if each.take == "currency"]
    amounts = any(each.take == "amount" for each in held)
    known = any(each.cell.take == "currency" for each in profile.attributes)
    usual = next((each.default_currency for each in profile.attributes if each.default_currency), None)
    if told:
        yield "currency", Rule(columns=(told[0].column,))
    elif amounts and not known:
        yield "currency", Rule(cases=(Case(Template((Part(_CURRENCY, is_column=True),))),))
    elif usual:
        yield "currency", Rule(constant=usual)
    for each in held:
        if each.take == "end":
            name = _ENDS.format(each.attribute.origin)
            yield name, Rule(columns=(each.column,), operations=_moment(each, "T23:59:59Z"))


def _rules_of(origin: str, own: list[Held], held: list[Held]) -> dict[str, Rule]:
    """The rules of one canonical attribute, and of what is written in its place where an item has it."""
    own = [each for each in own if each.take != "currency" and each.take not in _PARTS.values()]
    instead = [each for each in own if each.attribute.cell.instead not in (None, origin)]
    before = [each for each in own if each.attribute.cell.beside not in (None, origin)]
    plain = [each for each in own if each not in instead and each not in before]
    if not instead:
        return {origin: _rule(origin, plain or before, held)} if own else {}
    other, found = str(instead[0].attribute.cell.instead), instead[0].column
    if plain:
        unlike = Rule(columns=(found,), operations=(*_usual(other), UnlessSameAs(origin)))
        return {origin: _rule(origin, plain, held), other: unlike}
    if not before:
        return {origin: Rule(columns=(found,))}
    earlier = before[0].column
    case = Case(Template((Part(found, is_column=True),)), _present(earlier))
    return {origin: Rule(columns=(earlier, found)), other: Rule(cases=(case,))}


def _rule(origin: str, own: list[Held], held: list[Held]) -> Rule:
    """The rule of an attribute whose columns are these, the first of which says in what form."""
    first = own[0]
    cell, column = first.attribute.cell, first.column
    worded = [each for each in own if each.attribute.cell.words]
    if len(worded) > 1:
        return Rule(cases=tuple(_worded_cases(worded)), operations=())
    if cell.words:
        return Rule(columns=first.columns, operations=_unworded(cell.words))
    match cell.take:
        case "number":
            return Rule(cases=tuple(_with_unit(first, held)))
        case "begin":
            operations = (*_moment(first, "T00:00:00Z"), Range(_ENDS.format(origin)))
            return Rule(columns=(column,), operations=operations)
        case "top":
            return _with_levels_below(first, held)
    if cell.day is not None:
        return Rule(columns=(column,), operations=_moment(first, "T00:00:00Z"))
    if cell.followed_by is not None:
        return Rule(columns=(column,), operations=(First(cell.separator), Url()))
    return _plain(origin, own)


def _followers(held: list[Held]) -> Iterator[tuple[str, Rule]]:
    """What follows the first value in columns of several: further pictures."""
    for each in held:
        cell = each.attribute.cell
        if cell.followed_by is not None:
            most = each.attribute.max_values
            operations = (Listed(cell.separator, most), Url(), Without(each.attribute.origin))
            yield cell.followed_by, Rule(columns=(each.column,), operations=operations)


def _plain(origin: str, own: list[Held]) -> Rule:
    """The columns as they are: several places of one list, or the whole text before one that is cut."""
    columns = tuple(name for each in sorted(own, key=_rank) for name in each.columns)
    attribute = own[0].attribute
    signs = tuple(sign for sign in (attribute.cell.separator, *attribute.cell.parted_by) if sign != ",")
    if not attribute.repeatable or not signs:
        return Rule(columns=columns)
    if attribute.type is Type.URL:
        return Rule(columns=columns, operations=(Listed("".join(signs), attribute.max_values), Url()))
    apart = (Replace(sign, ",") for sign in signs)
    return Rule(columns=columns, operations=(*apart, *_usual(origin)))


def _rank(held: Held) -> tuple[bool, int]:
    return held.attribute.cell.cut, held.attribute.cell.place or 0


def _usual(origin: str) -> tuple[Operation, ...]:
    """The operations that the attribute has in any source."""
    rule = known_repairs().attributes.get(origin)
    return (rule.operations or ()) if rule else ()


def _unworded(words: Mapping[str, str]) -> tuple[Operation, ...]:
    """The canonical words for the partner's; of several that one stands for it is the first."""
    meant: dict[str, str] = {}
    for own, word in words.items():
        meant.setdefault(word, own)
    listed: dict[str, tuple[str, ...]] = {}
    for word, own in meant.items():
        listed[own] = (*listed.get(own, ()), word)
    return (Values(listed),)


def _worded_cases(own: list[Held]) -> Iterator[Case]:
    """A case for each canonical word: that every column has its word for it."""
    for word in dict.fromkeys(name for each in own for name in each.attribute.cell.words):
        tests: tuple[Condition, ...] = tuple(
            Comparison(each.column, (("equals", (each.attribute.cell.words.get(word, word),)),))
            for each in own
        )
        yield Case(Template((Part(word),)), Combined(tests))


def _present(column: str) -> Condition:
    return Comparison(column, (("present", ("true",)),))


def _joined(*parts: str, between: str) -> Template:
    texts = [Part(parts[0], is_column=True)]
    for each in parts[1:]:
        texts += [Part(between), Part(each, is_column=True)]
    return Template(tuple(texts))


def _behind(first: Held, held: list[Held]) -> Held | None:
    """The next column that completes this one: of its own attribute, else the next of all."""
    wanted = _PARTS[str(first.take)]
    behind = [each for each in held[held.index(first) + 1 :] if each.take == wanted]
    own = (each for each in behind if each.attribute.origin == first.attribute.origin)
    return next(own, behind[0] if behind else None)


def _with_unit(number: Held, held: list[Held]) -> Iterator[Case]:
    unit = _behind(number, held)
    if unit is not None:
        yield Case(_joined(number.column, unit.column, between=" "))
    else:
        yield Case(_joined(number.column, between=""))


def _with_levels_below(top: Held, held: list[Held]) -> Rule:
    below = _behind(top, held)
    if below is None:
        return Rule(columns=(top.column,))
    whole = Case(_joined(top.column, below.column, between=" > "), _present(below.column))
    cases = (whole, Case(_joined(top.column, between="")))
    levels = Replace(below.attribute.cell.separator, " > ")
    return Rule(cases=cases, operations=(levels, *_usual(top.attribute.origin)))


def _moment(held: Held, time: str) -> tuple[Operation, ...]:
    """A day as the partner writes it becomes a moment: Google takes none without its time."""
    day = held.attribute.cell.day or ""
    order = Date("month_first" if day.startswith("%m") else "day_first" if day.startswith("%d") else None)
    return order, ReplacePattern("^([0-9-]{10})$", f"\\1{time}")
