"""The bugs of the domain, the service, and the adapters that need no database; `make seeding` runs them."""

from tools.seeding.bug import Bug
from tools.seeding.bug import of as _of
from tools.seeding.storage_bugs import STORAGE_BUGS

_LOG = "adapters/files/activity_log.py"
_REPOSITORY = "adapters/files/repository.py"
_EXECUTOR = "adapters/subprocess/executor.py"
_QUEUE = "adapters/subprocess/fair_queue.py"
_SUPERVISION = "adapters/subprocess/supervision.py"
_PLACE = "adapters/subprocess/place.py"

BUGS: tuple[Bug, ...] = (
    *_of(
        "files",
        _LOG,
        (
            "of appends that meet, only the first is written",
            "for batch in batches for entry in batch.entries]",
            "for batch in batches[:1] for entry in batch.entries]",
        ),
        (
            "a torn end is not cut off before the next append",
            "if tear is not None:",
            "if tear is not None and not tear:",
        ),
        ("appends asked to be durable are not synced", "if durable or self._unsynced", "if self._unsynced"),
        (
            "the page's cursor repeats",
            "return ActivityPage(tuple(shown), last)",
            'return ActivityPage(tuple(shown), f"{last[:10]}:999999999")',
        ),
        (
            "of_job is a day exact",
            "return dropwhile(lambda entry: entry.at < since, entries)",
            "return entries",
        ),
        (
            "entries of other jobs that name it are told",
            "for entry in self._entries(job_id, since=since) if entry.job_id == job_id)",
            "for entry in self._entries(job_id, since=since))",
        ),
        (
            "a clock set back forks the trail",
            "return max([today, *self._segments.listed(since=now)])",
            "return today",
        ),
        (
            "the trail's digests are not written",
            "write_digests(self.root, self._disk, key=self._key)",
            "write_digests(self.root, self._disk)",
        ),
    ),
    *_of(
        "files",
        "adapters/files/segments.py",
        ("a line that crosses a read block is lost", "(rest + block).rpartition", "block.rpartition"),
        (
            "a line that crosses a block is lost, read backwards",
            "file.read(length) + unread",
            "file.read(length)",
        ),
    ),
    *_of(
        "files",
        "adapters/trail/digests.py",
        (
            "any signature of a digest is taken",
            'if not hmac.compare_digest(mac, str(given.get("value"))):',
            "if not mac:",
        ),
    ),
    *_of(
        "files",
        _REPOSITORY,
        (
            "commit without the job's lock",
            "with self._lock(job.id):\n            stored = self._read(job.id) if",
            "with suppress():\n            stored = self._read(job.id) if",
        ),
        ("a replay does not restore references", "if job.reference is not None:", "if job.reference == '':"),
        ("an archived job is not found", "return self._read_archived(job_id, path)", "return None"),
        (
            "settle drops a job that was started again",
            "if stored is None or stored.job.settled:\n                self._disk.remove",
            "if True:\n                self._disk.remove",
        ),
        (
            "a job that goes on is not open again",
            "if stored is None or stored.job.settled:\n                # Even",
            "if stored is None:\n                # Even",
        ),
        (
            "of commits that meet, one is told",
            "for commit in written for entry in",
            "for commit in written[:1] for entry in",
        ),
        (
            "a listing's cursor repeats",
            "return JobPage(tuple(jobs), jobs[-1].id)",
            "return JobPage(tuple(jobs), jobs[0].id)",
        ),
        (
            "a listing skips the page's edge",
            "return JobPage(tuple(jobs), jobs[-1].id)",
            "return JobPage(tuple(jobs), job_id)",
        ),
        ("a stale version is accepted", "if found != job.version - 1:", "if found > job.version - 1:"),
        (
            "the first of several versions may be any",
            "raise VersionConflict(job.id, job.version - 1, found)",
            "raise VersionConflict(job.id, found, job.version - 1)",
        ),
        (
            "a reference is not reserved",
            "return job_id if self._disk.point(path, job_id) else path.readlink().name",
            "self._disk.point(path, job_id)\n        return job_id",
        ),
        ("left-out jobs are looked at", "if name not in left_out)", ")"),
    ),
    *_of(
        "files",
        "adapters/files/job_index.py",
        ("the index forgets changes of status", "database.executemany(MOVE, changes.moved)", "pass"),
    ),
    *_of(
        "files",
        "adapters/files/fsio.py",
        ("the journal is not synced", "self._sync(descriptor, path, self._fdatasync)", "pass"),
    ),
    *_of(
        "files",
        "codec.py",
        ("data's keys take the actor's place", 'own = {f"={key}" if _ESCAPED', 'own = {f"{key}" if _ESCAPED'),
        ("times lose their microseconds", 'timespec="microseconds"', 'timespec="milliseconds"'),
        ("half surrogates are lost", '"backslashreplace"', '"replace"'),
    ),
    *_of(
        "memory",
        "adapters/memory.py",
        (
            "a stale version is accepted in memory",
            "if found != job.version - 1:",
            "if found > job.version - 1:",
        ),
        (
            "a reference is not reserved in memory",
            "return self._claims.setdefault((affiliate_merchant_id, reference), job_id)",
            "return job_id",
        ),
        ("settle drops what is at work, in memory", "if job is None or job.settled:", "if True:"),
        (
            "the page's edge is skipped in memory",
            "shown[-1].id if len(matching) > limit",
            "matching[limit].id if len(matching) > limit",
        ),
        (
            "the trail is told before the version is looked at",
            "stored = self._jobs.get(job.id)\n            found",
            "stored = self._jobs.get(job.id)\n            self._log.append(activities[:0] or activities)\n            found",
        ),
        (
            "a cursor of the trail repeats in memory",
            "str(shown[-1]) if len(places) > limit",
            "str(end) if len(places) > limit",
        ),
        (
            "since is ignored in memory",
            "return dropwhile(lambda activity: activity.at < since, entries)",
            "return iter(entries)",
        ),
        (
            "open jobs come newest first in memory",
            "in sorted(self._open)",
            "in sorted(self._open, reverse=True)",
        ),
        ("left-out jobs are looked at in memory", "if job_id not in left_out]", "]"),
        ("a settled job stays on the list", "self._open.discard(job_id)", "pass"),
        (
            "any cursor is taken in memory",
            "if cursor is not None and cursor not in self._jobs:",
            "if cursor == '':",
        ),
    ),
    *_of(
        "memory",
        "ports/repository.py",
        (
            "the filter forgets the partner",
            "and self.partner_id in (None, job.latest.request.partner_id)",
            "",
        ),
        (
            "the filter's bound is inclusive",
            "job.created_at > self.created_after",
            "job.created_at >= self.created_after",
        ),
    ),
    *_of(
        "memory",
        "ports/activity_log.py",
        ("the trail's filter ends too late", "activity.at < self.until", "activity.at <= self.until"),
        ("the trail's filter begins too late", "activity.at >= self.since", "activity.at > self.since"),
    ),
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
        "service/job_service.py",
        (
            "cancel does not end the script",
            "self._executor.cancel(job_id, answer.job.latest.number)",
            "pass",
        ),
        (
            "a refused callback leaves no trace",
            "self._trail.enter(self._trail.received(callback, report, answer.refusal))",
            "pass",
        ),
        (
            "an applied callback leaves no trace",
            "beside=[self._trail.received(callback, report, None)]",
            "beside=[]",
        ),
        (
            "a forged callback is taken",
            "if attempt is None:\n                self._trail.enter(",
            "if attempt == 0:\n                self._trail.enter(",
        ),
    ),
    *_of(
        "service",
        "service/changes.py",
        (
            "an outcome is told twice",
            'id=f"{job.id}/{job.latest.number}/{job.state.value}"',
            'id=__import__("uuid").uuid4().hex',
        ),
        (
            "an outcome after a retry is never told",
            'id=f"{job.id}/{job.latest.number}/{job.state.value}"',
            'id=f"{job.id}"',
        ),
        (
            "an outcome is told while a retry is due",
            "if ended and job.next_retry_at is None:",
            "if ended:",
        ),
        (
            "the service tells itself",
            "if url is None or self._own_callbacks(url):\n            return\n        self._notifier.notify(",
            "if url is None:\n            return\n        self._notifier.notify(",
        ),
        (
            "a cancelled script is wanted",
            "wanted=attempt.reason is not Reason.CANCELLED",
            "wanted=True",
        ),
        (
            "a start is submitted to nobody",
            "self._executor.submit(self.run(job.id, job.latest))",
            "pass",
        ),
    ),
    *_of(
        "service",
        "service/attempts.py",
        (
            "a retry begins while the cancelled script still runs",
            "if any(earlier.at_work for earlier in job.attempts[: attempt - 1]):",
            "if attempt < 1:",
        ),
        (
            "a job that a crash left half settled is never settled",
            "elif job.settled and pause_is_over(",
            "elif not job.attempts and pause_is_over(",
        ),
        (
            "scripts that are to end are in no backlog",
            "if attempt.at_work or (attempt.open",
            "if (attempt.open",
        ),
    ),
    *_of(
        "service",
        "service/admission.py",
        (
            "what the caller is to know is dropped",
            "yield replace(event, warnings=warnings, caller=actor)",
            "yield event",
        ),
    ),
    *_of(
        "executor",
        _QUEUE,
        ("a script may be run twice", "if self._closed or key in self._known:", "if self._closed:"),
        (
            "the busiest merchant is served first",
            "merchant, tickets = merchants.popitem(last=False)",
            "merchant = max(merchants, key=lambda each: len(merchants[each]))\n        tickets = merchants.pop(merchant)",
        ),
        (
            "the last of a merchant is served first",
            "_, ticket = tickets.popleft()",
            "_, ticket = tickets.pop()",
        ),
    ),
    *_of(
        "executor",
        "adapters/subprocess/script_contract.py",
        (
            "the service's environment leaks into scripts",
            "            **scripts.environment,",
            '            **__import__("os").environ, **scripts.environment,',
        ),
    ),
    *_of(
        "executor",
        _SUPERVISION,
        ("a descriptor leaks with every script", "        os.close(self._pidfd)\n", ""),
        (
            "what a script leaves running is not ended",
            "        self._sweep()\n        self._drain()",
            "        self._drain()",
        ),
        (
            "a signalled script's exit code is negative",
            "exit_code=code if code >= 0 else 128 - code",
            "exit_code=code",
        ),
        ("the built-in script inherits the runner's descriptors", "        os.closerange(3, 256)\n", ""),
        ("the log's cap keeps the wrong end", "kept = data[:room]", "kept = data[len(data) - room :]"),
        (
            "no timeout",
            'if now > deadline:\n            return "timeout"',
            'if False:\n            return "timeout"',
        ),
        ("the result is not read", "end.result = self._read_result()", "end.result = None"),
    ),
    *_of(
        "executor",
        _PLACE,
        (
            "a dead runner's script is left alive when its attempt is lost",
            "        end_leftovers(folder.cookie)\n",
            "",
        ),
        (
            "a start is not told",
            "self._listener.script_started(ticket.job_id, ticket.attempt, str(self._log(ticket)))",
            "pass",
        ),
    ),
    *_of(
        "executor",
        _EXECUTOR,
        (
            "one script more than the capacity",
            "for n in range(self._capacity)",
            "for n in range(self._capacity + 1)",
        ),
        ("cancel is ignored", "self._folders.of(job_id, attempt).cancel.touch()", "return"),
        (
            "progress is not told",
            "progress=read_words(folder.progress, most=LONGEST_PROGRESS, owner=owner)",
            "progress=None",
        ),
        (
            "the backlog is not looked at",
            "self._queue.put(ticket_of(run), ahead=begun or run.started)",
            "pass",
        ),
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
    *_of(
        "notifier",
        "adapters/webhooks/notifier.py",
        ("a delivered notification is sent again and again", "self._outbox.delivered(name)", "pass"),
        (
            "a failed delivery is not tried again",
            "or letter.tries >= len(self._pauses)",
            "or letter.tries >= 0",
        ),
        (
            "each try has an id of its own",
            "self._signing.headers(told.id, ",
            'self._signing.headers(f"{told.id}/{letter.tries}", ',
        ),
    ),
    *_of(
        "notifier",
        "adapters/webhooks/folder_box.py",
        ("the same id is taken in twice", "if os.path.lexists(known):", "if not known.name:"),
        ("forgetting a job forgets all", 'f"{beginning}*"', '"*"'),
        (
            "what was taken in is not written down",
            "self._storage.replace(self._path(known.name), document)",
            "pass",
        ),
    ),
    *_of(
        "objects",
        "adapters/objects/folder.py",
        (
            "a put is visible while it is written",
            'part = f".{secrets.token_hex(8)}.part"\n        with',
            "part = name\n        self._root.joinpath(*folders, name).unlink(missing_ok=True)\n        with",
        ),
        ("links are followed", "os.O_DIRECTORY | os.O_NOFOLLOW", "os.O_DIRECTORY"),
        ("what was published is not synced", "self._sync(self._root.joinpath(*names))", "pass"),
        (
            "a fetch that fails empties the local file",
            "        with self._open(uri) as found, _told(uri), arriving(path) as file:",
            '        path.write_bytes(b"")\n        with self._open(uri) as found, _told(uri), arriving(path) as file:',
        ),
        ("any size is read", "if size > limit:", "if size < 0:"),
        (
            "what is not there has failed",
            "raise ObjectNotFound(uri) from error",
            'raise ObjectStoreFailed(uri, "x") from error',
        ),
    ),
    *_of(
        "environment",
        "adapters/system.py",
        (
            "any token is taken",
            "return attempt if hmac.compare_digest(self.issue(job_id, attempt), token) else None",
            "return attempt",
        ),
        ("all attempts have one secret", 'f"{job_id}/{attempt}".encode()', 'f"{job_id}".encode()'),
        ("all jobs have one secret", 'f"{job_id}/{attempt}".encode()', 'f"{attempt}".encode()'),
        ("the clock is local", "return datetime.now(UTC)", "return datetime.now()"),
        ("ids do not sort", "uuid_utils.uuid7()", "uuid_utils.uuid4()"),
    ),
    *STORAGE_BUGS,
)
