"""One operation of the service in a process of its own, which waits before it begins so that it can be traced.

`python -m tests.faults.operations` takes a JSON line a request on its standard input: `{"folder": ..., "do": ...}`.
It forks a child, tells its pid, and the child begins when a further line has come. Then it tells how that ended.
"""

import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from feedscript.domain import (
    FeedRequest,
    FeedscriptError,
    Outcome,
    Phase,
    Refusal,
    ReportOutcome,
)
from feedscript.entrypoints.container import Container
from feedscript.entrypoints.settings import Settings
from feedscript.ports import ScriptEnd
from feedscript.service import Callback, JobService
from feedscript.testing.fakes import RecordingNotifier, ScriptedExecutor

REQUEST = FeedRequest(
    affiliate_merchant_id="m1", reference="r1", source="s3://bucket/in", destination="s3://bucket/out"
)


def container_over(folder: Path) -> Container:
    places = {name: folder / name for name in ("jobs_dir", "activities_dir", "runs_dir", "logs_dir")}
    return Container(settings=Settings(**places, min_free_bytes=0))


def service_over(folder: Path) -> JobService:
    """The service over real files, with an executor that runs nothing."""
    container = container_over(folder)
    executor = ScriptedExecutor()
    container.executor.override(executor)
    container.notifier.override(RecordingNotifier())
    service = container.service()
    executor.start(service)
    return service


def _job_in(folder: Path) -> str:
    """The only job's id; empty where there is none yet."""
    return next((path.stem for path in (folder / "jobs_dir").glob("*/*/*/*.json")), "")


def start(service: JobService, job_id: str) -> Refusal | None:
    return service.start(Phase.GENERATION, REQUEST, actor="test").refusal


def callback(service: JobService, job_id: str) -> Refusal | None:
    report = ReportOutcome(
        phase=Phase.GENERATION, outcome=Outcome.SUCCESS, result={"destination_s3_path": "s3://bucket/out"}
    )
    return service.report(Callback(job_id=job_id, report=report)).refusal


def end(service: JobService, job_id: str) -> None:
    service.script_ended(ScriptEnd(job_id=job_id, attempt=1, exit_code=0, result={"n": 1}))


def cancel(service: JobService, job_id: str) -> Refusal | None:
    return service.cancel(job_id, actor="test").refusal


def begin(service: JobService, job_id: str) -> None:
    service.script_started(job_id, 1, "a.log")


def recover(service: JobService, job_id: str) -> None:
    """What the next leader does first."""
    list(service.backlog())
    service.tick()


def come_up(folder: Path) -> None:
    """What a process does first, and beside it: until the journals that were left behind are seen to."""
    container_over(folder).repository()
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join()


OPERATIONS: dict[str, Callable[[JobService, str], Refusal | None]] = {
    operation.__name__: operation for operation in (start, callback, end, cancel, begin, recover)
}


def _carry_out(request: dict[str, str], go: int, answers: int) -> None:
    folder = Path(request["folder"])
    if request["do"] == "come up":
        operation: Callable[[], object] = partial(come_up, folder)
    else:
        operation = partial(OPERATIONS[request["do"]], service_over(folder), _job_in(folder))
    os.write(answers, b"ready\n")
    os.read(go, 1)
    try:
        refusal = operation()
        code = refusal.code.value if isinstance(refusal, Refusal) else None
        answer = {"acknowledged": True, "refusal": code}
    except FeedscriptError as error:
        answer = {"acknowledged": False, "error": f"{type(error).__name__}: {error}"}
    except Exception:  # noqa: BLE001 - told, and the test fails by it
        answer = {"acknowledged": False, "defect": traceback.format_exc()}
    # No call that is traced, and could fail.
    os.writev(answers, [json.dumps(answer).encode(), b"\n"])


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        go, begin_writing = os.pipe()
        answers, write_answers = os.pipe()
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                _carry_out(request, go, write_answers)
                code = 0
            finally:
                os._exit(code)
        os.close(write_answers)
        with os.fdopen(answers) as lines:
            assert lines.readline() == "ready\n"
            sys.stdout.write(f"{pid}\n")
            sys.stdout.flush()
            sys.stdin.readline()
            os.write(begin_writing, b"!")
            said = lines.readline()
        _, status = os.waitpid(pid, 0)
        os.close(go)
        os.close(begin_writing)
        answer = json.loads(said) if said else {"acknowledged": False, "error": "no answer"}
        sys.stdout.write(json.dumps({**answer, "status": status}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
