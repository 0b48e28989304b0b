"""The connections to a database, and how a transaction is seen through whatever happens to them."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from feedscript.adapters.postgresql.failures import TO_BE_REPEATED, Connection, is_cut, translated
from feedscript.domain import FeedscriptError
from feedscript.ports.errors import StorageUnavailable

T = TypeVar("T")
PATIENCE = 10.0
NO_PATIENCE = 1.0
ASK_AGAIN_AFTER = 0.5
PAUSE = 0.02
LOCK = "SELECT pg_advisory_lock(%s, %s)"
FEEDSCRIPT = 0x66656564
"""The first key of the advisory locks on tables; the second is of the table that is meant."""
DEFAULTS = {
    "application_name": "feedscript",
    "connect_timeout": "5",
    # A host that is cut off notices within a quarter of a minute.
    "keepalives_idle": "5",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
    # After a failover the old primary may still answer.
    "target_session_attrs": "read-write",
}
SESSION: LiteralString = (
    "SET TIME ZONE 'UTC'; SET lock_timeout = '10s'; SET statement_timeout = '60s'; "
    # In a higher one a statement that waits for a lock would not see what was committed meanwhile.
    "SET default_transaction_isolation = 'read committed'; "
    # Whoever is cut off within a transaction holds up the others for so long.
    "SET idle_in_transaction_session_timeout = '5s'"
)


class Database:
    """A PostgreSQL database: at most `size` connections, made when they are needed, safe for many threads.

    What is asked of it is tried again, on other connections, for `patience` seconds: a restart or a failover that is
    over by then is not noticed. After that it raises `StorageUnavailable`, and who asks next is told so within a second
    until it answers again, so that not all of a server's threads wait. `url` is what libpq takes, `connection` the kind
    of connection.
    """

    def __init__(
        self,
        url: str,
        *,
        size: int = 8,
        patience: float = PATIENCE,
        connection: type[Connection] = psycopg.Connection,
    ) -> None:
        given = conninfo_to_dict(url)
        self.url = make_conninfo(url, **{name: v for name, v in DEFAULTS.items() if name not in given})
        self.where = f"database {given.get('dbname', '')!s} at {given.get('host', 'this machine')!s}"
        self.patience = patience
        self._is_away = False
        self._pool = ConnectionPool[Connection](
            self.url,
            connection_class=connection,
            min_size=0,
            max_size=size,
            open=False,
            # The same few statements over and over, by whichever connection is free.
            kwargs={"autocommit": True, "prepare_threshold": 0},
            configure=_configure,
            # Who asks has it look for the server: by itself it would after pauses that double, up to minutes.
            reconnect_timeout=0,
        )

    def query(
        self, statement: LiteralString, *values: Any, patience: float | None = None
    ) -> list[tuple[Any, ...]]:
        """The rows of one statement, which commits by itself and may be carried out twice.

        One that returns `set_config('synchronous_commit', 'off', true)` does so without an fsync: a crash may take it
        back, and with it all later ones that nobody waits for. The next durable commit, of anybody, takes it along.
        """
        return self._query(statement, values, patience)

    def _query(
        self, statement: LiteralString, values: Sequence[Any] | Mapping[str, Any], patience: float | None
    ) -> list[tuple[Any, ...]]:
        def ask(connection: Connection) -> list[tuple[Any, ...]]:
            cursor = connection.execute(statement, values)
            return [] if cursor.rownumber is None else cursor.fetchall()

        return self.tried(ask, patience)

    def tried(self, work: Callable[[Connection], T], patience: float | None = None) -> T:
        """What `work` answers, which executes one statement, or what its transactions are by itself.

        Where the connection is lost nobody can tell what came of it, so `work` is called again, on another one.
        """
        waits = self.waits if patience is None else min(patience, self.waits)
        try:
            answer = self._tried(work, time.monotonic() + waits)
        except StorageUnavailable:
            # A restart, through which others are to wait, may just have begun for who has little patience.
            self._is_away = self._is_away or waits >= self.patience
            raise
        self._is_away = False
        return answer

    def _tried(self, work: Callable[[Connection], T], give_up: float) -> T:
        while True:
            with self._connection(give_up) as connection:
                try:
                    return work(connection)
                except psycopg.Error as error:
                    self._rest_or_raise(error, connection, give_up)

    @property
    def waits(self) -> float:
        """For how many seconds the next question will be put again and again."""
        return min(NO_PATIENCE, self.patience) if self._is_away else self.patience

    def query_named(self, statement: LiteralString, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """As `query`, with values by name."""
        return self._query(statement, values, None)

    def transaction(self, work: Callable[[Connection], T], *, durable: bool = True) -> T:
        """Do the work in one transaction (READ COMMITTED, pipelined), and answer what it answers.

        Where the connection is lost while it commits nobody can tell what came of it, so `work` is called again, on
        another one: it is to look whether it has been done. (A number of a transaction that has left no trace before
        the server died is given again, so `pg_xact_status` does not tell.)
        """

        def whole(connection: Connection) -> T:
            try:
                with connection.pipeline():
                    connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
                    if not durable:
                        connection.execute("SET LOCAL synchronous_commit = off")
                    result = work(connection)
                    connection.execute("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise
            return result

        return self.tried(whole)

    def state(self) -> str:
        """`ok`, or in a word why it is of no use just now; asked with little patience."""
        try:
            self.query("SELECT 1", patience=NO_PATIENCE)
        except StorageUnavailable:
            return "unavailable"
        except FeedscriptError:
            return "broken: the service's log tells what failed"
        return "ok"

    def connect(self) -> Connection:
        """A connection of the caller's own, which is to close it."""
        try:
            connection: Connection = psycopg.connect(self.url, autocommit=True)
            connection.execute("SET TIME ZONE 'UTC'")
        except psycopg.Error as error:
            raise translated(error, self.where, seconds=self.patience) from error
        return connection

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection of the caller's own, without deadlines for what it does."""
        connection = self.connect()
        try:
            yield connection
        except psycopg.Error as error:
            raise translated(error, self.where, seconds=self.patience) from error
        finally:
            connection.close()

    @contextmanager
    def locked(self, kind: int, keys: Sequence[int]) -> Iterator[None]:
        """Hold the advisory locks of these keys, in order; raises `StorageBusy` where one is not had.

        `kind` is their first key, `keys` are their second ones.
        """
        give_up = time.monotonic() + self.patience
        with self._connection(give_up) as connection:
            try:
                for key in keys:
                    connection.execute(LOCK, [kind, key])
                yield
            except psycopg.Error as error:
                raise translated(error, self.where, seconds=self.patience) from error
            finally:
                _unlock(connection)

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.close()

    @contextmanager
    def _connection(self, give_up: float) -> Iterator[Connection]:
        """A connection from the pool, until that time."""
        self._pool.open()
        connection = self._taken(give_up)
        try:
            yield connection
        finally:
            self._pool.putconn(connection)

    def _taken(self, give_up: float) -> Connection:
        while True:
            left = give_up - time.monotonic()
            try:
                return self._pool.getconn(timeout=max(0.0, min(left, ASK_AGAIN_AFTER)))
            except psycopg.Error as error:
                if left <= ASK_AGAIN_AFTER or not isinstance(error, PoolTimeout):
                    raise StorageUnavailable(self.where, self._why_none()) from error

    def _why_none(self) -> str:
        """Why there is no connection, which the pool does not tell who asks for one."""
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.Error as error:
            return " ".join(str(error).split())
        return f"all {self._pool.max_size} connections are in use"

    def _rest_or_raise(self, error: psycopg.Error, connection: Connection, give_up: float) -> None:
        """Return where it is to be tried again; else raise the error as the ports have it."""
        cut = is_cut(error, connection)
        if cut:
            connection.close()
        if not (cut or isinstance(error, TO_BE_REPEATED)) or time.monotonic() >= give_up:
            raise translated(error, self.where, seconds=self.patience) from error
        if cut:
            self._pool.check()  # the others are most likely no better
        time.sleep(random.uniform(0, PAUSE))  # noqa: S311 - so that those that met do not meet again


def _configure(connection: Connection) -> None:
    connection.execute(SESSION, prepare=False)


def _unlock(connection: Connection) -> None:
    try:
        connection.execute("SELECT pg_advisory_unlock_all()")
    except psycopg.Error:
        connection.close()  # with its locks


def _roll_back(connection: Connection) -> None:
    try:
        connection.rollback()
    except psycopg.Error:
        connection.close()
