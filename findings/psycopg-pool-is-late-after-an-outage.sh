#!/usr/bin/env bash
# A psycopg pool whose server was away looks for it after pauses that double, up to minutes (`reconnect_timeout`, 300 s),
# and a client that asks for a connection meanwhile does not make it look: it waits for the pool's own next look, and is
# told that there was none. So the server is back, clients ask all the time, and the pool is as long without it again as
# the outage had lasted (measured with PostgreSQL: 46 s after one of 70 s). The pause goes on across clients' timeouts, so
# their patience does not bound it. With `reconnect_timeout=0` each client that asks has it look at once.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check psycopg-pool==3.3.3 'psycopg[binary]==3.3.9'
"$folder/venv/bin/python" - <<'PYTHON'
import logging
import time
from importlib.metadata import version

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

logging.disable()
AWAY, ASKS = 8.0, 0.5


class Absent(psycopg.Connection):
    """A connection to a server that is away; notes when it was looked for."""

    looks = []

    @classmethod
    def connect(cls, *_args, **_settings):
        cls.looks.append(time.monotonic())
        raise psycopg.OperationalError("connection refused")


def looks(**settings):
    """When the server was looked for, in seconds, while a client asked for a connection every half second."""
    Absent.looks = []
    asked = 0
    with ConnectionPool(connection_class=Absent, min_size=0, max_size=4, open=True, **settings) as pool:
        begun = time.monotonic()
        while time.monotonic() - begun < AWAY:
            asked += 1
            try:
                pool.getconn(timeout=ASKS)
            except PoolTimeout:
                continue
    return asked, [round(look - begun, 1) for look in Absent.looks]


print("psycopg-pool", version("psycopg-pool"))
asked, seen = looks()
print(f"a client asked {asked} times in {AWAY:g} s; the server was looked for after", *seen)
asked_anew, at_once = looks(reconnect_timeout=0)
print(f"with reconnect_timeout=0 it asked {asked_anew} times, and the server was looked for {len(at_once)} times")
pauses = [later - earlier for earlier, later in zip(seen, seen[1:])]
assert asked >= 15, asked
assert len(seen) <= 4, "a client that asks has the pool look for its server"
assert all(later > 1.7 * earlier for earlier, later in zip(pauses, pauses[1:])), "the pauses do not double"
assert len(at_once) >= asked_anew
PYTHON
