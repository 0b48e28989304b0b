#!/usr/bin/env bash
# A Procrastinate worker whose listener has failed (for PostgreSQL: a restart, a failover) is to stop, so that whoever
# runs it starts another one. It does so only where a periodic task is registered. Without one the deferrer of periodic
# tasks, which is looked after in the same way, has nothing to do and ends at once; that ends the looking after, and the
# worker goes on without hearing of jobs: they are started by its poll alone, 5 seconds later as it comes, with no word in
# the log. Seen with workers that wait for calls while their database is restarted.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check procrastinate==3.10.0
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import logging
from importlib.metadata import version

import procrastinate
from procrastinate.testing import InMemoryConnector

logging.disable()


class Cut(InMemoryConnector):
    """Loses the connection that it listens on a quarter of a second after it began to."""

    async def listen_notify(self, on_notification, channels):
        await asyncio.sleep(0.25)
        raise ConnectionError("the connection is cut")


async def outcome(*, periodic):
    app = procrastinate.App(connector=Cut())
    if periodic:
        app.periodic(cron="0 0 1 1 *")(app.task(name="yearly")(lambda timestamp: None))
    async with app.open_async():
        try:
            await asyncio.wait_for(app.run_worker_async(install_signal_handlers=False), 4)
        except TimeoutError:
            return "goes on"
        return "stops"


seen = {periodic: asyncio.run(outcome(periodic=periodic)) for periodic in (True, False)}
print("procrastinate", version("procrastinate"))
print("its listener has failed; with a periodic task the worker", seen[True])
print("its listener has failed; without one the worker", seen[False])
assert seen == {True: "stops", False: "goes on"}, "it looks after its listener without periodic tasks, too"
PYTHON
