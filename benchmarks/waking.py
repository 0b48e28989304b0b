"""What Procrastinate's own worker is told to do: the no-op command as a subprocess, and nothing about it kept."""

import asyncio
import os

import procrastinate

URL = os.environ.get("BENCH_DATABASE_URL", "")
COMMAND = os.environ.get("BENCH_COMMAND", "true")

app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=URL))


@app.task(name="run_command", queue="bench")
async def run_command() -> int:
    """Run the command as feedscript does: no input, output taken, a session of its own."""
    process = await asyncio.create_subprocess_exec(
        COMMAND,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    await process.communicate()
    return process.returncode or 0
