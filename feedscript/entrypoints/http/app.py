"""The Flask application: routes, problems, documentation, and the container behind them."""

import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import click
from flask import Flask, Response, request
from limits.storage import Storage

from feedscript.domain import FeedscriptError
from feedscript.entrypoints.container import Container, wired
from feedscript.entrypoints.exposure import refuse_exposure, tell_who_may_call
from feedscript.entrypoints.http.access import register_access
from feedscript.entrypoints.http.activities import activities_blueprint
from feedscript.entrypoints.http.audit import register_audit
from feedscript.entrypoints.http.callback import callback_blueprint
from feedscript.entrypoints.http.callers import KeyRing
from feedscript.entrypoints.http.docs import docs_blueprint
from feedscript.entrypoints.http.draining import register_draining
from feedscript.entrypoints.http.feed import feed_blueprint
from feedscript.entrypoints.http.files import files_blueprint
from feedscript.entrypoints.http.health import health_blueprint
from feedscript.entrypoints.http.metrics import metrics_blueprint
from feedscript.entrypoints.http.openapi import DocumentedApi
from feedscript.entrypoints.http.problems import HARDENING, problem, register_problems
from feedscript.entrypoints.http.rates import Limits, Rates
from feedscript.entrypoints.http.sessions import Sessions
from feedscript.entrypoints.http.waiting import register_waiting
from feedscript.entrypoints.http.watching import register_watching
from feedscript.entrypoints.http.webhooks import webhooks_blueprint
from feedscript.entrypoints.job_files import JobFiles
from feedscript.entrypoints.log import set_up_log
from feedscript.entrypoints.secrecy import hide_secrets
from feedscript.entrypoints.settings import BadSettings, Settings, end_with, settings_or_exit
from feedscript.service import JobService

logger = logging.getLogger(__name__)

EX_IOERR = 74  # sysexits.h
LAST_ANSWERS_WITHIN = 0.5
LONGEST_ADDRESS = 8192
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
HARDENED = {
    name.lower(): (name, value)
    for name, value in (*HARDENING.items(), ("Content-Security-Policy", DATA_POLICY))
}


class _App(Flask):
    """Flask without a look at every function of every request for being a coroutine: none here is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(container: Container | None = None) -> Flask:
    """The application over a container, by default over one for the environment's settings, with its threads running.

    Bad settings end the process: one clear line and exit status 2. So does storage that cannot be used: status 74.
    """
    if container is None:
        container = container_or_exit(_as_served(settings_or_exit()))
    settings: Settings = container.settings()
    set_up_log(settings)
    app = _App("feedscript", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=settings.max_body_bytes)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    service, counts = _service_or_exit(container), _counts_or_exit(container)
    if _serves():
        _refuse_exposure_or_exit(container)
    if _is_flask_run():
        tell_who_may_call(settings, container.keys())
    register_problems(app)
    app.before_request(_refuse_long_address)
    register_audit(app, service, container.clock(), container.ids())
    register_watching(app, container.metrics(), with_log=settings.access_log)
    ring = KeyRing(settings.api_keys, container.keys(), container.clock())
    limits = Limits(settings.rate_per_key, settings.rate_per_address)
    secret = settings.secret()
    sessions = Sessions(secret, ring, container.clock(), settings)
    register_access(app, service, settings, counts=Rates(counts, limits), ring=ring, sessions=sessions)
    register_draining(app)
    register_waiting(app, threads=settings.threads)
    api = DocumentedApi(app, public_url=settings.public_url, keys_asked_for=not ring.empty)
    api.register_blueprint(feed_blueprint(service, lenient=settings.lenient_bodies))
    files = JobFiles(service, container.objects(), settings.runs_dir)
    api.register_blueprint(files_blueprint(files))
    api.register_blueprint(callback_blueprint(service, lenient=settings.lenient_bodies))
    api.register_blueprint(activities_blueprint(service))
    api.register_blueprint(webhooks_blueprint(service, container.dead_letters()))
    api.register_blueprint(metrics_blueprint(service, container.metrics(), container.disk(), settings))
    database_state = container.database().state if settings.storage == "postgresql" else None
    api.register_blueprint(
        health_blueprint(service, container.disk(), container.objects(), settings, database_state)
    )
    app.register_blueprint(docs_blueprint())
    app.after_request(_harden)
    if settings.console:
        # It stands on this package's other modules, which bring this one.
        from feedscript.entrypoints.console.blueprint import register_console  # noqa: PLC0415 - as said

        # After that, so that its pages are hardened too: what is registered last is called first.
        register_console(app, container, ring, sessions, files)
    app.extensions["feedscript.container"] = container
    if _serves():
        _take_lease_or_exit(container, renew=True)
        container.executor().start(service)
        container.notifier().start()
    return app


def container_for(settings: Settings) -> Container:
    """The container that the settings lead to, for a process that serves: it ends when its disk fails.

    Raises `BadSettings` for adapters that cannot be used.
    """
    os.umask(settings.umask)
    hide_secrets()
    container = wired(settings)
    container.disk().on_broken = partial(_end_process, "a fsync failed")
    return container


def container_or_exit(settings: Settings) -> Container:
    """As `container_for`; wrong adapters are one clear line and exit status 2."""
    try:
        return container_for(settings)
    except BadSettings as error:
        end_with(error)


def close_service(container: Container) -> None:
    """Make the service as one that serves would, say who may call, let it go; what is unusable ends the process."""
    settings: Settings = container.settings()
    set_up_log(settings)
    _service_or_exit(container)
    _counts_or_exit(container)
    _refuse_exposure_or_exit(container)
    _take_lease_or_exit(container)
    tell_who_may_call(settings, container.keys())
    # An adapter of the operator's own need not have anything to let go of.
    close = getattr(container.repository(), "close", None)
    if close is not None:
        close()


def _service_or_exit(container: Container) -> JobService:
    try:
        service: JobService = container.service()
    except (FeedscriptError, OSError) as error:
        logger.critical("the service cannot start: %s", error)
        sys.exit(EX_IOERR)
    return service


def _counts_or_exit(container: Container) -> Storage:
    try:
        counts: Storage = container.counts()
    except OSError as error:
        logger.critical("the service cannot start: calls cannot be counted: %s", error)
        sys.exit(EX_IOERR)
    return counts


def _refuse_exposure_or_exit(container: Container) -> None:
    try:
        refuse_exposure(container.settings(), container.keys())
    except BadSettings as error:
        end_with(error)


def _take_lease_or_exit(container: Container, *, renew: bool = False) -> None:
    """Be the one machine that runs the scripts, where the storage could be shared by several."""
    try:
        lease = container.host_lease()
        if lease is None:
            return
        lease.take()
    except FeedscriptError as error:
        logger.critical("the service cannot start: %s", error)
        sys.exit(EX_IOERR)
    if renew:
        lease.on_lost = partial(_end_process, "another machine runs the scripts now")
        lease.start()


def _end_process(why: str) -> None:
    """End soon, without a word to anybody: nothing may be acknowledged on the strength of what memory still holds.

    The time until then is for the answers under way (503). Scripts go on; the process that is started next looks at
    what is on the disk.
    """
    logger.critical("%s: this process ends, and what supervises it should start another", why)
    end = threading.Timer(LAST_ANSWERS_WITHIN, os._exit, (EX_IOERR,))
    end.daemon = True
    end.start()


def _serves() -> bool:
    """Whether the application is wanted to serve: `flask routes` and `flask shell` only look at it."""
    context = click.get_current_context(silent=True)
    return context is None or context.info_name not in ("routes", "shell")


def _is_flask_run() -> bool:
    context = click.get_current_context(silent=True)
    return context is not None and context.info_name == "run"


def _as_served(settings: Settings) -> Settings:
    """`flask run --host --port` speaks before HOST and PORT: scripts report there, and who can ask depends on it."""
    context = click.get_current_context(silent=True)
    if context is None or not _is_flask_run():
        return settings
    asked = {name: context.params.get(name) for name in ("host", "port")}
    return replace(settings, **{name: value for name, value in asked.items() if value is not None})


def _refuse_long_address() -> Response | None:
    if len(request.environ.get("QUERY_STRING", "")) + len(request.path) > LONGEST_ADDRESS:
        return problem(414, "address_too_long", f"the address has more than {LONGEST_ADDRESS} characters")
    return None


def _harden(response: Response) -> Response:
    # Headers are compared without regard to case, by a walk through all of them for each name that is asked for.
    there = {name.lower() for name, _ in response.headers}
    response.headers.extend(header for name, header in HARDENED.items() if name not in there)
    return response
