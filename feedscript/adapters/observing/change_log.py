"""The service's log: a line for each change of a job, and for what was refused or could not be told."""

import logging
from collections.abc import Mapping
from typing import Any

from feedscript.domain import (
    Activity,
    Event,
    Failed,
    GenerationStarted,
    Job,
    Phase,
    RetryCalledOff,
    ScriptExited,
    ScriptStarted,
    Succeeded,
    ValidationCalledOff,
    ValidationRevoked,
    ValidationStarted,
)
from feedscript.ports import Observer

logger = logging.getLogger("feedscript.jobs")

LONGEST_ERROR = 300
#: The only call without a change that somebody who reads the log should know of: work is not taken.
QUEUE_FULL = "queue_full"


class ChangeLog(Observer):
    """Logs what is entered on the trail: INFO for what goes as it should, WARNING for what somebody should look at.

    Each record also has the facts as attributes of their own, for logs as JSON: `job_id`, `attempt`, `phase`, `state`,
    `reason`, `affiliate_merchant_id`, `partner_id`, `reference`, `actor`, and `request_id`, the id of the call.
    """

    def entered(self, activity: Activity, job: Job | None = None) -> None:
        """Log the entry, if there is something to say of it."""
        if activity.event is not None and job is not None:
            level, text = _said_of(activity.event, job)
        elif activity.type in _OTHERS:
            level, text = _OTHERS[activity.type](activity.data)
        else:
            return
        if level and logger.isEnabledFor(level):
            about = f"job {activity.job_id}: " if activity.job_id else ""
            by = "" if activity.actor == "feedscript" else f" (by {activity.actor})"
            logger.log(level, "%s%s%s", about, text, by, extra=_facts(activity, job))


def _said_of(event: Event, job: Job) -> tuple[int, str]:
    attempt = job.attempt(event.attempt)
    what = f"{_noun(attempt.phase if attempt else job.latest.phase)} {event.attempt}"
    match event:
        case GenerationStarted() | ValidationStarted():
            again = _again(event)
            asked = event.request
            whom = f"merchant {asked.affiliate_merchant_id}, partner {asked.partner_id or '(none named)'}"
            return logging.INFO, f"{what} is {again}: {whom}, {asked.source} to {asked.destination}"
        case ScriptStarted():
            return logging.INFO, f"the script of {what} runs"
        case Succeeded():
            headline = (event.result or {}).get("headline")
            return logging.INFO, f"{what} succeeded" + (f": {_short(headline)}" if headline else "")
        case ValidationRevoked():
            return logging.WARNING, f"{what} is taken back, {event.reason.value}: {_short(event.error)}"
        case Failed():
            then = f"; again at {event.next_retry_at:%H:%M:%S} UTC" if event.next_retry_at else ""
            return logging.WARNING, f"{what} failed, {event.reason.value}: {_short(event.error)}{then}"
        case ScriptExited():
            code = "nobody saw how" if event.exit_code is None else f"exit code {event.exit_code}"
            beside = f"; {_short(event.warning)}" if event.warning else ""
            level = logging.WARNING if event.warning else logging.INFO
            return level, f"the script of {what} is gone, {code}{beside}"
        case RetryCalledOff():
            return logging.INFO, f"the repetition of {what} is called off"
        case ValidationCalledOff():
            return logging.WARNING, f"the validation after {what} is called off: {_short(event.why)}"


def _again(event: GenerationStarted | ValidationStarted) -> str:
    if event.automatic:
        return "repeated by itself" if event.retry else "begun by itself, as was asked for"
    return "asked for again" if event.retry else "accepted"


def _of_callback(data: Mapping[str, Any]) -> tuple[int, str]:
    if data.get("applied"):
        return 0, ""  # the change that it made is logged
    return logging.INFO, f"a callback ({data.get('outcome')}) changed nothing: {data.get('reason')}"


def _of_forgery(_: Mapping[str, Any]) -> tuple[int, str]:
    return logging.WARNING, "a callback with a forged token is refused"


def _of_notification(data: Mapping[str, Any]) -> tuple[int, str]:
    told = f"notification {data.get('notification')}, try {data.get('try')}"
    if data.get("delivered"):
        return logging.DEBUG, f"{told}: delivered"
    if data.get("given_up"):
        return logging.WARNING, f"{told}: given up, it waits for an operator (feedscript webhooks list)"
    return logging.INFO, f"{told}: not delivered, it is tried again"


def _of_call(data: Mapping[str, Any]) -> tuple[int, str]:
    answered, asked = data.get("response"), data.get("request")
    if not isinstance(answered, Mapping) or answered.get("code") != QUEUE_FULL:
        return 0, ""
    merchant = asked.get("affiliate_merchant_id") if isinstance(asked, Mapping) else None
    whose = f" for merchant {_short(merchant)}" if merchant else ""
    return logging.WARNING, (
        f"a job{whose} is turned away, {QUEUE_FULL}: as many wait as may (MAX_QUEUED, MAX_QUEUED_PER_MERCHANT)"
    )


_OTHERS = {
    "feedscript.api.call": _of_call,
    "feedscript.callback.received": _of_callback,
    "feedscript.callback.forged": _of_forgery,
    "feedscript.notification.sent": _of_notification,
}


def _facts(activity: Activity, job: Job | None) -> dict[str, object]:
    event, call = activity.event, activity.data.get("call")
    facts: dict[str, object] = {
        "job_id": activity.job_id,
        "event": activity.type,
        "actor": activity.actor,
        "request_id": call.get("id") if isinstance(call, Mapping) else None,
    }
    if job is not None and event is not None:
        attempt = job.attempt(event.attempt)
        facts |= {
            "attempt": event.attempt,
            "phase": attempt.phase.value if attempt else None,
            "state": job.state.value,
            "reason": event.reason.value if isinstance(event, Failed) else None,
            "affiliate_merchant_id": job.affiliate_merchant_id,
            "partner_id": attempt.request.partner_id if attempt else None,
            "reference": job.reference,
        }
    return {name: fact for name, fact in facts.items() if fact is not None}


def _noun(phase: Phase) -> str:
    return "generation" if phase is Phase.GENERATION else "validation"


def _short(text: object) -> str:
    """On one line, and no longer than a line may be."""
    one_line = " ".join(str(text).split())
    return one_line if len(one_line) <= LONGEST_ERROR else f"{one_line[:LONGEST_ERROR]} ..."
