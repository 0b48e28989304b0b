"""What the index of the jobs is asked: a filter as SQL, each of its parts read from the end of an index.

SQLite knows nothing of how many jobs have a value, and scans where it guesses wrong. So it is not asked to choose: the
index that has all that is asked for stands in the statement, which looks once for each status, merchant and partner
that may be, each time for the newest ids alone. What an index cannot tell follows from what it can: the phase from the
status, as does that a job with a reason has failed; and about when a job was made from its id.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from math import prod
from typing import Any

from feedscript.adapters.lead import Lead
from feedscript.codec import to_rfc3339
from feedscript.domain import JobState, Phase, Stage
from feedscript.ports.repository import JobFilter

MOST_LOOKS = 3000
FAILED = frozenset({JobState.GENERATION_FAILED, JobState.VALIDATION_FAILED})
"""The states whose newest attempt has a reason."""
OF_VALIDATION = frozenset({JobState.VALIDATING, JobState.VALIDATED, JobState.VALIDATION_FAILED})
OF_PHASE = {Phase.VALIDATION: OF_VALIDATION, Phase.GENERATION: frozenset(JobState) - OF_VALIDATION}
INDEXES = """
CREATE INDEX IF NOT EXISTS by_status ON job (status, id);
CREATE INDEX IF NOT EXISTS by_merchant_status ON job (merchant, status, id);
CREATE INDEX IF NOT EXISTS by_partner_status ON job (partner, status, id);
CREATE INDEX IF NOT EXISTS by_merchant_partner_status ON job (merchant, partner, status, id);
CREATE INDEX IF NOT EXISTS by_reason ON job (reason, status, id) WHERE reason IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_merchant_reason ON job (merchant, reason, status, id) WHERE reason IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_partner_reason ON job (partner, reason, status, id) WHERE reason IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_merchant_partner_reason ON job (merchant, partner, reason, status, id)
    WHERE reason IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_stage ON job (stage, id) WHERE stage <> 'settled';
CREATE INDEX IF NOT EXISTS by_merchant_stage ON job (merchant, stage, id) WHERE stage <> 'settled';
CREATE INDEX IF NOT EXISTS by_partner_stage ON job (partner, stage, id) WHERE stage <> 'settled';
CREATE INDEX IF NOT EXISTS by_merchant_partner_stage ON job (merchant, partner, stage, id) WHERE stage <> 'settled';
CREATE INDEX IF NOT EXISTS by_reference ON job (reference, id);
"""


def query_for(wanted: JobFilter, *, before: str | None, limit: int, lead: Lead) -> tuple[str, list[Any]]:
    """The statement, and its values, for up to `limit` ids below `before`, newest first."""
    asked = _looked_for(wanted)
    if not all(asked.values()):
        return "SELECT id FROM job WHERE FALSE", []
    index, keys = _leading(wanted, asked)
    listed = {key: asked.pop(key) for key in keys}
    conditions = [f"{key} = of_{key}.column1" for key in listed]
    values: list[Any] = list(chain.from_iterable(listed.values()))
    if "stage" in listed:
        conditions.append("stage <> 'settled'")  # as its indexes have it, which hold nothing else
    for key, names in asked.items():
        conditions.append(f"{key} IN ({_marks(names)})")
        values += names
    for condition, value in _bounds(wanted, before, lead):
        conditions.append(condition)
        values.append(value)
    look = _look(index, conditions)
    if not listed:
        return look, [*values, limit]
    lists = " CROSS JOIN ".join(
        f"(VALUES {_marks(names, '(?)')}) AS of_{key}" for key, names in listed.items()
    )
    every = f"SELECT found.id FROM {lists} CROSS JOIN job AS found WHERE found.id IN ({look})"  # noqa: S608 - as below
    return f"{every} ORDER BY found.id DESC LIMIT ?", [*values, limit, limit]


def _look(index: str, conditions: Sequence[str]) -> str:
    by = f"INDEXED BY {index} " if index else ""
    told = " AND ".join(conditions) or "TRUE"
    return f"SELECT id FROM job {by}WHERE {told} ORDER BY id DESC LIMIT ?"  # noqa: S608 - of the texts here


def _looked_for(wanted: JobFilter) -> dict[str, list[str]]:
    """The values that a job's columns may have; a column that may have any is not there."""
    states = set(wanted.statuses or JobState) & (OF_PHASE[wanted.phase] if wanted.phase else set(JobState))
    if wanted.reason is not None:
        states &= FAILED
    one_of: dict[str, Iterable[str] | None] = {
        "merchant": _within(wanted.affiliate_merchant_id, wanted.reach.merchants),
        "partner": _within(wanted.partner_id, wanted.reach.partners),
        "reason": wanted.reason and [wanted.reason],
        "stage": wanted.stage and [wanted.stage],
        "reference": None if wanted.reference is None else [wanted.reference],
        "status": states if states != set(JobState) else None,
    }
    return {key: sorted(map(str, names)) for key, names in one_of.items() if names is not None}


def _within(name: str | None, reach: Iterable[str] | None) -> Iterable[str] | None:
    if name is None:
        return reach
    return [name] if reach is None or name in reach else []


def _leading(wanted: JobFilter, asked: dict[str, list[str]]) -> tuple[str, Sequence[str]]:
    """The index that leads, and its columns before the id, each of which `asked` has names for then."""
    if "reference" in asked:
        return "by_reference", ("reference",)
    whose = [key for key in ("merchant", "partner") if key in asked]
    if wanted.stage not in (None, Stage.SETTLED):
        by = ["stage"]  # as many as wait, at most: the rest need not be in an index
    elif "reason" in asked:
        by = ["reason", "status"]
        asked.setdefault("status", sorted(FAILED))
    elif "status" in asked or whose:
        by = ["status"]
        asked.setdefault("status", sorted(JobState))
    else:
        return "", ()
    while whose and prod(len(asked[key]) for key in (*whose, *by)) > MOST_LOOKS:
        whose.remove(max(whose, key=lambda key: len(asked[key])))
    return "_".join(("by", *whose, by[0])), (*whose, *by)


def _bounds(wanted: JobFilter, before: str | None, lead: Lead) -> Iterator[tuple[str, str]]:
    if wanted.created_after is not None:
        yield "id >= ?", lead.after(wanted.created_after)
        yield "created > ?", to_rfc3339(wanted.created_after)
    if wanted.created_before is not None:
        yield "id < ?", lead.before(wanted.created_before)
        yield "created < ?", to_rfc3339(wanted.created_before)
    if before is not None:
        yield "id < ?", before


def _marks(names: Sequence[str], mark: str = "?") -> str:
    return ", ".join([mark] * len(names))
