"""Looking after one script: its session, its limits, its log, its end. Runs in a single-threaded runner process."""

import ctypes
import os
import resource
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from feedscript.adapters.subprocess.lease import LeaseFile
from feedscript.adapters.subprocess.script_user import become
from feedscript.adapters.subprocess.words import read_words

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
STOPPING = (signal.SIGTERM, signal.SIGINT)
LOOK_EVERY = 0.1
TAIL_BYTES = 2000
LARGEST_RESULT = 1024 * 1024
OF_ONE_SCRIPT = ("RLIMIT_CPU",)
LEASE_OVER = "ended, as this host was not heard of for too long"
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What a runner is to do: run `command`, or the function `builtin` ("module:name") in a forked child.

    `limits` are resource limits by their names in `resource` (RLIMIT_AS in bytes, RLIMIT_CPU in seconds ...);
    times are seconds, `log_bytes` is where the log is cut. With `stall` the script is ended after so long without any
    output or progress. `uid` and `gids` (its groups, its own first) are those of the user as whom it runs, where that
    is not the runner's. Where there is a `lease`, a file, it runs only as long as that holds in this `epoch`.
    """

    folder: str
    log: str
    environment: Mapping[str, str]
    timeout: float
    kill_grace: float
    log_bytes: int
    command: Sequence[str] | None = None
    builtin: str | None = None
    stall: float | None = None
    limits: Mapping[str, int] = field(default_factory=dict)
    uid: int | None = None
    gids: Sequence[int] = ()
    lease: str | None = None
    epoch: int = 0

    @property
    def is_lost(self) -> bool:
        """Whether the script may run no more, as others may run it instead."""
        return self.lease is not None and not _lease_at(self.lease).holds(self.epoch)


@dataclass(slots=True)
class End:
    """How the script ended; `reason` is set where the exit code does not tell.

    `started_at` is in seconds since the epoch, None where it never was started.
    """

    exit_code: int | None = None
    reason: str | None = None
    error: str = ""
    result: Mapping[str, Any] | None = None
    started_at: float | None = None


def document_of(told: Assignment | End) -> dict[str, Any]:
    """What is told between the server and its runner, for JSON; nothing in it is copied."""
    return {name: getattr(told, name) for name in told.__slots__}


def prepare() -> None:
    """Make this process the parent of whatever its scripts leave behind (prctl(2)); and no core is ever dumped."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def bound(limits: Mapping[str, int]) -> None:
    """Hold this process to the limits, and with it all that it starts; those of one script's use alone are left out.

    Set once: a limit that each child had to set for itself would make its start slower.
    """
    _limit({name: limit for name, limit in limits.items() if name not in OF_ONE_SCRIPT})


class Script:
    """A script at work. It leads a session of its own; its output comes through a pipe and stops at the cap."""

    def __init__(self, assignment: Assignment, work: Path, started: Callable[[], None]) -> None:
        self._assignment = assignment
        self._log: int | None = None
        self._output, writer = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._output, False)
        self._written = 0
        self._cut = self._silent = False
        self._heard_at, self._progress = time.monotonic(), self._progress_told()
        self._started_at = time.time()
        try:
            started()
            self.pid = self._spawn(writer, work)
        except BaseException:
            os.close(self._output)
            raise
        finally:
            os.close(writer)
        self._pidfd = os.pidfd_open(self.pid)

    def is_over_within(self, seconds: float) -> bool:
        """Whether the script ends in that time, which is waited for."""
        until = time.monotonic() + seconds
        while not (over := self._exited(max(0.0, until - time.monotonic()))) and time.monotonic() < until:
            continue
        return over

    def wait(self, cancelled: Callable[[], bool]) -> End:
        """Look after the script until it has ended and nothing of it is left."""
        deadline = time.monotonic() + self._assignment.timeout
        self._heard_at = time.monotonic()
        reason: str | None = None
        stop_at: float | None = None
        while not self._exited(LOOK_EVERY):
            now = time.monotonic()
            if stop_at is None:
                reason = self._reason_to_stop(now, deadline, cancelled)
                if reason is not None:
                    # Who is lost has had its time.
                    stop_at = now + (0 if reason == "lost" else self._assignment.kill_grace)
                    self._signal_group(signal.SIGTERM)
            elif now > stop_at:
                self._signal_group(signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        if stop_at is not None:
            self._let_the_rest_end(stop_at)
        self._sweep()
        self._drain()
        os.close(self._pidfd)
        os.close(self._output)
        if self._log is not None:
            os.close(self._log)
        return self._judged(status, reason)

    def _reason_to_stop(self, now: float, deadline: float, cancelled: Callable[[], bool]) -> str | None:
        if now > deadline:
            return "timeout"
        if cancelled():
            return "cancelled"
        if self._assignment.is_lost:
            return "lost"
        return "stalled" if self._assignment.stall is not None and self._has_stalled(now) else None

    def _has_stalled(self, now: float) -> bool:
        """Whether the script has said nothing for too long: nothing on its output, nothing of its progress."""
        told = self._progress_told()
        if told != self._progress:
            self._progress, self._heard_at = told, now
        return now - self._heard_at > (self._assignment.stall or 0)

    def _progress_told(self) -> tuple[int, int] | None:
        try:
            found = Path(self._assignment.environment["FEEDSCRIPT_PROGRESS_FILE"]).lstat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def _spawn(self, output: int, work: Path) -> int:
        assignment = self._assignment
        if assignment.builtin is not None:
            return self._fork(assignment.builtin, output, work)
        assert assignment.command is not None
        bound(assignment.limits)
        own = {name: limit for name, limit in assignment.limits.items() if name in OF_ONE_SCRIPT}
        process = subprocess.Popen(
            assignment.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(assignment.environment),
            cwd=work,
            start_new_session=True,
            close_fds=True,
            user=assignment.uid,
            group=None if assignment.uid is None else assignment.gids[0],
            extra_groups=None if assignment.uid is None else assignment.gids[1:],
            # Safe here, where there is one thread; without it the start is cheaper (vfork).
            preexec_fn=partial(_limit, own) if own else None,  # noqa: PLW1509 - as said
        )
        # Reaped by waitpid here; Popen must not do so as well.
        process.returncode = 0
        return process.pid

    def _fork(self, builtin: str, output: int, work: Path) -> int:
        sys.stdout.flush()
        parent = os.getpid()
        # A signal that comes before the child is itself waits until it is.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        pid = os.fork()
        if pid == 0:
            _become_script(builtin, output, work, parent, self._assignment)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        return pid

    def _exited(self, timeout: float) -> bool:
        watched = [self._pidfd] if self._silent else [self._pidfd, self._output]
        ready, _, _ = select.select(watched, [], [], timeout)
        if self._output in ready:
            self._copy_output()
        return self._pidfd in ready

    def _copy_output(self) -> bool:
        try:
            data = os.read(self._output, 65536)
        except BlockingIOError:
            return False
        self._silent = not data  # every writer is gone: the pipe would be readable for ever
        if data:
            self._heard_at = time.monotonic()
        room = self._assignment.log_bytes - self._written
        self._written += min(len(data), room)
        kept = data[:room]
        if len(data) > room and not self._cut:
            self._cut = True
            kept += f"\n[feedscript: the log is cut at {self._assignment.log_bytes} bytes]\n".encode()
        self._keep(kept)
        if data and not kept and self._log is not None:
            os.utime(self._log)  # whoever looks at the log is to see that the script is heard
        return bool(data)

    def _keep(self, data: bytes) -> None:
        try:
            while data:
                if self._log is None:
                    self._log = _opened(Path(self._assignment.log))
                data = data[os.write(self._log, data) :]
        except OSError:
            return  # a full disk costs the script its log, not its life

    def _drain(self) -> None:
        while self._copy_output():
            pass

    def _signal_group(self, number: int) -> None:
        # Not reaped yet, so the pid is the script's own; a forked child may not lead its group yet.
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            os.kill(self.pid, number)

    def _let_the_rest_end(self, until: float) -> None:
        """The script was told to stop and has; what it started has the rest of the grace."""
        told: set[int] = set()
        while time.monotonic() < until and _reap():
            for pid in set(_children()) - told:
                told.add(pid)
                if os.getpgid(pid) != self.pid:  # who left the group was not told yet
                    os.kill(pid, signal.SIGTERM)
            self._drain()
            time.sleep(LOOK_EVERY / 10)

    def _sweep(self) -> None:
        """End what the script left behind: all that is still a child of this process, until there is none."""
        while _reap():
            for pid in _children():
                os.kill(pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(-1, 0)

    def _judged(self, status: int, reason: str | None) -> End:
        code = os.waitstatus_to_exitcode(status)
        end = End(exit_code=code if code >= 0 else 128 - code, reason=reason, started_at=self._started_at)
        if reason == "timeout":
            end.error = f"stopped after {self._assignment.timeout:g} s"
        elif reason == "stalled":
            end.error = f"no output and no progress for {self._assignment.stall:g} s; {self._tail()}"
        elif reason == "cancelled":
            end.error = "cancelled on request"
        elif reason == "lost":
            end.error = LEASE_OVER
        elif code < 0:
            end.error = f"killed by {signal.Signals(-code).name}; {self._tail()}"
        elif code:
            end.error = f"exit code {code}; {self._tail()}"
        end.result = self._read_result()
        if end.exit_code and end.result and isinstance(end.result.get("err"), str):
            end.error = end.result["err"]
        return end

    def _tail(self) -> str:
        try:
            with Path(self._assignment.log).open("rb") as log:
                log.seek(max(0, os.fstat(log.fileno()).st_size - TAIL_BYTES))
                text = log.read().decode(errors="replace").strip()
        except FileNotFoundError:
            text = ""  # it has said nothing
        return f"its log ends: {text}" if text else "its log is empty"

    def _read_result(self) -> Mapping[str, Any] | None:
        path = Path(self._assignment.environment["FEEDSCRIPT_RESULT_FILE"])
        return read_words(path, most=LARGEST_RESULT, owner=self._assignment.uid)


@cache
def _lease_at(path: str) -> LeaseFile:
    return LeaseFile(Path(path))


def _opened(log: Path) -> int:
    """A script's log, made with its first word: most of the small ones say nothing."""
    log.parent.mkdir(parents=True, exist_ok=True)
    return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def _become_script(builtin: str, output: int, work: Path, parent: int, assignment: Assignment) -> NoReturn:
    """Turn the forked child into the script; never returns."""
    code = 70  # EX_SOFTWARE
    try:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(code)
        os.setsid()
        for number in STOPPING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        null = os.open(os.devnull, os.O_RDONLY)
        for descriptor, target in ((null, 0), (output, 1), (output, 2)):
            os.dup2(descriptor, target)
        os.closerange(3, 256)
        os.chdir(work)
        os.environ.clear()
        os.environ.update(assignment.environment)
        _limit(assignment.limits)
        if assignment.uid is not None:
            become(assignment.uid, assignment.gids)
            # Who changes users loses it (prctl(2)).
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        module, _, name = builtin.partition(":")
        code = int(getattr(import_module(module), name)())
    except BaseException:  # noqa: BLE001 - nothing may unwind into the runner's own code
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _limit(limits: Mapping[str, int]) -> None:
    for name, limit in limits.items():
        kind = getattr(resource, name)
        _, hardest = resource.getrlimit(kind)
        # What the machine allows is less than what was asked for: then that.
        most = limit if hardest == resource.RLIM_INFINITY else min(limit, hardest)
        resource.setrlimit(kind, (most, most))


def _reap() -> bool:
    """Collect the children that have ended; answers whether there are others."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    except ChildProcessError:
        return False
    return True


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
