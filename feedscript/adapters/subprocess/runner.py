"""The runner process: `python -m feedscript.adapters.subprocess.runner [MODULE ...]`.

It preloads the modules, then takes one assignment a line on its standard input and looks after one script at a time.
It leads a session of its own and outlives the server: when its input ends it finishes what it has begun, and goes.
"""

import gc
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
import traceback
from functools import partial
from importlib import import_module
from pathlib import Path

from feedscript.adapters._flock import OUT_OF_ROOM, open_lock, try_lock
from feedscript.adapters.subprocess.attempt_folder import AttemptFolder
from feedscript.adapters.subprocess.lacking import Lacking
from feedscript.adapters.subprocess.supervision import (
    LEASE_OVER,
    Assignment,
    End,
    Script,
    document_of,
    prepare,
)

AT_ONCE = 0.05
TRY_AGAIN_AFTER = 0.25


def main(preload: list[str]) -> int:
    """Serve assignments until the input ends."""
    # Caught, not ignored: what is ignored stays so in the programs that are started from here.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    prepare()
    for module in preload:
        try:
            import_module(module)
        except Exception:  # noqa: BLE001 - the attempt that needs the module fails by itself, and tells in its log
            traceback.print_exc()
    # What is there by now stays: a collection in a forked child would go through it, and so copy it, each time.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        lacking = _serve(Assignment(**json.loads(line)))
        if lacking is not None and not select.select([sys.stdin], [], [], 0)[0]:
            lacking.make_ready()
            gc.freeze()
    return 0


def _serve(assignment: Assignment) -> Lacking | None:
    """Look after one script; answers what it lacked."""
    folder = AttemptFolder(Path(assignment.folder))
    try:
        lock = open_lock(folder.lock)
    except FileNotFoundError:
        _tell("gone")  # somebody else has seen the attempt to its end
        return None
    try:
        if not try_lock(lock) or not folder.is_locked_by(lock) or folder.started.exists():
            _tell("taken")
            return None
        end = _run(assignment, folder, lock)
        lacking = Lacking.of(assignment, folder.work)
        if end is None:
            folder.started.unlink(missing_ok=True)
        else:
            _leave_word(folder, lock, end)
    finally:
        os.close(lock)
    if not _tell("ended" if end is not None else "no room"):
        folder.sync()  # it may be long before somebody reads it
    return lacking


def _run(assignment: Assignment, folder: AttemptFolder, lock: int) -> End | None:
    """The script's end; None where a full disk let it not begin: it is begun when there is room."""
    if assignment.is_lost:
        return End(reason="lost", error=LEASE_OVER)
    try:
        script = Script(assignment, folder.work, started=partial(folder.begin, lock))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        if isinstance(error, OSError) and error.errno in OUT_OF_ROOM:
            return None
        # By its name: where programs lie on this machine is not for callers.
        command = Path(assignment.command[0]).name if assignment.command else assignment.builtin
        why = (isinstance(error, OSError) and error.strerror) or error
        return End(reason="spawn_error", error=f"{command} could not be started: {why}")
    # The start of one that is over at once is told of with its end, for half the commits.
    if not script.is_over_within(AT_ONCE):
        _tell("started")
    return script.wait(folder.cancel.exists)


def _leave_word(folder: AttemptFolder, lock: int, end: End) -> None:
    """Write the end down; on a full disk again and again, and the attempt stays alive until it is told."""
    if not _is_empty(folder.work):
        shutil.rmtree(folder.work, ignore_errors=True)  # which may make the room
    while True:
        try:
            folder.finish(lock, json.dumps(document_of(end)).encode())
        except OSError as error:
            if error.errno not in OUT_OF_ROOM:
                raise
            time.sleep(TRY_AGAIN_AFTER)
        else:
            return


def _is_empty(folder: Path) -> bool:
    try:
        return not any(folder.iterdir())
    except OSError:
        return False  # it is no folder any more


def _tell(what: str) -> bool:
    """Tell the server; answers False where it is gone, and the next one reads the folder."""
    try:
        os.write(sys.stdout.fileno(), f"{what}\n".encode())
    except BrokenPipeError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
