"""Every call is counted and timed, and logged where that is wanted."""

import logging
import time

from flask import Flask, Response, g, request

from feedscript.adapters.observing import Metrics
from feedscript.entrypoints.http.audit import told_path
from feedscript.entrypoints.http.callers import actor

logger = logging.getLogger("feedscript.access")

NOWHERE = "(none)"


def register_watching(app: Flask, metrics: Metrics, *, with_log: bool) -> None:
    """Take the time of every call; with `with_log` a line is logged for each."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        metrics.called(request.endpoint or NOWHERE, response.status_code, seconds)
        if with_log:
            path = told_path()
            logger.info(
                "%s %s %d in %.1f ms",
                request.method,
                path,
                response.status_code,
                1000 * seconds,
                extra={
                    "method": request.method,
                    "path": path,
                    "status": response.status_code,
                    "seconds": round(seconds, 6),
                    "from": request.remote_addr,
                    "actor": actor(),
                },
            )
        return response
