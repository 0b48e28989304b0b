"""Stopping without haste: new jobs are refused, what runs may end, and everything else is still answered."""

import threading

from flask import Flask, Response, current_app, request

from feedscript.entrypoints.http.declared import refuses
from feedscript.entrypoints.http.problems import problem

STARTS = ("feed.generate", "feed.validate", "feed.retry", "console.retry")


def register_draining(app: Flask) -> None:
    """Refuse to start anything from the moment that `drain` is called."""
    app.extensions["feedscript.draining"] = threading.Event()
    app.before_request(_refuse_new_work)


def drain(app: Flask, *, grace: float) -> None:
    """Take no new job, and wait up to `grace` seconds for the scripts that this process looks after.

    What has not ended by then goes on by itself, and is adopted by the next process that leads.
    """
    container = app.extensions["feedscript.container"]
    app.extensions["feedscript.draining"].set()
    container.executor().stop(grace)
    container.notifier().stop()


def draining() -> threading.Event:
    """Set from the moment that the application at hand is about to stop."""
    event: threading.Event = current_app.extensions["feedscript.draining"]
    return event


def is_draining() -> bool:
    """Whether the application at hand is about to stop."""
    return draining().is_set()


@refuses(503, "draining", where=lambda route: route.endpoint in STARTS)
def _refuse_new_work() -> Response | None:
    if request.endpoint in STARTS and is_draining():
        return problem(
            503, "draining", "the service is about to stop and takes no new job; repeat the call later"
        )
    return None
