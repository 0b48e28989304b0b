"""Which attempts wait, and which host has claimed which: the table that decides, whatever the engine delivers twice."""

from collections import deque
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Any, LiteralString

from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.postgresql.failures import Connection
from feedscript.adapters.postgresql.repository import job_in, read_job
from feedscript.adapters.postgresql.stored_text import HASHED, stored
from feedscript.adapters.procrastinate.engine import CALLED, TASK
from feedscript.domain import Job
from feedscript.ports import ExecutorHealth, Run
from feedscript.ports.errors import UnreadableJob

OFFER: LiteralString = f"""
WITH offered AS (
    INSERT INTO attempt (job_id, number, merchant, caller) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
    RETURNING set_config('synchronous_commit', 'off', true)
)
SELECT EXISTS (SELECT FROM offered), ({CALLED})
"""  # noqa: S608 - of the texts here
CLAIM = "SELECT * FROM claim_attempts(%s, %s, %s::text[])"
CLAIMED = "SELECT job_id, number FROM attempt WHERE host = %s ORDER BY turn"
HELD = "SELECT 1 FROM attempt WHERE job_id = %s AND number = %s AND host = %s"
EARLIER = "SELECT 1 FROM attempt WHERE job_id = %s AND number < %s AND host IS NOT NULL LIMIT 1"
GIVE_BACK = "UPDATE attempt SET host = NULL WHERE job_id = %s AND number = %s AND host = %s"
DROP = """
DELETE FROM attempt WHERE job_id = %s AND number = %s AND host = %s
RETURNING set_config('synchronous_commit', 'off', true)
"""
DROP_WAITING = "DELETE FROM attempt WHERE job_id = %s AND number = %s AND host IS NULL"
KNOWN = "SELECT job_id, number FROM attempt"
RENEW = """
INSERT INTO host (id, name, capacity, until, epoch)
VALUES (%(id)s, %(name)s, %(capacity)s, clock_timestamp() + %(lasts)s * interval '1 second',
        extract(epoch FROM clock_timestamp()))
ON CONFLICT (id) DO UPDATE SET name = excluded.name, capacity = excluded.capacity, until = excluded.until,
epoch = CASE WHEN host.until < clock_timestamp() THEN greatest(host.epoch + 1, excluded.epoch) ELSE host.epoch END
RETURNING epoch
"""
LOST = """
SELECT job_id, number, attempt.host, coalesce(host.name, attempt.host)
FROM attempt LEFT JOIN host ON host.id = attempt.host
WHERE attempt.host IS NOT NULL AND (host.until IS NULL OR host.until < clock_timestamp())
"""
FORGET_HOSTS = """
DELETE FROM host WHERE until < clock_timestamp() - interval '1 day'
AND NOT EXISTS (SELECT FROM attempt WHERE attempt.host = host.id)
"""
#: Of those that have nothing in the line, while nobody lines up.
FORGET_TURNS = (
    "SELECT pg_advisory_xact_lock(hashtext('feedscript: pick'), 0)",
    "LOCK TABLE attempt IN SHARE MODE",
    """
DELETE FROM merchant_turn WHERE served < (SELECT last_value - 10000 FROM turn)
AND NOT EXISTS (SELECT FROM attempt WHERE (caller, merchant) = (merchant_turn.caller, merchant_turn.merchant))
    """,
    """
DELETE FROM caller_turn WHERE served < (SELECT last_value - 10000 FROM turn)
AND NOT EXISTS (SELECT FROM merchant_turn WHERE caller = caller_turn.caller)
    """,
)
COUNTS = """
WITH line AS MATERIALIZED (SELECT merchant, host IS NULL AS waits, offered FROM attempt)
SELECT count(*) FILTER (WHERE NOT waits), count(*) FILTER (WHERE waits),
       extract(epoch FROM clock_timestamp() - min(offered) FILTER (WHERE waits))::float8,
       coalesce((SELECT sum(capacity) FROM host WHERE until > clock_timestamp()), 0),
       (SELECT jsonb_object_agg(merchant, n) FROM (
           SELECT merchant, count(*) AS n FROM line WHERE waits GROUP BY merchant ORDER BY n DESC LIMIT 100
       ) AS most)
FROM line
"""
ONE_OF = "SELECT job_id FROM attempt WHERE merchant = %s AND host IS NULL LIMIT 1"
ROOM = """
SELECT EXISTS (SELECT FROM attempt WHERE host IS NULL) AND EXISTS (
    SELECT FROM host WHERE until > clock_timestamp()
    AND capacity > (SELECT count(*) FROM attempt WHERE attempt.host = host.id))
"""
LINES = """
SELECT caller, merchant, job_id, number, turn, coalesce(caller_turn.served, 0), coalesce(merchant_turn.served, 0)
FROM attempt LEFT JOIN caller_turn USING (caller) LEFT JOIN merchant_turn USING (caller, merchant)
WHERE host IS NULL ORDER BY turn LIMIT %s
"""


def line_up(job: Job) -> dict[str, Any]:
    """What becomes of the job's attempts in its transaction: the newest waits, if its script is still to be started."""
    newest = job.latest
    over = [attempt.number for attempt in job.attempts if attempt.exited_at is not None]
    if newest.open and newest.started_at is None and newest.exited_at is None:
        return {"waits": newest.number, "caller": stored(newest.caller), "over": over or None}
    return {"over": over or None}


@dataclass(frozen=True, slots=True)
class Claim:
    """An attempt that a host has claimed, and its job's document as that was just then."""

    job_id: str
    attempt: int
    document: str | None = field(default=None, compare=False, repr=False)

    @property
    def job(self) -> Job | None:
        """The job; raises `UnreadableJob`."""
        return None if self.document is None else read_job(self.job_id, self.document)


class Attempts:
    """The attempts of all hosts, as `host_id` sees them."""

    def __init__(self, database: Database, host_id: str) -> None:
        self._database = database
        self.host_id = host_id

    def offer(self, run: Run) -> tuple[bool, bool]:
        """Let it wait; answers whether it did not wait or run already, and whether a call waited before.

        It need not be durable, as the job tells the same.
        """
        whose = stored(run.request.affiliate_merchant_id), stored(run.caller)
        ((offered, called),) = self._database.query(OFFER, run.job_id, run.attempt, *whose, TASK)
        return offered, called

    def claim(self, most: int = 1, *, gone: Collection[str] = ()) -> list[Claim]:
        """The next ones in all fairness, for this host, as long as it has room.

        From here on nobody else may run them, unless this host is silent for too long.
        Jobs that are `gone` take none: their scripts have ended, and that is being written down.
        """
        # A commit that nobody could tell of is found again among what is claimed here.
        rows = self._database.query(CLAIM, self.host_id, most, f"{{{','.join(gone)}}}")
        return [Claim(*row) for row in rows]

    def claimed(self) -> list[Claim]:
        """What this host has claimed and not let go of."""
        return [Claim(*row) for row in self._database.query(CLAIMED, self.host_id)]

    def holds(self, job_id: str, attempt: int) -> bool:
        """Whether the attempt is this host's: nobody has declared it lost meanwhile."""
        return bool(self._database.query(HELD, job_id, attempt, self.host_id))

    def is_earlier_claimed(self, job_id: str, attempt: int) -> bool:
        """Whether an earlier attempt of the job is any host's: its script runs, or is about to be started."""
        return bool(self._database.query(EARLIER, job_id, attempt))

    def give_back(self, job_id: str, attempt: int) -> None:
        """The attempt, which was claimed here and whose script has not been started, waits again."""
        self._database.query(GIVE_BACK, job_id, attempt, self.host_id)

    def let_go(self, job_id: str, attempt: int, *, host: str | None = None) -> None:
        """The attempt is over, or not wanted."""
        self._database.query(DROP, job_id, attempt, host or self.host_id)

    def withdraw(self, job_id: str, attempt: int) -> None:
        """The attempt waits no more; one that is claimed stays."""
        self._database.query(DROP_WAITING, job_id, attempt)

    def known(self) -> set[tuple[str, int]]:
        """All that wait or are claimed."""
        return set(self._database.query(KNOWN))

    def renew(self, name: str, capacity: int, lasts: float) -> int:
        """This host is there, and will be for `lasts` seconds by the database's clock; answers its epoch."""
        asked = {"id": self.host_id, "name": name, "capacity": capacity, "lasts": lasts}
        ((epoch,),) = self._database.query_named(RENEW, asked)
        return int(epoch)

    def lost(self) -> list[tuple[str, int, str, str]]:
        """Attempts of hosts that have been silent for too long: job, attempt, the host's id and name."""
        return self._database.query(LOST)

    def forget(self) -> None:
        """Remove hosts that are gone for a day, and turns so old that they decide nothing."""
        self._database.query(FORGET_HOSTS)

        def forget_turns(connection: Connection) -> None:
            for statement in FORGET_TURNS:
                connection.execute(statement)

        self._database.transaction(forget_turns, durable=False)

    def is_room(self) -> bool:
        """Whether something waits for which a host has room."""
        ((answer,),) = self._database.query(ROOM)
        return bool(answer)

    def health(self) -> ExecutorHealth:
        """What runs and waits, over all hosts."""
        ((running, queued, wait, capacity, waiting),) = self._database.query(COUNTS)
        return ExecutorHealth(
            leads=False,
            running=running,
            queued=queued,
            capacity=int(capacity),
            oldest_wait_seconds=None if wait is None else max(0.0, wait),
            waiting={self._name(merchant): count for merchant, count in (waiting or {}).items()},
        )

    def _name(self, merchant: str) -> str:
        """The merchant's own id, which a job of it has where the column has a digest in its place."""
        if not merchant.startswith(HASHED):
            return merchant
        rows = self._database.query(ONE_OF, merchant)
        with suppress(UnreadableJob):
            job = job_in(self._database, rows[0][0]) if rows else None
            return job.affiliate_merchant_id if job else merchant
        return merchant

    def order(self, most: int) -> Iterator[tuple[str, int]]:
        """The attempts in the order in which they will be claimed if nothing more comes, of the first `most`."""
        lines: dict[tuple[str, str], deque[tuple[int, str, int]]] = {}
        served: dict[tuple[str, str], tuple[int, int]] = {}
        for caller, merchant, job_id, number, turn, *last in self._database.query(LINES, most):
            lines.setdefault((caller, merchant), deque()).append((turn, job_id, number))
            served[caller, merchant] = last[0], last[1]
        merchants: dict[str, list[tuple[int, str]]] = {}
        for (caller, merchant), line in lines.items():
            merchants.setdefault(caller, []).append((max(served[caller, merchant][1], line[0][0]), merchant))
        callers = [
            (max(served[caller, own[0][1]][0], min(lines[caller, each][0][0] for _, each in own)), caller)
            for caller, own in merchants.items()
        ]
        for heap in (callers, *merchants.values()):
            heapify(heap)
        latest = max((max(line[-1][0], *served[whose]) for whose, line in lines.items()), default=0)
        while callers:
            _, caller = heappop(callers)
            _, merchant = heappop(merchants[caller])
            line = lines[caller, merchant]
            yield line.popleft()[1:]
            latest += 1
            if line:
                heappush(merchants[caller], (latest, merchant))
            if merchants[caller]:
                heappush(callers, (latest, caller))
