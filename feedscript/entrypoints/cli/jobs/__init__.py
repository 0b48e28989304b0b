"""`feedscript jobs`: what is going on, and what is done about it; over HTTP, or from the folders."""

import click

from feedscript.entrypoints.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "archive": Lazy("archive", "archive", "Compress whole days of jobs and activities."),
    "cancel": Lazy("steering", "cancel", "End what is under way for jobs."),
    "list": Lazy("listing", "list_jobs", "List jobs, newest first."),
    "logs": Lazy("showing", "logs", "Print what a job's script has written."),
    "retry": Lazy("steering", "retry", "Repeat the phase that failed."),
    "run": Lazy("running", "run", "Start a job, and wait for its outcome."),
    "show": Lazy("showing", "show", "Tell where a job stands, and how it came there."),
}


@click.group(cls=LazyGroup, package=__name__, lazy=_COMMANDS)
def jobs() -> None:
    """See and steer jobs: those of the service at --url, or those in JOBS_DIR.

    A job is named by its id, or by the reference that its caller gave it.

    Exits with 0 as wished, 1 where a job failed or its state refuses, 2 for a wrong call or setting, 3 where the
    service or the storage does not answer, 4 for a job that is not there, 5 for a key that is not taken, 124 once
    --timeout is over.
    """
