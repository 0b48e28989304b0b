"""What a script is told by its environment, and how it tells what came of it."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from feedscript.adapters.http_exchange import NoAnswer, post
from feedscript.domain import EX_CONFIG, EX_DATAERR, EX_TEMPFAIL, Outcome, Phase, Reason
from feedscript.entrypoints.container import wired
from feedscript.entrypoints.settings import BadSettings, read_settings
from feedscript.feeds import (
    FeedConfig,
    FeedError,
    Limits,
    Policy,
    Progress,
    SourceUnavailable,
    SourceUnreadable,
    load_config,
)
from feedscript.feeds.engine.errors import BadConfig, ConfigError, Mistake, ProfileError, Unwritable
from feedscript.ports import ObjectStore
from feedscript.ports.errors import (
    ObjectNotFound,
    ObjectStoreFailed,
    ObjectStoreMisconfigured,
    ObjectTooLarge,
)

EX_NOINPUT = 66
CALLBACK_DEADLINE = 35.0
SHOWN_OF_ANSWER = 1024
CALLBACK_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
TELL_EVERY = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One attempt, as its script sees it."""

    job_id: str
    attempt: int
    phase: Phase
    affiliate_merchant_id: str
    partner_id: str
    source: str
    destination: str
    country: str
    callback_url: str
    token: str
    result_file: Path
    progress_file: Path

    @classmethod
    def from_environment(cls) -> "Assignment":
        """Read the variables of docs/scripts.md."""
        given = os.environ
        return cls(
            job_id=given["FEEDSCRIPT_JOB_ID"],
            attempt=int(given["FEEDSCRIPT_ATTEMPT"]),
            phase=Phase(given["FEEDSCRIPT_TYPE"]),
            affiliate_merchant_id=given["FEEDSCRIPT_AFFILIATE_MERCHANT_ID"],
            partner_id=given["FEEDSCRIPT_PARTNER_ID"],
            source=given["FEEDSCRIPT_SOURCE"],
            destination=given["FEEDSCRIPT_DESTINATION"],
            country=given.get("FEEDSCRIPT_COUNTRY", ""),
            callback_url=given["FEEDSCRIPT_CALLBACK_URL"],
            token=given["FEEDSCRIPT_TOKEN"],
            result_file=Path(given["FEEDSCRIPT_RESULT_FILE"]),
            progress_file=Path(given["FEEDSCRIPT_PROGRESS_FILE"]),
        )


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How the work ended; `err` is one line for people."""

    outcome: Outcome
    exit_code: int = 0
    reason: Reason | None = None
    err: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Workplace:
    """What the work is done with: the object store, the wishes of merchant and partner, bounds, a folder of its own."""

    objects: ObjectStore
    config: FeedConfig
    policy: Policy
    limits: Limits
    folder: Path

    @classmethod
    def for_assignment(cls, assignment: Assignment) -> "Workplace":
        """Read the settings and the configuration; raises ConfigError naming file, line and key of each mistake."""
        settings = read_settings()
        config, policy = load_config(
            settings.config_dir,
            partner_id=assignment.partner_id or None,
            merchant_id=assignment.affiliate_merchant_id,
        )
        limits = Limits(
            max_bytes=settings.max_feed_bytes,
            max_ratio=settings.max_feed_ratio,
            max_items=settings.max_feed_items,
            max_columns=settings.max_feed_columns,
            max_field_bytes=settings.max_field_bytes,
            max_xml_depth=settings.max_xml_depth,
            max_seconds=settings.max_feed_seconds,
            memory_bytes=settings.feed_memory_bytes,
        )
        return cls(wired(settings).objects(), config, policy, limits, Path.cwd())

    def fetch(self, source: str, path: Path) -> None:
        """Copy a source, unless it is larger than a feed may be; raises SourceUnreadable."""
        try:
            self.objects.fetch(source, path, limit=self.limits.max_bytes)
        except ObjectTooLarge as error:
            raise SourceUnreadable(
                source, f"it is larger than {error.limit} bytes (MAX_FEED_BYTES)"
            ) from error


Work = Callable[[Assignment, Workplace], Conclusion]


def carry_out(work: Work) -> int:
    """Do the work in the current folder and report what came of it; answers the exit code."""
    assignment = Assignment.from_environment()
    try:
        conclusion = work(assignment, Workplace.for_assignment(assignment))
    except (ObjectNotFound, SourceUnavailable) as error:
        conclusion = failed(error, EX_NOINPUT, Reason.SOURCE_UNAVAILABLE)
    except ObjectStoreMisconfigured as error:
        conclusion = failed(error, EX_CONFIG, Reason.BAD_CONFIG)
    except (ObjectStoreFailed, Unwritable) as error:
        conclusion = failed(error, EX_TEMPFAIL, Reason.TRANSIENT)
    except (ConfigError, ProfileError) as error:
        conclusion = failed(error, EX_CONFIG, Reason.BAD_CONFIG, mistakes=_listed(error.mistakes))
    except (BadConfig, BadSettings) as error:
        conclusion = failed(error, EX_CONFIG, Reason.BAD_CONFIG)
    except (SourceUnreadable, FeedError) as error:
        conclusion = failed(error, EX_DATAERR, Reason.INVALID_FEED)
    print(conclusion.err or conclusion.result.get("headline", "done"), flush=True)  # noqa: T201 - the script's log
    report(assignment, conclusion)
    return conclusion.exit_code


def report(assignment: Assignment, conclusion: Conclusion, *, deadline: float = CALLBACK_DEADLINE) -> None:
    """Leave the result in its file and POST the callback, again and again while the service does not answer.

    A callback that cannot be delivered is no failure: the exit code and the result file tell the same.
    """
    document = dict(conclusion.result) | ({"err": conclusion.err} if conclusion.err else {})
    assignment.result_file.write_text(json.dumps(document))
    body = {
        "job_id": assignment.job_id,
        "type": assignment.phase.value,
        "status": conclusion.outcome.value,
        "result": conclusion.result,
        "err": conclusion.err,
        "reason": conclusion.reason and conclusion.reason.value,
    }
    for pause in (*CALLBACK_PAUSES, None):
        if _delivered(assignment, body, deadline) or pause is None:
            return
        time.sleep(pause)


def teller(assignment: Assignment) -> Callable[[Progress], None]:
    """Who writes progress into its file, a few times a second at most."""
    last = 0.0

    def tell(progress: Progress) -> None:
        nonlocal last
        if time.monotonic() - last < TELL_EVERY:
            return
        last = time.monotonic()
        percent = round(100 * progress.bytes / progress.total_bytes) if progress.total_bytes else None
        document = {
            "rows": progress.rows,
            "bytes": progress.bytes,
            "total_bytes": progress.total_bytes,
            "percent": percent,
            "message": progress.message,
        }
        temporary = assignment.progress_file.with_suffix(".tmp")
        temporary.write_text(json.dumps(document))
        temporary.rename(assignment.progress_file)

    return tell


def _delivered(assignment: Assignment, body: Mapping[str, Any], deadline: float) -> bool:
    try:
        answer = asyncio.run(
            post(
                assignment.callback_url,
                json.dumps(body).encode(),
                headers={"X-Feedscript-Token": assignment.token},
                within=deadline,
                keep=SHOWN_OF_ANSWER,
            )
        )
    except NoAnswer as error:
        print(f"callback: {error}", file=sys.stderr, flush=True)  # noqa: T201 - the script's log
        return False
    print(f"callback: HTTP {answer.status} {answer.text.strip()}", flush=True)  # noqa: T201 - the script's log
    # What the service refuses it will refuse again; what it could not do it may do later.
    return answer.status < 500  # noqa: PLR2004 - server errors begin there (RFC 9110, 15.6)


def failed(error: Exception, exit_code: int, reason: Reason, **result: object) -> Conclusion:
    """The conclusion that an error is, with what else is to be told of it."""
    return Conclusion(Outcome.FAILED, exit_code, reason, _for_callers(str(error)), result)


def _for_callers(text: str) -> str:
    """The text with the configuration's folder by its name alone, and without that of the run."""
    config = Path(os.environ.get("CONFIG_DIR", "config"))
    return text.replace(f"{config}/", f"{config.name}/").replace(f"{Path.cwd()}/", "")


def _listed(mistakes: tuple[Mistake, ...]) -> list[dict[str, object]]:
    """The mistakes as the job's result tells them."""
    return [
        asdict(mistake) | {"path": _for_callers(str(mistake.path)), "cause": _for_callers(mistake.cause)}
        for mistake in mistakes
    ]
