"""What each row step does, said once more in plain Python, over the rows that stay."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

Row = dict[str, str | None]
Model = Callable[[list[Row]], tuple[list[Row], int, int]]
"""From the rows that stay to those that stay then, how many were left out, and how many were added."""

LIST = "\x1f"


def bare(cell: str | None) -> str | None:
    return (cell or "").strip() or None


def number(cell: str | None) -> Decimal | None:
    found = re.search(r"-?[0-9]+", cell or "")
    return Decimal(found[0]) if found else None


def plain(total: Decimal) -> str:
    return f"{total:f}"


def groups(rows: list[Row], name: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        if key := bare(row[name]):
            found.setdefault(key, []).append(row)
    return found


def one_cell(values: list[str | None]) -> str | None:
    return LIST.join(dict.fromkeys([each for each in values if each is not None][:1_000])) or None


def filled_down(rows: list[Row]) -> tuple[list[Row], int, int]:
    """`fill_down: {group: g, columns: [x, n]}`."""
    for name in ("x", "n"):
        last: dict[str, str] = {}
        for row in rows:
            group, value = bare(row["g"]), bare(row[name])
            if value is None:
                row[name] = last.get(group) if group else None
            elif group:
                last[group] = value
    return rows, 0, 0


def collected(rows: list[Row]) -> tuple[list[Row], int, int]:
    """`collect: {group: g, column: x, order_by: n, into: z, drop: {column: y, present: false}}`."""
    dropped: list[Row] = []
    for row in rows:
        row["z"] = row.get("z", bare(row["x"])) if not bare(row["g"]) else None
    for members in groups(rows, "g").values():
        by = sorted(members, key=lambda row: (number(row["n"]) is None, number(row["n"]) or 0))
        cell = one_cell([bare(row["x"]) for row in by])
        kept = next((row for row in members if bare(row["y"])), members[0])
        for row in members:
            row["z"] = cell
        dropped += [row for row in members if not bare(row["y"]) and row is not kept]
    gone = {id(row) for row in dropped}
    return [row for row in rows if id(row) not in gone], len(gone), 0


def counted(rows: list[Row]) -> tuple[list[Row], int, int]:
    """`count: {group: g, into: z}`."""
    sizes = {group: len(members) for group, members in groups(rows, "g").items()}
    for row in rows:
        row["z"] = str(sizes.get(bare(row["g"]) or "", 1))
    return rows, 0, 0


def deduped(rows: list[Row], *, last: bool = False) -> tuple[list[Row], int, int]:
    """`dedupe: {columns: [g, x], keep: last}`."""
    seen: set[tuple[str | None, ...]] = set()
    kept: list[Row] = []
    for row in reversed(rows) if last else rows:
        key = (bare(row["g"]), bare(row["x"]))
        if key == (None, None) or key not in seen:
            kept.append(row)
        seen.add(key)
    kept = kept[::-1] if last else kept
    return kept, len(rows) - len(kept), 0


def inherited(rows: list[Row]) -> tuple[list[Row], int, int]:
    """`inherit: {parent: p, key: g, columns: [x, n], take: {z: x}, leave_out_parents: true}`."""
    first: dict[str, int] = {}
    for place, row in enumerate(rows):
        if key := bare(row["g"]):
            first.setdefault(key, place)
    up = {place: first.get(bare(row["p"]) or "") for place, row in enumerate(rows)}
    links = {place: above for place, above in up.items() if above is not None and above != place}
    before = [dict(row) for row in rows]

    def above(place: int) -> Iterator[Row]:
        seen: set[int] = set()
        while (place := links.get(place, -1)) >= 0 and place not in seen:
            seen.add(place)
            yield before[place]

    for place, row in enumerate(rows):
        row["z"] = before[links[place]]["x"] if place in links else None
        for name in ("x", "n"):
            if not bare(row[name]):
                found = (each[name] for each in above(place) if bare(each[name]))
                row[name] = next(found, row[name])
    kept = [row for place, row in enumerate(rows) if place not in links.values()]
    return kept, len(rows) - len(kept), 0


def joined(rows: list[Row]) -> tuple[list[Row], int, int]:
    """`join_variants: {group: g, lists: x, sum: n, lowest: y, highest: p}`."""
    gone: set[int] = set()
    for members in groups(rows, "g").values():
        kept, *others = [dict(row) for row in members]
        gone |= {id(row) for row in members[1:]}
        row = members[0]
        row["x"] = one_cell([bare(each["x"]) for each in (kept, *others)]) or row["x"]
        numbers = [each for each in (number(each["n"]) for each in (kept, *others)) if each is not None]
        row["n"] = plain(sum(numbers, Decimal(0))) if numbers else row["n"]
        for name, choose in (("y", min), ("p", max)):
            having = [each for each in (kept, *others) if number(each[name]) is not None]
            row[name] = (
                choose(having, key=lambda each: number(each[name]) or 0)[name] if having else row[name]
            )
    return [row for row in rows if id(row) not in gone], len(gone), 0


def limited(rows: list[Row]) -> tuple[list[Row], int, int]:
    """`limit: 3`."""
    return rows[:3], max(len(rows) - 3, 0), 0


def sorted_by_text(rows: list[Row]) -> tuple[list[Row], int, int]:
    """`sort: {column: x}`."""
    return sorted(rows, key=lambda row: (bare(row["x"]) is None, bare(row["x"]) or "")), 0, 0


def sorted_by_number(rows: list[Row]) -> tuple[list[Row], int, int]:
    """`sort: {column: n, numbers: true, descending: true}`."""
    return sorted(rows, key=lambda row: (number(row["n"]) is None, -(number(row["n"]) or 0))), 0, 0


def split(rows: list[Row]) -> tuple[list[Row], int, int]:
    """`split: {columns: [x, y], separators: "|"}`."""
    made: list[Row] = []
    for row in rows:
        parts = {
            name: [part.strip() for part in (row[name] or "").split("|") if part.strip()] for name in "xy"
        }
        most = max(1, *map(len, parts.values()))
        if any(len(part) not in {0, 1, most} for part in parts.values()):
            made.append(row)
            continue
        several = {name: part for name, part in parts.items() if most > 1 and len(part) > 1}
        made += [row | {name: part[piece] for name, part in several.items()} for piece in range(most)]
    return made, 0, len(made) - len(rows)


def filtered(rows: list[Row]) -> tuple[list[Row], int, int]:
    """`exclude: {if: {column: y, equals: b}, reason: b}`."""
    kept = [row for row in rows if bare(row["y"]) != "b"]
    return kept, len(rows) - len(kept), 0


MODELS: dict[str, Model] = {
    "{fill_down: {group: g, columns: [x, n]}}": filled_down,
    "{collect: {group: g, column: x, order_by: n, into: z, drop: {column: y, present: false}}}": collected,
    "{count: {group: g, into: z}}": counted,
    "{dedupe: {columns: [g, x]}}": deduped,
    "{dedupe: {columns: [g, x], keep: last}}": lambda rows: deduped(rows, last=True),
    "{inherit: {parent: p, key: g, columns: [x, n], take: {z: x}, leave_out_parents: true}}": inherited,
    "{join_variants: {group: g, lists: x, sum: n, lowest: y, highest: p}}": joined,
    "{limit: 3}": limited,
    "{sort: {column: x}}": sorted_by_text,
    "{sort: {column: n, numbers: true, descending: true}}": sorted_by_number,
    "{split: {columns: [x, y], separators: '|'}}": split,
    "{exclude: {if: {column: y, equals: b}, reason: b}}": filtered,
}
