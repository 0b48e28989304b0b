"""What to compute for each item of a feed: one bit per rule, one CASE per attribute."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from feedscript.feeds.rules import sql
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
    none can have.
    """

    chains: list[list[Check]]
    fine: str | None = None
    several: str | None = None

    def without(self, skipped: frozenset[str]) -> "Group":
        """The group without the rules that are switched off."""
        left = ([check for check in chain if check.rule.id not in skipped] for chain in self.chains)
        return Group([chain for chain in left if chain], self.fine, self.several)


@dataclass
class Plan:
    """What to compute for each item: masks of the rules that it fails, and of the attributes that it fills.

    `cells` are (SQL over the source's columns, name); `masks` and `filled` are SQL over those names; `places`
    says for each rule id in which mask and at which bit it stands. `columns` is each attribute's text in SQL over
    the source's columns; an attribute's place there is its bit in the masks of `filled`. `within` are
    comparisons within groups: the rule, and the SQL of the group and of the value that must be the same in it.
    `item_id` is SQL over the names: the item's id without white space around it, NULL where it has none.
    """

    cells: list[tuple[str, str]] = field(default_factory=list)
    rules: dict[str, Rule] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    chains: list[list[tuple[str | None, str]]] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    derived: Derivation = field(default_factory=Derivation)
    within: list[tuple[Rule, str, str]] = field(default_factory=list)
    item_id: str = "NULL::VARCHAR"

    @property
    def masks(self) -> list[str]:
        """The SQL of each mask.

        What only the checks of items that are not fine speak of is spelled out in them, and not computed for all, but
        for what is held and asked for in several places.
        """
        every_chain = [chain for chains in self.chains for chain in chains]
        asked = " ".join(exact if fine is None else fine for fine, exact in every_chain)
        held = self.derived.asked_again(exact for _, exact in every_chain)
        kept = self.derived.needed(f"{asked} {' '.join(sorted(held))}")

        def part(fine: str | None, exact: str) -> str:
            if fine is None:
                return exact
            return sql.choice([(fine, NONE)], self.derived.spelled_out(exact, kept))

        return [sql.combined([part(*chain) for chain in chains]) for chains in self.chains]

    @property
    def filled(self) -> list[str]:
        """The SQL of each mask of filled attributes."""
        flags = [
            sql.choice([(f"{text} IS NOT NULL", bit(place % MASK_BITS))], NONE)
            for place, (_, text) in enumerate(self.cells)
        ]
        return [" | ".join(flags[start : start + MASK_BITS]) for start in range(0, len(flags), MASK_BITS)]

    def bits(self, rules: Iterable[str]) -> dict[int, int]:
        """The bits of some rules, by mask."""
        found: dict[int, int] = {}
        for rule in rules:
            mask, place = self.places[rule]
            found[mask] = found.get(mask, 0) | 1 << place
        return found

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
            if group.chains:
                exact = self._found(group.chains, among=False)
                if group.several is not None:
                    exact = sql.choice([(group.several, self._found(group.chains, among=True))], exact)
                self.chains[mask].append((group.fine, exact))

    def _found(self, chains: list[list[Check]], *, among: bool) -> str:
        """The bits of the first check of each chain that fails, of a cell with one value or `among` several."""
        found = []
        for chain in chains:
            tests = [
                ((among and check.among) or check.fails, self.places[check.rule.id][1]) for check in chain
            ]
            found.append(sql.choice([(test, bit(place)) for test, place in tests if test != "false"], NONE))
        return f"({' | '.join(found)})"


def bit(place: int) -> str:
    """The bit at `place` as SQL."""
    return f"{1 << place}::UBIGINT"
