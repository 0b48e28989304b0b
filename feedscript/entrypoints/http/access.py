"""Who may call what: the scope of every route, and what is out of a key's reach. It is decided here and nowhere else.

What belongs to a merchant or a partner that the key does not reach is answered as what is not there; a scope that
the key lacks is 403.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from flask import Flask, Response, g, request

from feedscript.domain import Activity, FeedscriptError, ForgedToken, Job, Scope, UnknownJob
from feedscript.entrypoints.http.audit import call_is_entered
from feedscript.entrypoints.http.callers import (
    ANYBODY,
    KEY_HEADER,
    SAFE_METHODS,
    STRANGER,
    TOKEN_HEADER,
    KeyRing,
    caller,
    credential,
    cross_site,
    is_this_machine,
    misled,
    token,
)
from feedscript.entrypoints.http.declared import Route, refuses
from feedscript.entrypoints.http.problems import problem
from feedscript.entrypoints.http.rates import Rates, address, rates
from feedscript.entrypoints.http.sessions import Sessions, is_by_session, is_own_form
from feedscript.entrypoints.settings import Settings
from feedscript.ports import Undelivered
from feedscript.ports.errors import UnknownNotification
from feedscript.service import JobService

CALLBACK = "callback.receive"
#: Endpoints that need no key: they tell nothing of anybody.
OPEN = frozenset(
    {
        *("health.root", "health.ready", "api-docs.openapi_json", "swagger_ui.show"),
        *("console.style", "console.script"),
    }
)
#: Endpoints that are given their proof in another way, and look at it themselves: a key in a form, a signed link.
SELF_PROVING = frozenset({"console.sign_in", "console.shared"})
#: And those that are asked by whatever name of the service: what watches it need not know one.
ANY_NAME = frozenset({"health.root", "health.ready"})
#: Every other endpoint's scope. One that is missing here is open to nobody.
SCOPES = {
    "feed.generate": Scope.SUBMIT,
    "feed.validate": Scope.SUBMIT,
    "feed.status": Scope.READ,
    "feed.jobs": Scope.READ,
    "feed.activities": Scope.READ,
    "feed.logs": Scope.READ,
    "feed.report": Scope.READ,
    "files.feed": Scope.READ,
    "files.manifest": Scope.READ,
    "files.rejects": Scope.READ,
    "files.findings": Scope.READ,
    "feed.retry": Scope.OPERATE,
    "feed.cancel": Scope.OPERATE,
    "webhooks.undelivered": Scope.READ,
    "webhooks.replay": Scope.OPERATE,
    "webhooks.discard": Scope.OPERATE,
    "activities.trail": Scope.AUDIT,
    "metrics.metrics": Scope.READ,
    CALLBACK: Scope.CALLBACK,
    "console.overview": Scope.READ,
    "console.jobs": Scope.READ,
    "console.job": Scope.READ,
    "console.log_piece": Scope.READ,
    "console.confirm_cancel": Scope.OPERATE,
    "console.cancel": Scope.OPERATE,
    "console.retry": Scope.OPERATE,
    "console.trail": Scope.AUDIT,
    "console.sign_out": Scope.READ,
    "console.file": Scope.READ,
    "console.report": Scope.READ,
    "console.findings": Scope.READ,
    "console.share": Scope.READ,
    "console.configuration": Scope.READ,
    "console.config_text": Scope.READ,
}
KEY_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key that `feedscript keys create` has made, or one of `API_KEYS`",
    },
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": KEY_HEADER,
        "description": "The same in another header",
    },
}
TOKEN_SCHEMES = {
    "attemptToken": {
        "type": "apiKey",
        "in": "header",
        "name": TOKEN_HEADER,
        "description": "What a script is given as FEEDSCRIPT_TOKEN: good for its own attempt's callback",
    },
}
#: Endpoints that look for what their path names within the caller's reach: it need not be an id.
FOUND_WITHIN_REACH = frozenset({"feed.status"})
CONSOLE = "/console"
PAGES_LOOKED_AT = 50
Shown = TypeVar("Shown")


def register_access(
    app: Flask, service: JobService, settings: Settings, *, counts: Rates, ring: KeyRing, sessions: Sessions
) -> None:
    """Look at every call before its route does."""
    app.extensions["feedscript.rates"] = counts

    @app.before_request
    @refuses(401, "unauthorized", where=_is_guarded)
    @refuses(403, "lacking_scope", where=_is_guarded)
    @refuses(403, "cross_site", where=lambda route: route.writes)
    @refuses(421, "wrong_host", where=lambda route: route.endpoint not in ANY_NAME)
    @refuses(429, "too_many_calls", where=_is_guarded)
    def guard() -> Response | None:
        g.caller = STRANGER
        if request.endpoint in ANY_NAME:
            # Answered also where the keys cannot be looked at just now.
            with suppress(FeedscriptError):
                g.caller = ANYBODY if ring.empty else ring.caller(credential())
            return None
        keyless = ring.empty
        if keyless:
            refused = misled(settings)
            if refused is not None:
                return refused
        g.caller = ANYBODY if keyless else ring.caller(credential())
        if not keyless and credential() is None and _takes_sessions():
            g.caller = sessions.caller()
        refused = _one_too_many(counts) or _refused(counts) or _forged_form()
        if refused is None:
            _hide_what_is_out_of_reach(service)
        return refused


def _is_guarded(route: Route) -> bool:
    return route.endpoint not in OPEN


def _one_too_many(counts: Rates) -> Response | None:
    """The answer to somebody known who calls too often; without keys nobody is counted on this machine."""
    who = caller()
    if not who.known or request.endpoint in OPEN:
        return None
    if who is ANYBODY and is_this_machine(request.remote_addr):
        return None
    refused = counts.key_called(address() if who is ANYBODY else who.name)
    g.too_many = refused is not None
    return refused


def _refused(counts: Rates) -> Response | None:
    """The answer to a caller who may not use the route at all."""
    endpoint, who = request.endpoint, caller()
    if (
        endpoint in OPEN
        or endpoint in SELF_PROVING
        or (endpoint is None and not request.path.startswith(("/api/", CONSOLE)))
    ):
        return None
    if endpoint == CALLBACK and token():
        return None  # checked against the job, once the body is read
    if not who.known:
        why = who.why or f"send an API key in {KEY_HEADER}, or as a bearer token"
        return counts.stranger_called() or problem(401, "unauthorized", why)
    if endpoint is None:
        return None  # no such address, or no such method of it
    scope = SCOPES.get(endpoint)
    if scope is None or scope not in who.scopes:
        what = f"the scope {scope.value}" if scope else "a scope that there is not"
        return problem(403, "lacking_scope", f"this needs a key with {what}")
    return None


def _takes_sessions() -> bool:
    """Whether a browser's cookie says who calls: on the console's pages, and nowhere else."""
    return request.path.startswith(CONSOLE) and request.endpoint not in SELF_PROVING


def _forged_form() -> Response | None:
    """The answer to what a browser sends with a session's cookie, and no page of the session has asked it to."""
    if request.method in SAFE_METHODS or not is_by_session() or is_own_form():
        return None
    return cross_site()


def _hide_what_is_out_of_reach(service: JobService) -> None:
    """Raise what is raised for a job that is not there, where the path names one that the key does not reach."""
    who = caller()
    if who.reach.everything or not who.known:
        return
    named = request.view_args or {}
    if request.endpoint in FOUND_WITHIN_REACH:
        return
    if "job_id" in named:
        check_job(service, named["job_id"])
    elif "notification_id" in named:
        notification_id = named["notification_id"]
        try:
            check_job(service, notification_id.partition("/")[0])
        except UnknownJob as error:
            raise UnknownNotification(notification_id) from error


def check_job(service: JobService, job_id: str) -> None:
    """Raise `UnknownJob` for one that the caller's key does not reach."""
    if caller().reach.everything:
        return
    if not caller().reach.covers(service.job(job_id)):
        raise hidden(UnknownJob(job_id))


def found_within_reach(service: JobService, name: str, *, merchant: str | None) -> Job:
    """The job of that id, or of the merchant's own reference; raises `UnknownJob` where the key does not reach it."""
    try:
        return service.find(name, merchant=merchant, reach=caller().reach)
    except UnknownJob as error:
        if caller().reach.everything:
            raise
        raise hidden(error) from error


def refuse_forgery(job_id: str) -> Response | None:
    """Count a forged token; answers a refusal where it is one too many, and None where it is to be recorded.

    Raises `ForgedToken` where the trail has enough of them. In no case it tells whether there is such a job.
    """
    refused = rates().stranger_called()
    if refused is None and not rates().is_recorded():
        call_is_entered()
        raise ForgedToken(job_id)
    if refused is not None:
        call_is_entered()
    return refused


def hidden(error: FeedscriptError) -> FeedscriptError:
    """The error, whose job's story must not tell of the call: it is another merchant's."""
    g.hidden = True
    return error


def within_reach(
    page: Callable[[str | None], tuple[Sequence[Shown], str | None]],
    is_visible: Callable[[Shown], bool],
    cursor: str | None,
    *,
    looked_at: int = PAGES_LOOKED_AT,
) -> tuple[list[Shown], str | None]:
    """The next of a listing's pages with something in it that the caller's key reaches, without what it does not.

    After `looked_at` pages it is an empty one with a cursor: what is left out of a long
    listing costs no more than so much.
    """
    shown: list[Shown] = []
    for _ in range(looked_at):
        found, cursor = page(cursor)
        shown = [each for each in found if caller().reach.everything or is_visible(each)]
        if shown or cursor is None:
            break
    return shown, cursor


class Visible:
    """Whether entries and notifications are about jobs that the caller's key reaches."""

    def __init__(self, service: JobService) -> None:
        self._service = service
        self._known: dict[str, bool] = {}

    def activity(self, activity: Activity) -> bool:
        """Whether the entry is about a job within reach; what is about none is for those who reach all."""
        return activity.job_id is not None and self._job(activity.job_id)

    def undelivered(self, undelivered: Undelivered) -> bool:
        """Whether the notification is of a job within reach."""
        return self._job(undelivered.notification.job_id)

    def _job(self, job_id: str) -> bool:
        if job_id not in self._known:
            self._known[job_id] = _is_reached(self._service, job_id)
        return self._known[job_id]


def _is_reached(service: JobService, job_id: str) -> bool:
    try:
        job: Job = service.job(job_id)
    except FeedscriptError:
        return False
    return caller().reach.covers(job)
