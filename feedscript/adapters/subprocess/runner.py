"""The runner process: `python -m feedscript.adapters.subprocess.runner [MODULE ...]`.

It preloads the modules, then takes one assignment a line on its standard input and looks after one script at a time.
It leads a session of its own and outlives the server: when its input ends it finishes what it has begun, and goes.
"""

import json
import os
import signal
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from feedscript.adapters._flock import open_lock, try_lock
from feedscript.adapters.subprocess.attempt_folder import AttemptFolder
from feedscript.adapters.subprocess.supervision import Assignment, End, Script, become_subreaper


def main(preload: list[str]) -> int:
    """Serve assignments until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    become_subreaper()
    for module in preload:
        import_module(module)
    for line in sys.stdin:
        _serve(Assignment(**json.loads(line)))
    return 0


def _serve(assignment: Assignment) -> None:
    folder = AttemptFolder(Path(assignment.folder))
    try:
        lock = open_lock(folder.lock)
    except FileNotFoundError:
        _tell("gone")  # somebody else has seen the attempt to its end
        return
    try:
        if not try_lock(lock) or folder.started.exists():
            _tell("taken")
            return
        end = _run(assignment, folder)
        _write_atomically(folder.end, json.dumps(asdict(end)).encode())
    finally:
        os.close(lock)
    _tell("ended")


def _run(assignment: Assignment, folder: AttemptFolder) -> End:
    Path(assignment.log).parent.mkdir(parents=True, exist_ok=True)
    try:
        script = Script(assignment, folder.work, started=folder.started.touch)
    except OSError as error:
        command = assignment.command[0] if assignment.command else assignment.builtin
        return End(reason="spawn_error", error=f"{command} could not be started: {error.strerror or error}")
    _tell("started")
    return script.wait(folder.cancel.exists)


def _write_atomically(path: Path, data: bytes) -> None:
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)


def _tell(what: str) -> None:
    try:
        os.write(sys.stdout.fileno(), f"{what}\n".encode())
    except BrokenPipeError:
        return  # the server is gone; the next one reads the folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
