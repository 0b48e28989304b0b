"""What the peers' workers are told to do: the no-op command as a subprocess, for RQ and for Celery on Redis."""

import os
import subprocess

from celery import Celery

REDIS_URL = os.environ.get("BENCH_REDIS_URL", "redis://127.0.0.1:6379")
COMMAND = os.environ.get("BENCH_COMMAND", "true")

app = Celery("bench", broker=f"{REDIS_URL}/0", backend=f"{REDIS_URL}/1")
app.conf.update(worker_prefetch_multiplier=1, task_acks_late=True, broker_connection_retry_on_startup=True)


def run_command() -> int:
    """Run the command as feedscript does: no input, output taken, a session of its own."""
    done = subprocess.run(
        [COMMAND], stdin=subprocess.DEVNULL, capture_output=True, start_new_session=True, check=True
    )
    return done.returncode


@app.task(name="run_command")  # type: ignore[untyped-decorator]  # celery ships no types
def run_command_task() -> int:
    """The same as a Celery task."""
    return run_command()
