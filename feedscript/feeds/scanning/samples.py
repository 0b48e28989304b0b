"""The first findings of each rule that failed, with where they stand and the values at fault."""

from collections.abc import Mapping
from dataclasses import dataclass

from feedscript.feeds.policy import Policy
from feedscript.feeds.rules import sql
from feedscript.feeds.scanning.lines import rows
from feedscript.feeds.scanning.rereading import reread
from feedscript.feeds.scanning.scan import Scan


@dataclass(frozen=True)
class Sample:
    """One finding: the item's ordinal and physical line, both from 1, its id, the value at fault."""

    item: int | None
    line: int | None
    item_id: str | None
    value: str | None


def sample_findings(
    scan: Scan, attributes: Mapping[str, str | None], policy: Policy
) -> dict[str, list[Sample]]:
    """The first findings of each rule in `attributes` (rule id to attribute), by reading those items again."""
    if not attributes:
        return {}
    scan.connection.execute("CREATE TEMP TABLE picked (rule VARCHAR, n BIGINT)")
    for rule in attributes:
        # Rule by rule: hundreds of them at once would each hold memory of their own.
        scan.connection.execute(f"INSERT INTO picked {_first(scan, rule, policy.samples_per_rule)}")
    cut = policy.value_length + 1
    names = sorted({name for name in attributes.values() if name in scan.plan.columns and name})
    texts = ", ".join(f"left({scan.plan.columns[name]}, {cut})" for name in names)
    # One list takes a block of memory, where a column for each attribute would take a block each.
    columns = [f"left({scan.id_text}, {cut}) AS item_id", f"[{texts}]::VARCHAR[] AS texts"]
    reread(scan, "fetched", columns, "SELECT n FROM picked")
    line = "line" if scan.staged.line_column else "NULL"
    found: dict[str, list[tuple[int, int | None, str | None, str | None]]] = {}
    for rule, attribute in attributes.items():
        value = f"texts[{names.index(attribute) + 1}]" if attribute in names else "NULL"
        found[rule] = scan.connection.execute(
            f"SELECT n, {line}, item_id, {value} FROM picked JOIN fetched USING (n) WHERE rule = ? ORDER BY n",
            [rule],
        ).fetchall()
    places = _located(scan, {row[0] for each in found.values() for row in each})
    return {
        rule: [Sample(*places.get(n, (n + 1, line)), item_id, value) for n, line, item_id, value in each]
        for rule, each in found.items()
    }


def sample_rejected(scan: Scan, policy: Policy) -> dict[str, list[Sample]]:
    """The first rows of each code that could not be read."""
    picked = scan.connection.execute(
        "SELECT code, record, text FROM (SELECT *, row_number() OVER (PARTITION BY code ORDER BY record) AS place"
        f" FROM rejected) WHERE place <= {policy.samples_per_rule} ORDER BY record"
    ).fetchall()
    if not picked:
        return {}
    last = max(record for _, record, _ in picked)
    wanted = {record for _, record, _ in picked}
    places: dict[int, tuple[int | None, int | None]] = {}
    for _, passed, item, physical in rows(scan.staged, scan.refused):
        if passed in wanted:
            places[passed] = item, physical
        if passed >= last:
            break
    samples: dict[str, list[Sample]] = {}
    for code, record, text in picked:
        ordinal, line = places.get(record, (None, None))
        samples.setdefault(code, []).append(Sample(ordinal, line, None, text))
    return samples


def _first(scan: Scan, rule: str, count: int) -> str:
    if rule in scan.plan.places:
        mask, bit = scan.plan.places[rule]
        # The engine keeps the order of rows, so that the first found are the first in the file.
        findings = f"rowid FROM items WHERE (m{mask} >> {bit}) & 1 = 1"
    else:
        findings = f"n FROM crossed WHERE rule = {sql.literal(rule)} ORDER BY n"
    return f"SELECT {sql.literal(rule)}, {findings} LIMIT {count}"


def _located(scan: Scan, wanted: set[int]) -> dict[int, tuple[int, int]]:
    """Ordinal and line of items by their places; empty where the reader told the lines itself."""
    places: dict[int, tuple[int, int]] = {}
    if scan.staged.line_column is not None or not wanted:
        return places
    if scan.one_line_each:
        ordinals = ((place, scan.ordinal(place)) for place in wanted)
        return {place: (ordinal, ordinal + scan.staged.skip_lines) for place, ordinal in ordinals}
    last = max(wanted)
    for place, _, ordinal, line in rows(scan.staged, scan.refused):
        if place is not None and place in wanted:
            places[place] = ordinal, line
        if place == last:
            break
    return places
