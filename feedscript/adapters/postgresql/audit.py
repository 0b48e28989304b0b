"""Whether the audit trail in a database is whole: its chain, its columns, the digests of its days."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date
from itertools import pairwise
from typing import Any

from feedscript.adapters.postgresql.activity_log import day_held
from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.postgresql.failures import Connection
from feedscript.adapters.postgresql.writing import entry_columns
from feedscript.adapters.trail.chain import Tampered, Trail, Walk
from feedscript.adapters.trail.digests import DayHeld, check_digests, digest_name
from feedscript.codec import activity_from_json

TABLE = "activity"
AT_ONCE = 2000
LINES = "SELECT sequence, line, job_id, type, actor, at FROM activity ORDER BY sequence"
DAYS = "SELECT day, first_sequence FROM trail_day ORDER BY day"
DIGESTS = "SELECT day, document FROM trail_digest ORDER BY day"


def verify(database: Database, *, expect_head: str | None = None, keys: Sequence[bytes] = ()) -> Trail:
    """Walk the whole chain, and check columns and digests; raises `Tampered` for the first fault.

    `expect_head` is an earlier answer's head (`<sequence>:<hash>`): the trail must still hold that line. `keys` are
    those that digests were signed with. The service may be running: what is verified is the trail of one moment.
    """
    walk = Walk(expect_head)
    with database.alone() as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        begins = dict(connection.execute(DAYS).fetchall())
        ends = _walk(connection, walk, begins)
        walk.end(TABLE)
        digests = [
            (digest_name(day), document.encode()) for day, document in connection.execute(DIGESTS).fetchall()
        ]
    signed, unsigned = check_digests(
        digests, first=min(begins, default=None), ends=ends, held=lambda day: _held(database, day), keys=keys
    )
    return walk.trail(segments=len(begins), torn=False, signed=signed, unsigned=unsigned)


def lines_of(connection: Connection) -> Iterator[tuple[Any, ...]]:
    """Sequence number, line and columns of every entry, in order, some at a time; within a transaction."""
    with connection.cursor(name="feedscript_trail") as cursor:
        cursor.itersize = AT_ONCE
        cursor.execute(LINES)
        yield from cursor


def _walk(connection: Connection, walk: Walk, begins: dict[date, int]) -> dict[date, tuple[int, str]]:
    """Walk along all lines; answers how each day ends."""
    days = sorted(begins)
    following = {begins[day]: before for before, day in pairwise(days)}
    ends: dict[date, tuple[int, str]] = {}
    if days and begins[days[0]] != 1:
        raise Tampered(TABLE, 0, f"its first day begins with entry {begins[days[0]]}")
    for sequence, line, *columns in lines_of(connection):
        if (over := following.pop(sequence, None)) is not None:
            ends[over] = (walk.sequence, walk.hash)
        walk.take(line.encode(), TABLE, sequence)
        if walk.sequence != sequence:
            raise Tampered(TABLE, sequence, f"it holds entry {walk.sequence}")
        _compare(sequence, line, columns)
    if following or (walk.sequence and not days):
        raise Tampered("trail_day", 0, "days begin where the trail has no entry")
    if days:
        ends[days[-1]] = (walk.sequence, walk.hash)
    return ends


def _compare(sequence: int, line: str, columns: list[Any]) -> None:
    """What is looked up by columns must be what the line says."""
    try:
        told = [*entry_columns(activity_from_json(line)).values()]
    except ValueError as error:
        raise Tampered(TABLE, sequence, str(error)) from error
    if told != [*columns[:3], columns[3].astimezone(UTC)]:
        raise Tampered(TABLE, sequence, "a column is not as its line says")


def _held(database: Database, day: date) -> DayHeld:
    held = day_held(database, day)
    if held is None:
        raise Tampered(TABLE, 0, f"nothing is left of {day}")
    return held
