"""Turns a profile and a feed's header into SQL: one bit per rule, one CASE per attribute."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from feedscript.feeds.header import Header
from feedscript.feeds.profiles.model import Attribute, Condition, CrossField, Profile, Type
from feedscript.feeds.rules import sql
from feedscript.feeds.rules.conditions import FALSE, TRUE, UNKNOWN, Cell, Conditions, every, negation, some
from feedscript.feeds.rules.defects import Fails, ValueTest, quality_tests, value_tests
from feedscript.feeds.rules.derivation import Derivation, Elements, Guarded, Value
from feedscript.feeds.rules.rule import Rule, attribute_rule

MASK_BITS = 64
NONE = "0::UBIGINT"
#: Joins values in a staged cell; see `readers.staged`.
_JOINED = "chr(31)"


@dataclass(frozen=True)
class Check:
    """A rule, and the SQL that tells of an item whether it fails."""

    rule: Rule
    fails: str


@dataclass(frozen=True)
class Group:
    """Chains of checks, of each of which the first that fails is the finding.

    `fine` is SQL that is true only of items in which none of them finds anything, and costs much less to ask; None
    where there is nothing of the kind.
    """

    chains: list[list[Check]]
    fine: str | None = None

    def without(self, skipped: frozenset[str]) -> "Group":
        """The group without the rules that are switched off."""
        left = ([check for check in chain if check.rule.id not in skipped] for chain in self.chains)
        return Group([chain for chain in left if chain], self.fine)


@dataclass
class Plan:
    """What to compute for each item: masks of the rules that it fails, and of the attributes that it fills.

    `cells` are (SQL over the source's columns, name); `masks` and `filled` are SQL over those names; `places`
    says for each rule id in which mask and at which bit it stands. `columns` is each attribute's text in SQL over
    the source's columns; an attribute's place there is its bit in the masks of `filled`. `within` are
    comparisons within groups: the rule, and the SQL of the group and of the value that must be the same in it.
    """

    cells: list[tuple[str, str]] = field(default_factory=list)
    rules: dict[str, Rule] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    chains: list[list[tuple[str | None, str]]] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    derived: Derivation = field(default_factory=Derivation)
    within: list[tuple[Rule, str, str]] = field(default_factory=list)

    @property
    def masks(self) -> list[str]:
        """The SQL of each mask.

        What only the checks of items that are not fine speak of is spelled out in them, and not computed for all.
        """
        every_chain = [chain for chains in self.chains for chain in chains]
        asked = " ".join(exact if fine is None else fine for fine, exact in every_chain)
        held = self.derived.needed(" ".join(exact for _, exact in every_chain)) & self.derived.guarded
        kept = self.derived.needed(f"{asked} {' '.join(held)}")

        def part(fine: str | None, exact: str) -> str:
            if fine is None:
                return exact
            return sql.choice([(fine, NONE)], self.derived.spelled_out(exact, kept))

        return [" | ".join(part(*chain) for chain in chains) for chains in self.chains]

    @property
    def filled(self) -> list[str]:
        """The SQL of each mask of filled attributes."""
        flags = [
            sql.choice([(f"{text} IS NOT NULL", bit(place % MASK_BITS))], NONE)
            for place, (_, text) in enumerate(self.cells)
        ]
        return [" | ".join(flags[start : start + MASK_BITS]) for start in range(0, len(flags), MASK_BITS)]

    def add(self, groups: list[Group]) -> None:
        """Give the rules of one attribute bits in one mask, and its chains of checks a place there."""
        checks = [check for group in groups for chain in group.chains for check in chain]
        new = {check.rule.id: check.rule for check in checks if check.rule.id not in self.places}
        if not new:
            return
        used = sum(1 for mask, _ in self.places.values() if mask == len(self.chains) - 1)
        if not self.chains or used + len(new) > MASK_BITS:
            self.chains.append([])
            used = 0
        mask = len(self.chains) - 1
        self.rules |= new
        self.places |= {rule: (mask, used + index) for index, rule in enumerate(new)}
        for group in groups:
            chosen = [
                sql.choice([(check.fails, bit(self.places[check.rule.id][1])) for check in chain], NONE)
                for chain in group.chains
            ]
            if chosen:
                self.chains[mask].append((group.fine, " | ".join(chosen)))


def bit(place: int) -> str:
    """The bit at `place` as SQL."""
    return f"{1 << place}::UBIGINT"


def compile_rules(
    profile: Profile,
    header: Header,
    *,
    country: str,
    as_of: datetime,
    joined: bool,
    skipped: frozenset[str] = frozenset(),
    shortcuts: bool = True,
) -> Plan:
    """The plan for a feed with this header.

    `joined` says that several values of a cell are joined by U+001F (XML, JSON), and not by commas (text).
    `skipped` are ids of rules that are switched off. Without `shortcuts` every check is asked of every item, which
    finds the same.
    """
    plan = Plan()
    cells = dict(_cells(plan, header))
    conditions = Conditions(profile, country, cells, profile.categories, plan.derived)
    for attribute in header.attributes.values():
        compiler = _AttributeCompiler(profile, attribute, header, cells, conditions, as_of, joined, shortcuts)
        plan.add([group.without(skipped) for group in compiler.groups()])
        if attribute.same_within in cells and attribute.name in cells:
            rule = attribute_rule(profile, attribute, "group_conflict")
            if rule.id not in skipped:
                plan.within.append((rule, cells[attribute.same_within].text, cells[attribute.name].text))
    return plan


def _cells(plan: Plan, header: Header) -> Iterator[tuple[str, Cell]]:
    for number, (name, columns) in enumerate(header.columns.items()):
        sources = [f"c{index}" for index in columns]
        raw = sources[0] if len(sources) == 1 else f"nullif(concat_ws({_JOINED}, {', '.join(sources)}), '')"
        text = f"a{number}"
        plan.cells.append((sql.begun(raw), text))
        plan.columns[name] = raw
        yield name, Cell(text, f"({text} IS NOT NULL)")


@dataclass(frozen=True)
class _AttributeCompiler:
    profile: Profile
    attribute: Attribute
    header: Header
    cells: Mapping[str, Cell]
    conditions: Conditions
    as_of: datetime
    joined: bool
    shortcuts: bool

    def groups(self) -> Iterator[Group]:
        """The attribute's checks: those of its value, then each against other attributes."""
        fine = self._fine() if self.shortcuts else None
        yield Group(list(self._chains(Guarded(self.conditions.shared, fine) if fine else None)), fine)
        yield from self._cross_field()

    def _chains(self, shared: Guarded | None) -> Iterator[list[Check]]:
        cell = self.cells.get(self.attribute.name)
        if cell is None:
            yield self._required("true")
        else:
            yield [*self._required(negation(cell.present)), *self._on_value(cell, shared)]
            for test in quality_tests(self.attribute):
                yield [self._check(test.code, self._any(cell, test.fails, shared))]

    def _fine(self) -> str | None:
        """Whether there is one value, and nothing wrong with it, as far as can be told at little cost."""
        cell = self.cells.get(self.attribute.name)
        if cell is None or self._elsewhere or (self.attribute.min_values or 1) > 1:
            return None
        value = Value(cell.text, self.conditions.shared)
        tests = []
        if self.attribute.repeatable or self.joined:
            tests.append(negation(self._several(cell)))
        if self.attribute.max_total_length is not None:
            tests.append(sql.no_longer(cell.text, self.attribute.max_total_length))
        tests += [test.passes(value) for test in self._value_tests()]
        tests += [test.passes(value) for test in quality_tests(self.attribute)]
        passed = every(dict.fromkeys(tests))
        needed = self.attribute.required or self.attribute.required_when is not None
        fine = every([cell.present, passed]) if needed else some([negation(cell.present), passed])
        # A CASE asks each test only of the items that passed those before it, where AND asks all of all.
        return value.let(sql.choice([(fine, TRUE)], FALSE))

    def _value_tests(self) -> Iterator[ValueTest]:
        return value_tests(self.profile, self.attribute, self.as_of, self.conditions.country)

    def _check(self, code: str, fails: str) -> Check:
        return Check(attribute_rule(self.profile, self.attribute, code), fails)

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

    def _on_value(self, cell: Cell, shared: Guarded | None) -> Iterator[Check]:
        attribute = self.attribute
        if self._elsewhere:
            yield self._check("not_applicable", cell.present)
        if attribute.repeatable:
            # AND asks both of its sides of every item; CASE asks the second only of those that need it.
            count = f"len({self._listed(cell, shared)})"
            several = self._several(cell)
            too_many = sql.choice([(several, f"{count} > {attribute.max_values}")], "false")
            yield self._check("too_many_values", too_many)
            if attribute.min_values is not None:
                few = sql.choice([(several, f"{count} < {attribute.min_values}")], cell.present)
                yield self._check("too_few_values", few)
        elif self.joined:
            yield self._check("too_many_values", f"contains({cell.text}, {_JOINED})")
        if attribute.max_total_length is not None:
            yield self._check("too_long", sql.longer(cell.text, attribute.max_total_length))
        for test in self._value_tests():
            yield self._check(test.code, self._any(cell, test.fails, shared))

    def _any(self, cell: Cell, fails: Fails, shared: Guarded | None) -> str:
        """Whether any of the cell's values fails; a cell of one value, which most are, is asked directly."""
        alone = fails(Value(cell.text, shared or self.conditions.shared))
        if not self.attribute.repeatable:
            return alone
        elements = Elements()
        failing = fails(Value("v.t", elements))
        each = f"len(list_filter({elements.over(self._listed(cell, shared))}, lambda v: {failing})) > 0"
        return f"CASE WHEN {self._several(cell)} THEN {each} ELSE {alone} END"

    def _several(self, cell: Cell) -> str:
        signs = []
        if self.joined or len(self.header.columns[self.attribute.name]) > 1:
            signs.append(f"contains({cell.text}, {_JOINED})")
        if not self.joined:
            signs.append(f"contains({cell.text}, ',')")
        return self.conditions.shared.let(" OR ".join(signs))

    def _listed(self, cell: Cell, shared: Guarded | None) -> str:
        listed = f"CASE WHEN {self._several(cell)} THEN {self._values(cell)} END"
        return (shared or self.conditions.shared).let(listed)

    def _values(self, cell: Cell) -> str:
        """The cell's values as a list. Commas part values only where they cannot be part of one."""
        text = cell.text
        if not self.joined:
            if self.attribute.type is Type.URL:
                text = f"regexp_replace({text}, ',\\s*(https?://)', {_JOINED} || '\\1', 'gi')"
            elif self.attribute.type in {Type.TEXT, Type.STRUCTURED}:
                text = f"replace(replace({text}, ',', {_JOINED}), {_JOINED} || ' ', ', ')"
            else:
                text = f"replace({text}, ',', {_JOINED})"
        each = f"list_transform(string_split({text}, {_JOINED}), lambda v: trim(v, {sql.WHITE_SPACE}))"
        return f"list_filter({each}, lambda v: v <> '')"

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
    def _elsewhere(self) -> bool:
        """Whether the attribute is for other countries than this."""
        return bool(self.attribute.countries) and self.conditions.country not in self.attribute.countries
