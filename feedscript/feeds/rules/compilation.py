"""Turns a profile and a feed's header into a plan in SQL."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from feedscript.feeds.engine import sql
from feedscript.feeds.profiles.header import Header
from feedscript.feeds.profiles.model import (
    Attribute,
    Condition,
    CrossField,
    Profile,
    Type,
)
from feedscript.feeds.profiles.repeated import JOINED, filled, signs_between, values_of
from feedscript.feeds.profiles.taxonomy import load_taxonomy
from feedscript.feeds.readers.survey import Alphabet
from feedscript.feeds.rules.as_of import AsOf
from feedscript.feeds.rules.comparisons import compare
from feedscript.feeds.rules.conditions import FALSE, TRUE, UNKNOWN, Cell, Conditions, every, negation, some
from feedscript.feeds.rules.defects import value_tests
from feedscript.feeds.rules.derivation import Derivation, Elements, Guarded, Value
from feedscript.feeds.rules.plan import Check, Group, Plan
from feedscript.feeds.rules.rule import Rule, attribute_rule
from feedscript.feeds.rules.texts import is_sound, quality_tests
from feedscript.feeds.rules.usual import Usual
from feedscript.feeds.rules.value_test import ValueTest

_NOTHING_USUAL: Mapping[str, Usual] = MappingProxyType({})
_ANY_CHARACTER = Alphabet()


def compile_rules(
    profile: Profile,
    header: Header,
    *,
    country: str,
    as_of: datetime,
    as_of_seconds: str | None = None,
    joined: bool,
    skipped: frozenset[str] = frozenset(),
    shortcuts: bool = True,
    usual: Mapping[str, Usual] = _NOTHING_USUAL,
    alphabet: Alphabet = _ANY_CHARACTER,
) -> Plan:
    """The plan for a feed with this header.

    `as_of` is the moment that rules of dates count from; of what is to hold on all moments of that day,
    `as_of_seconds` is SQL of the moment's seconds since 1970. `joined` says that several values of a cell are joined by
    U+001F (XML, JSON), and not by commas (text). `skipped` are ids of rules that are switched off. Without `shortcuts`
    every check is asked of every item, which finds the same. `usual` is by attribute what many items have: each text is
    tested once, when the scan is planned, and items are held against it. It need not be right for what is found to be.
    `alphabet` is what is known of the characters of the file that the feed is: what it has none of is not looked for.
    """
    plan = Plan()
    cells = dict(_cells(plan, header))
    if profile.item in cells:
        item = profile.attribute(profile.item)
        plan.caseless, plan.blanks_run_together = item.caseless, item.blanks_run_together
        plan.item_id = _identity(plan, Value(cells[profile.item].text, plan.derived))
    known = {name: each.without_names() for name, each in usual.items()} if shortcuts else {}
    texts = {name: each.texts for name, each in known.items()}
    conditions = Conditions(profile, country, cells, profile.categories, plan.derived, texts)
    for attribute in header.attributes.values():
        compiler = _AttributeCompiler(
            profile,
            attribute,
            header,
            cells,
            conditions,
            AsOf(as_of, as_of_seconds),
            joined,
            shortcuts,
            known.get(attribute.name, Usual()),
            skipped,
            alphabet,
        )
        plan.add(attribute.name, [group.without(skipped) for group in compiler.groups()])
        compare(plan, profile, attribute, cells, skipped)
        if attribute.type is Type.CATEGORY and profile.taxonomy and attribute.name in cells:
            rule = attribute_rule(profile, attribute, "unknown_category")
            if rule.id not in skipped:
                plan.lookups.append((rule, compiler.looked_up(cells[attribute.name].text)))
    return plan


def _cells(plan: Plan, header: Header) -> Iterator[tuple[str, Cell]]:
    for number, (name, columns) in enumerate(header.columns.items()):
        sources = [f"c{index}" for index in columns]
        given = ", ".join(f"nullif({source}, '')" for source in sources)
        raw = sources[0] if len(sources) == 1 else f"nullif(concat_ws({JOINED}, {given}), '')"
        text = f"a{number}"
        plan.cells.append((sql.begun(raw), text))
        plan.columns[name] = raw
        yield name, Cell(text, f"({text} IS NOT NULL)")


def _identity(plan: Plan, value: Value) -> str:
    """What two items with the same id share; most ids need no encoding in a URL, and so have no white space."""
    plain, other = plan.in_one_case(value.text), plan.identity(sql.trimmed(value.text))
    return value.let(sql.choice([(value.let(sql.unreserved(value.text)), plain)], other))


@dataclass(frozen=True)
class _AttributeCompiler:
    profile: Profile
    attribute: Attribute
    header: Header
    cells: Mapping[str, Cell]
    conditions: Conditions
    as_of: AsOf
    joined: bool
    shortcuts: bool
    usual: Usual
    skipped: frozenset[str]
    alphabet: Alphabet
    rules: dict[str, Rule] = field(default_factory=dict, init=False)

    def groups(self) -> Iterator[Group]:
        """The attribute's checks: those of its value, then each against other attributes."""
        fine = self._fine() if self.shortcuts else None
        shared = Guarded(self.conditions.shared, fine) if fine else self.conditions.shared
        several = self._several(shared)
        cell = self.cells.get(self.attribute.name)
        yield Group(
            list(self._chains(shared, several)),
            fine=fine,
            several=several.test if several else None,
            filled=cell.text if cell else None,
            needed=self._needed,
        )
        yield from self._cross_field()

    def looked_up(self, text: str) -> str:
        """A hash of the category's text; NULL where there is none, or it is known, or has another defect."""
        assert self.profile.taxonomy is not None
        taxonomy = load_taxonomy(self.profile.taxonomy) if self.usual.texts else None
        known = [each for each in self.usual.texts if taxonomy and taxonomy.plainly_has(each)]
        settled = [(f"{text} = {sql.literal(each)}", "NULL") for each in known]
        settled.append((f"{text} IS NULL", "NULL"))
        every_test = all(self._rule(test.code).id not in self.skipped for test in self._value_tests())
        if self.shortcuts and every_test and (fine := self._fine()):
            settled.append((fine, f"hash({text})"))
        wrong = some(f"({test.fails(self._value(text))})" for test in self._value_tests())
        settled.append((some([f"contains({text}, {JOINED})", wrong]), "NULL"))
        return sql.choice(settled, f"hash({text})")

    def _chains(self, shared: Derivation | Guarded, several: "_Several | None") -> Iterator[list[Check]]:
        cell = self.cells.get(self.attribute.name)
        if cell is None:
            yield self._required("true")
            return
        value = self._value(cell.text, shared)
        yield [*self._required(negation(cell.present)), *self._on_value(cell, value, several)]
        for test in self._asked(quality_tests(self.attribute)):
            yield [self._tested(test, value, several)]

    def _fine(self) -> str | None:
        """Whether there is one value, and nothing wrong with it, as far as can be told at little cost."""
        cell = self.cells.get(self.attribute.name)
        if cell is None or self._elsewhere or (self.attribute.min_values or 1) > 1:
            return None
        shared = self.conditions.shared
        # The engine works out what is asked of a constant before it begins. A price's form is asked for in any
        # case, to compare it with others.
        usual = () if self.attribute.type is Type.PRICE else filter(is_sound, self.usual.texts)
        known = [
            (f"{cell.text} = {text}", self._passes(self._value(text), sound=True))
            for text in map(sql.literal, usual)
        ]
        passed = self._passes(self._value(cell.text, None if known else shared))
        fine = every([cell.present, passed]) if self._needed else some([negation(cell.present), passed])
        # A CASE asks each test only of the items that passed those before it, where AND asks all of all.
        return shared.let(sql.choice([*known, (fine, TRUE)], FALSE))

    def _passes(self, value: Value, *, sound: bool = False) -> str:
        tests = []
        # A plain GTIN is of digits alone.
        if (self.attribute.repeatable or self.joined) and self.attribute.type is not Type.GTIN:
            tests.append(negation(f"({self._is_several(value.text)})"))
        if self.attribute.max_total_length is not None:
            tests.append(sql.no_longer(value.text, self.attribute.max_total_length))
        tests += [test.passes(value) for test in self._asked(self._value_tests())]
        tests += [test.passes(value) for test in self._asked(quality_tests(self.attribute, sound=sound))]
        return every(dict.fromkeys(tests))

    def _value(self, text: str, shared: Derivation | Guarded | Elements | None = None) -> Value:
        return Value(text, shared, self.alphabet)

    def _value_tests(self) -> Iterator[ValueTest]:
        return value_tests(
            self.profile, self.attribute, self.as_of, self.conditions.country, self.usual.origins
        )

    def _asked(self, tests: Iterable[ValueTest]) -> Iterator[ValueTest]:
        """The tests whose rules are not switched off."""
        return (test for test in tests if self._rule(test.code).id not in self.skipped)

    def _rule(self, code: str) -> Rule:
        if code not in self.rules:
            self.rules[code] = attribute_rule(self.profile, self.attribute, code)
        return self.rules[code]

    def _check(self, code: str, fails: str, among: str | None = None) -> Check:
        return Check(self._rule(code), fails, among)

    def _required(self, absent: str) -> list[Check]:
        others = [self.cells[name].present for name in self.attribute.alternatives if name in self.cells]
        missing = every([absent, *map(negation, others)])
        if self.attribute.required:
            # Without any column it is one finding about the file, not one for each item.
            return [] if missing == "true" else [self._check("missing_required", missing)]
        if self.attribute.required_when is not None:
            fails = every([self.conditions.compile(self.attribute.required_when), missing])
            return [] if fails in {FALSE, UNKNOWN} else [self._check("missing_required", fails)]
        return []

    def _on_value(self, cell: Cell, value: Value, several: "_Several | None") -> Iterator[Check]:
        attribute = self.attribute
        if self._elsewhere:
            yield self._check("not_applicable", cell.present)
        if several is not None:
            count = f"len({several.values})"
            yield self._check("too_many_values", FALSE, f"{count} > {attribute.max_values}")
            if attribute.min_values is not None:
                yield self._check("too_few_values", cell.present, f"{count} < {attribute.min_values}")
        elif self.joined:
            yield self._check("too_many_values", f"contains({cell.text}, {JOINED})")
        if attribute.max_total_length is not None:
            yield self._check("too_long", sql.longer(cell.text, attribute.max_total_length))
        for test in self._asked(self._value_tests()):
            yield self._tested(test, value, several)

    def _tested(self, test: ValueTest, value: Value, several: "_Several | None") -> Check:
        """The test of a cell's value, or of any of its values."""
        among = None if several is None else several.any_fails(test)
        return self._check(test.code, test.fails(value), among)

    def _several(self, shared: Derivation | Guarded) -> "_Several | None":
        """The cell's values with all that their tests share, made once and only where there are several."""
        cell = self.cells.get(self.attribute.name)
        if cell is None or not self.attribute.repeatable:
            return None
        elements = Elements()
        element = self._value("v.t", elements)
        for test in self._asked((*self._value_tests(), *quality_tests(self.attribute))):
            test.fails(element)
        is_several = shared.let(self._is_several(cell.text))
        values = f"CASE WHEN {is_several} THEN {elements.over(self._values(cell))} END"
        return _Several(is_several, self.conditions.shared.hold(values), element)

    def _is_several(self, text: str) -> str:
        signs = []
        if self.joined or len(self.header.columns[self.attribute.name]) > 1:
            signs.append(f"contains({text}, {JOINED})")
        if not self.joined:
            signs += [f"contains({text}, {sql.literal(each)})" for each in signs_between(self.attribute)]
        return " OR ".join(signs)

    def _values(self, cell: Cell) -> str:
        """The cell's values as a list."""
        if self.joined:
            return filled(f"string_split({cell.text}, {JOINED})")
        return values_of(self.attribute, cell.text)

    def _cross_field(self) -> Iterator[Group]:
        if self._elsewhere:
            return
        for cross in self.attribute.conditions:
            when = self.conditions.compile(cross.when or Condition("present", (self.attribute.name,)))
            fails = every([when, negation(self.conditions.compile(cross.expect))])
            if fails not in {FALSE, UNKNOWN}:
                check = Check(attribute_rule(self.profile, self.attribute, cross.code), fails)
                yield Group([[check]], self._settled(cross))

    def _settled(self, cross: CrossField) -> str | None:
        if not self.shortcuts:
            return None
        if cross.when is None:
            return self.conditions.settled(cross.expect)
        return self.conditions.ruled_out(cross.when)

    @property
    def _needed(self) -> bool:
        """Whether its absence may be a finding."""
        return self.attribute.required or self.attribute.required_when is not None

    @property
    def _elsewhere(self) -> bool:
        """Whether the attribute is for other countries than this."""
        return bool(self.attribute.countries) and self.conditions.country not in self.attribute.countries


@dataclass(frozen=True)
class _Several:
    """The SQL that tells whether a cell has several values, of the list of them, and of one of them."""

    test: str
    values: str
    value: Value

    def any_fails(self, test: ValueTest) -> str:
        return f"len(list_filter({self.values}, lambda v: {test.fails(self.value)})) > 0"
