"""The bugs of the state machine."""

from tools.seeding.bug import of as _of

BUGS = (
    *_of(
        "service",
        "domain/retry.py",
        ("retry limit off by one", "retries >= self.max_retries", "retries > self.max_retries"),
        (
            "backoff is not capped",
            "return min(self.cap, self.base * (1 << min(retries, enough))) * share",
            "return self.base * (1 << min(retries, enough + 4)) * share",
        ),
        ("backoff never grows", "self.base * (1 << min(retries, enough))", "self.base"),
        ("backoff has no jitter", "(1 << min(retries, enough))) * share", "(1 << min(retries, enough)))"),
        ("every reason is retried", "if reason not in self.automatic or retries", "if retries"),
        ("asked retries have no limit", "self.max_manual_retries is None or", "True or"),
    ),
    *_of(
        "service",
        "domain/ending.py",
        (
            "a failed callback of an old attempt revokes the newest validation",
            "if attempt.number != job.latest.number:",
            "if attempt.number > job.latest.number:",
        ),
        (
            "the callback's reason is dropped",
            "reason=command.reason or Reason.SCRIPT_ERROR",
            "reason=Reason.SCRIPT_ERROR",
        ),
        (
            "a script's success with a bad exit leaves no warning",
            "if crashed else None",
            "if not crashed and None else None",
        ),
        (
            "a late callback is applied",
            "    if attempt.open:\n        if command.outcome is Outcome.SUCCESS",
            "    if attempt.open or attempt.reason is Reason.CANCELLED:\n        if command.outcome is Outcome.SUCCESS",
        ),
        (
            "the attempt that a callback names is ignored",
            "job.attempt(command.attempt) if command.attempt is not None else",
            "",
        ),
        (
            "the callback's words are dropped",
            'error=command.error or "the callback gave no reason"',
            'error="the callback gave no reason"',
        ),
        (
            "the exit code is dropped",
            "return replace(failure, exited=True, exit_code=command.exit_code)",
            "return replace(failure, exited=True)",
        ),
        (
            "a cancelled attempt is tried again by itself",
            "at=now, reason=Reason.CANCELLED, error=command.error",
            "at=now, reason=Reason.CANCELLED, error=command.error, next_retry_at=now",
        ),
        (
            "a revoked validation stands",
            "if job.state is JobState.VALIDATED:",
            "if job.state is JobState.GENERATING:",
        ),
    ),
    *_of(
        "service",
        "domain/completion.py",
        (
            "an omitted partner is not taken over from the job",
            "partner_id=request.partner_id or before.partner_id",
            "partner_id=request.partner_id",
        ),
        (
            "an omitted callback address is not taken over",
            "callback_url=request.callback_url or before.callback_url",
            "callback_url=request.callback_url",
        ),
        (
            "a report may replace the feed it is about",
            "if request.destination in (request.source, job.generated_feed if job else None):",
            "if request.destination == '':",
        ),
    ),
    *_of(
        "service",
        "domain/job.py",
        (
            "a validation without a source takes the requested, not the reported, feed",
            '(a.result or {}).get("destination_s3_path") or a.request.destination',
            "a.request.destination",
        ),
        (
            "a job counts as settled though a cancelled script still runs",
            "return Stage.RUNNING if any(attempt.at_work for attempt in self.attempts) else Stage.SETTLED",
            "return Stage.SETTLED",
        ),
        ("asked retries count automatic ones", "sum(a.retry and not a.automatic for a", "sum(a.retry for a"),
        (
            "automatic retries are counted over the whole life",
            "sum(1 for _ in takewhile(lambda attempt: attempt.automatic and attempt.retry, newest_first))",
            "sum(attempt.automatic and attempt.retry for attempt in newest_first)",
        ),
        ("bodies with other partners are the same", '            "partner_id": self.partner_id,\n', ""),
        (
            "retries are not counted",
            "return sum(attempt.retry for attempt in self.attempts)",
            "return sum(attempt.automatic for attempt in self.attempts)",
        ),
    ),
    *_of(
        "service",
        "domain/starting.py",
        (
            "an automatic retry repeats the first request, not the newest",
            "started = _started(job, _as_before(job), now",
            "started = _started(job, replace(_as_before(job), request=job.attempts[0].request), now",
        ),
        (
            "an automatic retry forgets the warnings",
            "retry=True)\n    latest = job.latest\n    return replace(started, automatic=True, warnings=latest.warnings,",
            "retry=True)\n    latest = job.latest\n    return replace(started, automatic=True,",
        ),
        (
            "another merchant's job is taken",
            "job is not None and (command.job_id != job.id or merchant != job.affiliate_merchant_id)",
            "job is not None and command.job_id != job.id",
        ),
        (
            "a retry is no retry",
            "return _started(job, command, now, retry=True)",
            "return _started(job, command, now, retry=False)",
        ),
        (
            "a failed generation may be validated",
            "case JobState.VALIDATION_FAILED:\n            return _retried(job, Phase.VALIDATION",
            "case JobState.VALIDATION_FAILED | JobState.VALIDATED:\n            return _retried(job, Phase.VALIDATION",
        ),
    ),
    *_of(
        "service",
        "domain/lifecycle.py",
        (
            "a retry forgets the history",
            "            attempts = (\n                *attempts,\n",
            "            attempts = (\n                *(replace(a, error=None) for a in attempts),\n",
        ),
        (
            "what was due stays due after a start",
            "event.next_retry_at if isinstance(event, events.Failed) else None",
            "event.next_retry_at if isinstance(event, events.Failed) else (job.next_retry_at if job else None)",
        ),
        (
            "a fact does not count as a version",
            "return replace(job, version=job.version + 1, attempts=attempts",
            "return replace(job, version=job.version, attempts=attempts",
        ),
        (
            "a called-off retry happens all the same",
            "return replace(_amend(job, event), next_retry_at=None)",
            "return _amend(job, event)",
        ),
        (
            "a revocation erases the report",
            "result=_merged(attempt.result, event.result)",
            "result=event.result",
        ),
    ),
    *_of(
        "service",
        "domain/exits.py",
        (
            "a passing failure is a script's error",
            "EX_TEMPFAIL: Reason.TRANSIENT",
            "EX_TEMPFAIL: Reason.SCRIPT_ERROR",
        ),
        (
            "a silent exit is a success",
            "Outcome.SUCCESS if exit_.result is not None else None",
            "Outcome.SUCCESS",
        ),
    ),
    *_of(
        "service",
        "domain/due.py",
        (
            "automatic retries are never due",
            "return RetryDue() if policy.is_due(job, now=now) else None",
            "return None",
        ),
        ("a grace never ends", "return ExpireGrace(attempt=attempt.number, jitter=jitter)", "return None"),
    ),
    *_of(
        "service",
        "domain/pauses.py",
        (
            "a clock set back prolongs a pause",
            "return now >= until or until - now > longest + CLOCK_CORRECTION",
            "return now >= until",
        ),
    ),
    *_of(
        "service",
        "domain/activity.py",
        ("the trail shows a callback's secret", "event=without_secrets(event)", "event=event"),
    ),
    *_of(
        "service",
        "domain/outcome.py",
        (
            "a failed validation is told as a success",
            "_FAILED_STATES = (JobState.GENERATION_FAILED, JobState.VALIDATION_FAILED)",
            "_FAILED_STATES = (JobState.GENERATION_FAILED,)",
        ),
    ),
)
