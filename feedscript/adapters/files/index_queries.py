"""What the index of the jobs is asked: a filter as SQL, such that one of its indexes leads to the newest that match.

SQLite chooses between indexes without knowing how many jobs have a value. So the condition that is sure to leave the
fewest leads, and a `+` (sqlite.org/optoverview.html, 2.1) keeps those from it that would lead to half of all jobs.
"""

from collections.abc import Iterator
from typing import Any

from feedscript.codec import to_rfc3339
from feedscript.domain import JobState, Stage
from feedscript.ports.repository import JobFilter

MOST_NAMES = 500
_Condition = tuple[str, list[Any]]


def query_for(wanted: JobFilter, *, before: str | None, limit: int) -> tuple[str, list[Any]]:
    """The statement, and its values, for up to `limit` ids below `before`, newest first."""
    parts, values = [], list[Any]()
    # A line of the index for each status: of several together all that match would have to be sorted.
    statuses: list[JobState | None] = [*sorted(wanted.statuses)] or [None]
    for status in statuses:
        conditions = [*_leading(wanted, status), *_others(wanted, before)]
        told = " AND ".join(condition for condition, _ in conditions) or "TRUE"
        parts.append(f"SELECT * FROM (SELECT id FROM job WHERE {told} ORDER BY id DESC LIMIT ?)")  # noqa: S608 - of the texts here
        values += [value for _, given in conditions for value in given] + [limit]
    if len(parts) == 1:
        return parts[0], values
    return f"{' UNION ALL '.join(parts)} ORDER BY id DESC LIMIT ?", [*values, limit]


def _leading(wanted: JobFilter, status: JobState | None) -> Iterator[_Condition]:
    """The conditions that have indexes: the first that is asked for leads, with the merchant or the partner."""
    unsettled = wanted.stage not in (None, Stage.SETTLED)
    given = [
        ("reference", wanted.reference),
        ("stage", wanted.stage.value if wanted.stage and unsettled else None),
        ("reason", wanted.reason and wanted.reason.value),
        ("status", status and status.value),
    ]
    leads = next((column for column, value in given if value is not None), None)
    for column, value in given:
        if value is not None:
            yield f"{'' if column == leads else '+'}{column} = ?", [value]
    if unsettled:
        yield "stage <> 'settled'", []  # as its indexes have it, which hold nothing else
    elif wanted.stage:
        yield "+stage = ?", [wanted.stage.value]
    kept_out = "+" if leads == "reference" else ""
    for column, name in (("merchant", wanted.affiliate_merchant_id), ("partner", wanted.partner_id)):
        if name is not None:
            yield f"{kept_out}{column} = ?", [name]
    if wanted.phase:
        alone = leads is None and wanted.affiliate_merchant_id is None and wanted.partner_id is None
        yield f"{'' if alone else '+'}phase = ?", [wanted.phase.value]


def _others(wanted: JobFilter, before: str | None) -> Iterator[_Condition]:
    for column, names in (("merchant", wanted.reach.merchants), ("partner", wanted.reach.partners)):
        # Too many to ask for leave it to the jobs themselves.
        if names is not None and len(names) <= MOST_NAMES:
            yield f"{column} IN ({', '.join('?' * len(names))})", sorted(names)
    if wanted.created_after is not None:
        yield "created > ?", [to_rfc3339(wanted.created_after)]
    if wanted.created_before is not None:
        yield "created < ?", [to_rfc3339(wanted.created_before)]
    if before is not None:
        yield "id < ?", [before]
