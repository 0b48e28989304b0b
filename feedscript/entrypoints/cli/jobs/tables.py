"""Jobs as a person reads them: aligned columns, times in UTC, and nothing that moves the terminal's cursor."""

import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click
from rich.cells import cell_len, set_cell_size

from feedscript.entrypoints.cli.jobs.desk import Document
from feedscript.feeds.reports.presentation import flat, visible

LONGEST_CELL = 40
LONGEST_NOTE = 200
GAP = "  "
NARROWEST = 20


def table(rows: Iterable[Sequence[str]], *, width: int | None = None) -> Iterator[str]:
    """The rows, the first of which is the head, as lines; the last column is cut where the line has `width` cells.

    >>> list(table([("ID", "NOTE"), ("7", "all is well"), ("12", "")], width=26))
    ['ID  NOTE', '7   all is well', '12']
    """
    rows = [tuple(row) for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*(row[:-1] for row in rows), strict=True)]
    for *cells, last in rows:
        begun = GAP.join((*(set_cell_size(cell, size) for cell, size in zip(cells, widths, strict=True)), ""))
        yield (begun + cut(last, None if width is None else max(NARROWEST, width - cell_len(begun)))).rstrip()


def cut(text: str, width: int | None) -> str:
    """The text in at most `width` cells."""
    return text if width is None or cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def show_table(rows: Iterable[Sequence[str]]) -> None:
    """Print the rows; on a terminal no line is broken, elsewhere nothing is cut."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in table(rows, width=width):
        click.echo(line)


def show_json(document: Document) -> None:
    """Print a document on one line, as `jq` and others read it."""
    click.echo(json.dumps(document, ensure_ascii=False))


def listed(jobs: Sequence[Document]) -> list[tuple[str, ...]]:
    """The rows of a listing, with their head; what no job tells has no column."""
    columns: list[tuple[str, list[str]]] = [
        ("ID", [cell(job["id"]) for job in jobs]),
        ("STATUS", [cell(job["status"]) for job in jobs]),
        ("STAGE", [cell(job.get("stage")) for job in jobs]),
        ("MERCHANT", [cell(job["affiliate_merchant_id"]) for job in jobs]),
        ("PARTNER", [cell(job["partner_id"]) for job in jobs]),
        ("REFERENCE", [cell(job["reference"]) for job in jobs]),
        ("RETRIES", [str(job["retry_count"] or "-") for job in jobs]),
        ("UPDATED (UTC)", [moment(job["updated_at"])[:-3] for job in jobs]),
        ("NOTE", [note(job) for job in jobs]),
    ]
    told = [column for column in columns if column[0] in ("ID", "NOTE") or set(column[1]) - {"-"}]
    return list(zip(*((head, *cells) for head, cells in told), strict=True))


def note(job: Document) -> str:
    """What there is to know beside the state: why it failed, when it is repeated, what was warned of."""
    due = f"repeated at {moment(job['next_retry_at'])}" if job.get("next_retry_at") else ""
    failed = ": ".join(filter(None, (job.get("reason"), job.get("error"))))
    warned = "; ".join(job.get("warnings") or ())
    return flat("; ".join(filter(None, (due, failed, warned))), LONGEST_NOTE)


def told(job: Document) -> Iterator[str]:
    """All that a person wants to know of one job."""
    asked: dict[str, Any] = job["job_data"]
    result: dict[str, Any] = asked.get("result") or {}
    facts = {
        "job": job["id"],
        "status": job["status"],
        "stage": job.get("stage"),
        "reason": job.get("reason"),
        "repeated at": job.get("next_retry_at") and moment(job["next_retry_at"]),
        "merchant": job["affiliate_merchant_id"],
        "partner": job["partner_id"],
        "reference": job["reference"],
        "source": asked["source_s3_path"],
        "destination": asked["destination_s3_path"],
        "callback": asked.get("callback_url"),
        "created": moment(job["created_at"]),
        "updated": moment(job["updated_at"]),
        "result": result.get("headline"),
        "report": result.get("report_s3_path"),
        "progress": _progress(job.get("progress")),
        "warnings": "; ".join(job.get("warnings") or ()),
    }
    widest = max(map(len, facts))
    for name, fact in facts.items():
        if fact:
            yield f"{name.ljust(widest)}{GAP}{flat(str(fact), 10_000)}"
    yield ""
    yield from table(_attempts(job["attempts"]))
    if job.get("error"):
        yield ""
        yield visible(job["error"]).rstrip()


def moment(text: str | None) -> str:
    """A time of the API (RFC 3339, UTC) to the second: `2026-11-28 09:10:33`."""
    return "-" if text is None else flat(text.replace("T", " "))[:19]


def cell(value: object) -> str:
    """A value that callers gave, in a column."""
    return flat(None if value in (None, "") else str(value), LONGEST_CELL)


def _attempts(attempts: Sequence[Document]) -> list[tuple[str, ...]]:
    head = ("#", "PHASE", "ASKED BY", "ACCEPTED", "STARTED", "ENDED", "EXIT", "OUTCOME")
    return [head, *(_attempt(attempt) for attempt in attempts)]


def _attempt(attempt: Document) -> tuple[str, ...]:
    outcome = ": ".join(filter(None, (attempt.get("outcome"), attempt.get("reason"), attempt.get("warning"))))
    return (
        str(attempt["number"]),
        str(attempt["type"]).removeprefix("feed_"),
        "itself" if attempt["automatic"] else "retry" if attempt["retry"] else "caller",
        moment(attempt["accepted_at"]),
        moment(attempt.get("started_at"))[11:] or "-",
        moment(attempt.get("ended_at"))[11:] or "-",
        str(attempt.get("exit_code", "-")),
        flat(outcome or None, LONGEST_NOTE),
    )


def _progress(progress: Document | None) -> str:
    if not progress:
        return ""
    percent = f"{progress['percent']} %" if progress.get("percent") is not None else ""
    return ", ".join(filter(None, (str(progress.get("message") or ""), percent)))
