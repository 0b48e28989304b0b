"""The one query that asks everything of each item."""

from feedscript.feeds.engine import sql
from feedscript.feeds.rules.plan import Plan


def items_query(plan: Plan, source: str) -> str:
    """What is noted of each item of a source, SQL of a table with the columns c0 ..."""
    cells = [f"{text} AS {name}" for text, name in plan.cells]
    read = ", ".join(noted(plan))
    derived = plan.derived.over(f"SELECT {', '.join(cells or ['NULL'])} FROM feed", read)
    return f"WITH feed AS NOT MATERIALIZED (FROM {source}) SELECT {read} FROM ({derived})"


def items_columns(plan: Plan) -> list[str]:
    """The names of what is noted of each item."""
    return [each.rsplit(" ", 1)[1] for each in noted(plan)]


def noted(plan: Plan) -> list[str]:
    """What is kept of each item, in SQL over the plan's cells: the columns of `items` (see `Scan`)."""
    masks = [f"({mask}) AS m{index}" for index, mask in enumerate(plan.masks)]
    groups = [
        sql.choice([(f"{group} IS NOT NULL AND {value} IS NOT NULL", f"hash({sql.trimmed(text)})")], "NULL")
        + f" AS {letter}{index}"
        for index, (_, group, value) in enumerate(plan.within)
        for text, letter in ((group, "k"), (value, "w"))
    ]
    groups += [
        sql.choice(
            [(f"{group} IS NOT NULL AND {value} IS NOT NULL", f"hash({sql.trimmed(group)}, {value})")], "NULL"
        )
        + f" AS u{index}"
        for index, (_, group, value) in enumerate(plan.unlike)
    ]
    groups += [
        f"CASE WHEN {text} IS NOT NULL THEN hash({sql.trimmed(text)}) END AS v{index}"
        for index, (_, text, _) in enumerate(plan.distinct)
    ]
    lookups = [f"{text} AS t{index}" for index, (_, text) in enumerate(plan.lookups)]
    return [f"hash({plan.item_id}) AS h", *masks, *groups, *lookups]
