"""What to compute for each item of a feed: a bit for each rule and attribute, a CASE for each attribute."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from feedscript.feeds.engine import sql
from feedscript.feeds.rules.derivation import Derivation
from feedscript.feeds.rules.rule import Rule

MASK_BITS = 64
NONE = "0::UBIGINT"


@dataclass(frozen=True)
class Check:
    """A rule, and the SQL that tells of an item whether it fails; `among` where the cell has several values."""

    rule: Rule
    fails: str
    among: str | None = None


@dataclass(frozen=True)
class Group:
    """Chains of checks, of each of which the first that fails is the finding.

    `fine` is SQL that is true only of items in which none of them finds anything, and costs much less to ask; None
    where there is nothing of the kind. `several` is SQL that tells whether a cell has several values; None where
    none can have. `filled` is the SQL of the text of the cell whose value is checked; None where the checks are of
    other things. `needed` says that its absence may be a finding.
    """

    chains: list[list[Check]]
    fine: str | None = None
    several: str | None = None
    filled: str | None = None
    needed: bool = True

    def without(self, skipped: frozenset[str]) -> "Group":
        """The group without the rules that are switched off."""
        left = ([check for check in chain if check.rule.id not in skipped] for chain in self.chains)
        return replace(self, chains=[chain for chain in left if chain])


@dataclass(frozen=True)
class Part:
    """What a group adds to a mask: the bits of items that are settled by a cheap test, and those of all others.

    `settled` are (SQL of a test, SQL of bits), tried in order; `exact` is SQL of bits.
    """

    settled: list[tuple[str, str]]
    exact: str


@dataclass
class Plan:
    """What to compute for each item: masks of the rules that it fails, and of the attributes that it fills.

    `cells` are (SQL over the source's columns, name); `masks` are SQL over those names; `places` says for each rule id
    in which mask and at which bit it stands, `filled` for each attribute that has a column. `columns` is each
    attribute's text in SQL over the source's columns. `within` are comparisons within groups: the rule, and the SQL of
    the group and of the value that must be the same in it; `unlike` of what must differ there. `distinct` are values of
    which a feed may have only so many: the rule, the SQL and the number. `lookups` are what is held against a taxonomy:
    the rule, and the SQL of a hash of the category, NULL where nothing is to be looked up. `item_id` is SQL over the
    names: the item's id without white space around it, NULL where it has none; with `caseless` in small letters, with
    `blanks_run_together` with one blank for several, so that it is the same of ids that are one for the partner.
    """

    cells: list[tuple[str, str]] = field(default_factory=list)
    rules: dict[str, Rule] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    filled: dict[str, tuple[int, int]] = field(default_factory=dict)
    parts: list[list[Part]] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    derived: Derivation = field(default_factory=Derivation)
    within: list[tuple[Rule, str, str]] = field(default_factory=list)
    unlike: list[tuple[Rule, str, str]] = field(default_factory=list)
    distinct: list[tuple[Rule, str, int]] = field(default_factory=list)
    lookups: list[tuple[Rule, str]] = field(default_factory=list)
    item_id: str = "NULL::VARCHAR"
    caseless: bool = False
    blanks_run_together: bool = False

    @property
    def masks(self) -> list[str]:
        """The SQL of each mask.

        What only the checks of items that are not settled speak of is spelled out in them, and not computed for all,
        but for what is held and asked for in several places.
        """
        parts = [part for mask in self.parts for part in mask]
        asked = [test for part in parts for test, _ in part.settled]
        asked += [part.exact for part in parts if not part.settled]
        held = self.derived.asked_again(part.exact for part in parts)
        kept = self.derived.needed(" ".join([*asked, *sorted(held)]))

        def bits(part: Part) -> str:
            if not part.settled:
                return part.exact
            return sql.choice(part.settled, self.derived.spelled_out(part.exact, kept))

        return [sql.combined([bits(part) for part in mask]) for mask in self.parts]

    def in_one_case(self, item_id: str) -> str:
        """The id, in small letters where case makes no difference to the partner."""
        return f"lower({item_id})" if self.caseless else item_id

    def identity(self, item_id: str) -> str:
        """What is the same of ids that are one for the partner, of an id without white space around it."""
        same = self.in_one_case(item_id)
        if not self.blanks_run_together:
            return same
        return f"CASE WHEN contains({same}, '  ') THEN regexp_replace({same}, ' +', ' ', 'g') ELSE {same} END"

    @property
    def crossing(self) -> dict[str, Rule]:
        """The rules of what is found only when all items have been read, by id."""
        rules = [rule for rule, _, _ in (*self.within, *self.unlike)]
        rules += [rule for rule, _, _ in self.distinct]
        rules += [rule for rule, _ in self.lookups]
        return {rule.id: rule for rule in rules}

    def bits(self, rules: Iterable[str]) -> dict[int, int]:
        """The bits of some rules, by mask."""
        found: dict[int, int] = {}
        for rule in rules:
            mask, place = self.places[rule]
            found[mask] = found.get(mask, 0) | 1 << place
        return found

    def add(self, attribute: str, groups: list[Group]) -> None:
        """Give an attribute, and the rules that are checked of it, bits in one mask, and the checks a place there."""
        checks = [check for group in groups for chain in group.chains for check in chain]
        new = {check.rule.id: check.rule for check in checks if check.rule.id not in self.places}
        named = [*new, *(attribute for group in groups if group.filled is not None)]
        if not named:
            return
        mask, used = self._room(len(named))
        places = {name: (mask, used + index) for index, name in enumerate(named)}
        self.rules |= new
        self.places |= {rule: places[rule] for rule in new}
        if attribute in places:
            self.filled[attribute] = places[attribute]
        self.parts[mask] += [
            self._part(group, bit(places[attribute][1]) if group.filled is not None else NONE)
            for group in groups
            if group.chains or group.filled is not None
        ]

    def _room(self, bits: int) -> tuple[int, int]:
        """The mask that has room for so many bits, and how many of it are taken."""
        taken = [*self.places.values(), *self.filled.values()]
        used = sum(1 for mask, _ in taken if mask == len(self.parts) - 1)
        if not self.parts or used + bits > MASK_BITS:
            self.parts.append([])
            used = 0
        return len(self.parts) - 1, used

    def _part(self, group: Group, filled: str) -> Part:
        found = self._found(group.chains, among=False)
        if group.several is not None:
            found = sql.choice([(group.several, self._found(group.chains, among=True))], found)
        settled = [] if group.fine is None else [(group.fine, filled)]
        if group.filled is None:
            return Part(settled, found)
        absent = (f"{group.filled} IS NULL", NONE)
        if settled and not group.needed:
            settled.insert(0, absent)
        return Part(settled, f"({found} | {sql.choice([absent], filled)})")

    def _found(self, chains: list[list[Check]], *, among: bool) -> str:
        """The bits of the first check of each chain that fails, of a cell with one value or `among` several."""
        found = []
        for chain in chains:
            tests = [
                ((among and check.among) or check.fails, self.places[check.rule.id][1]) for check in chain
            ]
            possible = [(test, bit(place)) for test, place in tests if test != "false"]
            if possible:
                found.append(sql.choice(possible, NONE))
        return f"({' | '.join(found)})" if found else NONE


def any_set(bits: Mapping[int, int]) -> str:
    """Whether an item has any of the bits, by mask, as SQL over the columns m0 ... of the scanned items."""
    return " OR ".join(f"m{mask} & {wanted}::UBIGINT <> 0" for mask, wanted in bits.items()) or "false"


def bit(place: int) -> str:
    """The bit at `place` as SQL."""
    return f"{1 << place}::UBIGINT"
