"""The first findings of each rule that failed, with where they stand and the values at fault."""

from collections.abc import Mapping
from dataclasses import dataclass

from feedscript.feeds.policy import Policy
from feedscript.feeds.rules.places import Finder, Place
from feedscript.feeds.scanning.rejected import RejectedRow
from feedscript.feeds.scanning.rereading import reread
from feedscript.feeds.scanning.scan import Scan
from feedscript.feeds.scanning.swallowed import cells_of

_BATCH = 1_000
#: So much of a value is looked through for the place at fault; what lies behind is shown from the beginning.
_LOOKED_THROUGH = 20_000


@dataclass(frozen=True)
class Sample:
    """One finding: the item's ordinal and physical line, both from 1, its id, the value and the place at fault."""

    item: int | None
    line: int | None
    item_id: str | None
    value: str | None
    place: Place | None = None


def sample_findings(
    scan: Scan,
    totals: Mapping[str, int],
    attributes: Mapping[str, str | None],
    finders: Mapping[str, Finder],
    policy: Policy,
) -> dict[str, list[Sample]]:
    """The first findings of each rule in `totals` (findings by rule id), by reading those items again.

    `attributes` are by rule id what its findings are about, `finders` what finds the place at fault in a value.
    """
    places = _first(scan, totals, policy.samples_per_rule)
    rules: dict[int, list[str]] = {}
    for rule, found in places.items():
        for n in found:
            rules.setdefault(n, []).append(rule)
    samples: dict[str, list[Sample]] = {rule: [] for rule in totals}
    if not rules:
        return samples
    located = _located(scan, set(rules))
    cut = policy.value_length + 1
    names = sorted({name for name in attributes.values() if name in scan.plan.columns and name})
    searched = {attributes[rule] for rule in finders}
    texts = ", ".join(
        f"left({scan.plan.columns[name]}, {max(cut, _LOOKED_THROUGH) if name in searched else cut})"
        for name in names
    )
    # One list takes a block of memory, where a column for each attribute would take a block each.
    columns = [f"left({scan.id_text}, {cut}) AS item_id", f"[{texts}]::VARCHAR[] AS texts"]
    scan.connection.execute("CREATE TEMP TABLE picked AS SELECT unnest(?::BIGINT[]) AS n", [[*rules]])
    reread(scan, "fetched", columns, "SELECT n FROM picked")
    cursor = scan.connection.execute("SELECT n, line, item_id, texts FROM fetched ORDER BY n")
    while batch := cursor.fetchmany(_BATCH):
        for n, noted, item_id, found in batch:
            values = dict(zip(names, found, strict=True))
            item, physical = located.get(n, (scan.staged.faults.ordinal(n), noted))
            for rule in rules[n]:
                value = values.get(attributes[rule] or "")
                place = finders[rule](value) if value and rule in finders else None
                samples[rule].append(Sample(item, physical, item_id, value, place))
    return samples


def sample_rejected(scan: Scan, policy: Policy) -> dict[str, list[Sample]]:
    """The first rows of each code that could not be read."""
    samples: dict[str, list[Sample]] = {}
    for row in scan.refused.first(policy.samples_per_rule):
        samples.setdefault(row.code, []).append(rejected_sample(scan, row))
    return samples


def rejected_sample(scan: Scan, row: RejectedRow) -> Sample:
    """A row that no item was made of, and its id, if it has as many cells."""
    place = scan.id_place
    cells = cells_of(scan.staged, row.text) if scan.staged.line_column is None else []
    item_id = cells[place].strip() or None if place is not None and place < len(cells) else None
    return Sample(row.item, row.line, item_id, row.cause)


def _first(scan: Scan, totals: Mapping[str, int], count: int) -> dict[str, list[int]]:
    """The places of the first `count` findings of each rule, in order."""
    places: dict[str, list[int]] = {rule: [] for rule in totals}
    for rule in totals.keys() - scan.plan.places.keys():
        found = scan.connection.execute(
            "SELECT n FROM crossed WHERE rule = ? ORDER BY n LIMIT ?", [rule, count]
        ).fetchall()
        places[rule] = [n for (n,) in found]
    wanted = {rule: min(total, count) for rule, total in totals.items() if rule in scan.plan.places and count}
    start = 0
    # Each look takes items that fail a rule of which more are wanted, so that few looks find them all.
    while items := list(scan.failing_from(start, wanted, max(sum(wanted.values()), _BATCH))):
        start = items[-1][0] + 1
        for n, failed in items:
            for rule in failed & wanted.keys():
                places[rule].append(n)
                wanted[rule] -= 1
                if not wanted[rule]:
                    del wanted[rule]
    return places


def _located(scan: Scan, wanted: set[int]) -> dict[int, tuple[int, int]]:
    """Ordinal and line of items by their places; empty where the reader told the lines itself."""
    places: dict[int, tuple[int, int]] = {}
    if scan.staged.line_column is not None or not wanted:
        return places
    if scan.one_line_each:
        ordinals = ((place, scan.ordinal(place)) for place in wanted)
        return {place: (ordinal, ordinal + scan.staged.skip_lines) for place, ordinal in ordinals}
    last = max(wanted)
    for place, _, ordinal, line in scan.refused.every_row():
        if place is not None and place in wanted:
            places[place] = ordinal, line
        if place == last:
            break
    return places
