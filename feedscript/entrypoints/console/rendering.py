"""Pages as answers: the templates, what each page shows, and the policy under which a browser shows it."""

import hashlib
import json
from functools import cache
from importlib import resources
from typing import Any

from flask import Response, g, request, url_for
from jinja2 import Environment, Template

from feedscript import __version__
from feedscript.domain import Scope
from feedscript.entrypoints.console import wording
from feedscript.entrypoints.http.callers import ANYBODY, caller
from feedscript.entrypoints.http.problems import MEDIA_TYPE
from feedscript.entrypoints.http.sessions import FORM_FIELD, form_token, is_by_session
from feedscript.feeds.reports.html import page_environment

#: Nothing within a page runs or styles it, and nothing of another host's is asked for.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
KEPT_BY_BROWSERS = "public, max-age=31536000, immutable"


def page(template: str, status: int = 200, **shown: Any) -> Response:
    """The page that a template makes of what is `shown`."""
    text = _template(template).render(**_on_every_page(), **shown)
    answer = Response(text, status, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = POLICY
    # Without the address of its page a browser sends a form as from nowhere, and that is refused.
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def problem_page(answer: Response) -> Response:
    """A problem document as a page: for a stranger the one to sign in by."""
    if answer.mimetype != MEDIA_TYPE or not request.path.startswith("/console"):
        return answer
    told = json.loads(answer.get_data())
    g.answered = told  # for the audit trail
    if answer.status_code == 401:  # noqa: PLR2004 - who calls is not known (RFC 9110)
        shown = page("sign_in.html", 401, next=_here(), wrong=told["detail"] if caller().why else "")
    else:
        shown = page("problem.html", answer.status_code, problem=told)
    for name in ("Retry-After", "WWW-Authenticate"):
        if name in answer.headers:
            shown.headers[name] = answer.headers[name]
    return shown


def asset(name: str) -> Response:
    """A file of the console's own; its address changes with its content."""
    answer = Response(_read(name), mimetype="text/css" if name.endswith(".css") else "text/javascript")
    answer.headers["Cache-Control"] = KEPT_BY_BROWSERS
    return answer


def _here() -> str:
    """Where a browser is to go on once somebody has signed in: to the page that was asked for."""
    if request.method != "GET" or request.endpoint == "console.sign_in":
        return ""
    return request.full_path.rstrip("?")


def _on_every_page() -> dict[str, Any]:
    who = caller()
    return {
        "endpoint": request.endpoint,
        "may": {scope.value for scope in Scope if scope in who.scopes},
        "who": None if who is ANYBODY or not who.known else who.name.removeprefix("key:").partition("/")[0],
        "by_session": is_by_session(),
        "form_field": FORM_FIELD,
        "form_token": form_token(),
        "request_id": g.get("request_id", ""),
    }


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    environment = page_environment("feedscript.entrypoints.console", "templates")
    filters: dict[str, Any] = {
        "duration": wording.duration,
        "moment": wording.moment,
        "plain": wording.plain,
        "spark": wording.spark,
        "stage": wording.stage,
        "tone": wording.tone,
    }
    environment.filters.update(filters)
    environment.globals.update(
        url_for=url_for,
        version=__version__,
        marks={name: _mark(name) for name in ("console.css", "console.js")},
    )
    return environment


@cache
def _read(name: str) -> bytes:
    return resources.files("feedscript.entrypoints.console").joinpath(name).read_bytes()


def _mark(name: str) -> str:
    return hashlib.sha256(_read(name)).hexdigest()[:12]
