"""Items that the partner would reject are left out of its feed, counted by rule, and listed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any

import duckdb

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.generation.judging import Judged
from feedscript.feeds.policy import Policy
from feedscript.feeds.profiles import Profile
from feedscript.feeds.profiles.header import read_header
from feedscript.feeds.rules.compilation import compile_rules
from feedscript.feeds.rules.rule import Rule, attribute_rule
from feedscript.feeds.rules.usual import Usual
from feedscript.feeds.scanning.usual import usual_of
from feedscript.feeds.writers.cells import Column

#: The part of the items that may be left out before no feed is made of the others.
MAX_REJECTED_RATIO = 0.1

#: Of so many items the first tell what is usual.
_HEAD = 200
_BATCH = 1_000


@dataclass(frozen=True, kw_only=True)
class Standard:
    """By what items are judged: what a validation of the feed would be asked with.

    `max_rejected_ratio` is the part of the items, from 0 to 1, that may be left out. Without `exclude` all items are
    written, for the validation to tell.
    """

    exclude: bool = True
    country: str = "US"
    as_of: datetime = field(default_factory=lambda: datetime.now(UTC))
    policy: Policy = field(default_factory=Policy)
    max_rejected_ratio: float = MAX_REJECTED_RATIO


@dataclass(frozen=True)
class Rejects:
    """The items that were left out: how many, how many have each error, and of how many items."""

    total: int = 0
    judged: int = 0
    by_rule: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def share(self) -> float:
        """The part of the items that was left out, from 0 to 1."""
        return self.total / self.judged if self.judged else 0.0

    def told(self) -> str:
        """The rules with their numbers, for a person."""
        return ", ".join(f"{rule} x{total}" for rule, total in self.by_rule.items())

    def document(self) -> dict[str, Any]:
        """The rejects in JSON's types."""
        return {"total": self.total, "by_rule": dict(self.by_rule)}


@dataclass(frozen=True)
class Finding:
    """What is wrong with one item: the rule, how it is graded here, and the value of its attribute."""

    rule: Rule
    severity: str
    value: str | None


@dataclass(frozen=True)
class Excluding:
    """The judgement on items in `table` (SQL with their place as n), of which `columns` are written for `profile`.

    `joined` says that the feed is read back with several values of a cell parted by U+001F, and not by commas.
    """

    connection: duckdb.DuckDBPyConnection
    table: str
    columns: Sequence[Column]
    profile: Profile
    standard: Standard
    joined: bool

    @cached_property
    def rejects(self) -> Rejects:
        """The items to leave out."""
        self._judged.run()
        total = self._judged.number("SELECT count(*) FROM faulty")
        return Rejects(total, self._judged.items, MappingProxyType(self._judged.by_rule() if total else {}))

    def kept(self) -> str:
        """The items to write, in their order: a filter keeps it, where a join would not."""
        if not self.rejects.total:
            return self.table
        last = max(self.rejects.judged - 1, 0)
        self.connection.execute(
            f"SET VARIABLE left_out = (SELECT bitstring_agg(n::BIGINT, 0, {last}) FROM faulty)"
        )
        return f"(SELECT * FROM {self.table} WHERE get_bit(getvariable('left_out'), n::INTEGER) = 0)"

    def left_out(self) -> str:
        """The places of the items to leave out, as a query for n."""
        return "SELECT n FROM faulty"

    def findings(self) -> Iterator[tuple[int, str | None, list[Finding]]]:
        """Each item that is left out, in order: its place, its id, and all that is wrong with it."""
        rules, names = self._judged.rules(), [*self._judged.whole.columns]
        places = self._judged.placed()
        masks = [f"m{index}" for index in range(len(self._judged.whole.parts))]
        cursor = self.connection.execute(
            f"SELECT n, item_id, texts, rules, {', '.join(masks)} FROM faulty LEFT JOIN"
            " (SELECT n, list(rule ORDER BY rule) AS rules FROM crossed GROUP BY n) USING (n) ORDER BY n"
        )
        while batch := cursor.fetchmany(_BATCH):
            for n, item_id, texts, crossed, *bits in batch:
                values = dict(zip(names, texts, strict=True))
                found = [rule for rule, (mask, bit) in places.items() if bits[mask] >> bit & 1]
                yield (
                    n,
                    item_id,
                    [
                        Finding(
                            rules[each], self._graded(rules[each]), values.get(rules[each].attribute or "")
                        )
                        for each in (*found, *(crossed or ()))
                    ],
                )

    @cached_property
    def _judged(self) -> Judged:
        policy, profile = self.standard.policy, self.profile
        whole = self._compiled(policy.disabled)
        item = profile.attribute(profile.item)
        repeated = attribute_rule(profile, item, "duplicate_id")
        rules = [*whole.rules.values(), *whole.crossing.values(), repeated]
        errors = {rule.id for rule in rules if self._graded(rule) == "error"} - policy.disabled
        milder = {rule.id for rule in rules} - errors
        return Judged(
            connection=self.connection,
            cells=self._cells,
            plan=self._compiled(policy.disabled | milder),
            whole=whole,
            item=profile.item,
            errors=frozenset(errors),
            repeated=repeated if item.unique and repeated.id in errors else None,
            taxonomy=profile.taxonomy,
            value_length=policy.value_length,
        )

    def _compiled(self, skipped: frozenset[str] | set[str]) -> Any:
        header = read_header(self.profile, tuple(each.title for each in self.columns))
        usual = self._usual
        return compile_rules(
            self.profile,
            header,
            country=self.standard.country,
            as_of=self.standard.as_of,
            joined=self.joined,
            skipped=frozenset(skipped),
            usual={name: usual[places[0]] for name, places in header.columns.items()} if usual else {},
        )

    @cached_property
    def _usual(self) -> list[Usual]:
        names = ", ".join(f"coalesce(c{place}, '')" for place in range(len(self.columns)))
        head = self.connection.execute(f"SELECT {names} FROM {self._cells} LIMIT {_HEAD}").fetchall()
        return usual_of(head)

    @property
    def _cells(self) -> str:
        cells = ", ".join(
            f"{self._read_back(column)} AS c{place}" for place, column in enumerate(self.columns)
        )
        return f"(SELECT n, {cells} FROM {self.table})"

    def _read_back(self, column: Column) -> str:
        if not self.joined or column.values is None:
            return column.text
        several = f"nullif(array_to_string({column.values}, {literal(chr(31))}), '')"
        return f"coalesce({column.only}, {several})" if column.only else several

    def _graded(self, rule: Rule) -> str:
        return self.standard.policy.severities.get(rule.id, rule.severity)
