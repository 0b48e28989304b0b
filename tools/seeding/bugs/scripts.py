"""The bugs of the queue of scripts and of their supervision."""

from tools.seeding.bug import of as _of

BUGS = (
    *_of(
        "executor",
        "adapters/subprocess/fair_queue.py",
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
        "adapters/subprocess/supervision.py",
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
        "adapters/subprocess/place.py",
        (
            "a dead runner's script is left alive when its attempt is lost",
            "        end_leftovers(folder.cookie)\n",
            "",
        ),
        (
            "a start that is told with its end is not told",
            "self._listener.script_ran(started_at, log, end)",
            "self._listener.script_ended(end)",
        ),
        (
            "a start is not told",
            "self._listener.script_started(ticket.job_id, ticket.attempt, str(self._log(ticket)))",
            "pass",
        ),
    ),
    *_of(
        "executor",
        "adapters/subprocess/executor.py",
        (
            "one script more than the capacity",
            "for n in range(self._capacity)",
            "for n in range(self._capacity + 1)",
        ),
        ("cancel is ignored", "self._folders.of(job_id, attempt).cancel.touch()", "return"),
        (
            "progress is not told",
            "progress = self.progress(job_id, attempt)",
            "progress = None",
        ),
        (
            "the backlog is not looked at",
            "self._queue.put(ticket_of(run), ahead=begun or run.started)",
            "pass",
        ),
    ),
)
