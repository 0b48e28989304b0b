"""`feedscript serve`: the API on a production WSGI server, several processes sharing the folders."""

import ctypes
import signal
import threading
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.errors import AppImportError
from gunicorn.workers.gthread import ThreadWorker
from werkzeug.serving import make_server

from feedscript.entrypoints.http import container_for, create_app
from feedscript.entrypoints.http.draining import drain
from feedscript.entrypoints.settings import LOOPBACK, BadSettings, Settings, settings_or_exit

PR_SET_PDEATHSIG = 1
MASTER_DIED = signal.SIGRTMIN


@click.command()
def serve() -> None:
    """Serve the API on HOST:PORT with WORKERS processes of THREADS threads (see .env.example)."""
    settings = settings_or_exit()
    warn_if_open(settings)
    _Server(settings).run()


def serve_alone(app: Flask) -> None:
    """Serve from this one process: for development and small machines."""
    settings: Settings = app.extensions["feedscript.container"].settings()
    warn_if_open(settings)
    server = make_server(settings.host, settings.port, app, threaded=True)

    def stop() -> None:
        drain(app, grace=settings.drain_grace)
        server.shutdown()

    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=stop, daemon=True).start())
    server.log_startup()
    server.serve_forever()


def warn_if_open(settings: Settings) -> None:
    """Say so when anybody on the network could start scripts."""
    if settings.host not in LOOPBACK and not settings.api_keys:
        click.echo(
            f"feedscript: HOST={settings.host} is reachable from outside and no API_KEYS are set: anybody may call",
            err=True,
        )


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn, configured by the settings; every worker builds its own application after the fork."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        settings = self._settings
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        options: dict[str, Any] = {
            "bind": f"{host}:{settings.port}",
            "workers": settings.workers,
            "threads": settings.threads,
            "worker_class": _Worker,
            "proc_name": "feedscript",
            "loglevel": settings.log_level.lower(),
            "graceful_timeout": int(settings.drain_grace) + 5,
            "worker_exit": _worker_exit,
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        try:
            return create_app(container_for(self._settings))
        except BadSettings as error:
            # In every worker it would be the same, so gunicorn is to end rather than to start others.
            raise AppImportError(f"feedscript: bad settings: {error}") from error


class _Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """A gunicorn worker that goes on answering on SIGTERM until its scripts have ended, or the grace has.

    One whose master dies stops at once: until it has, no new master gets the port.
    """

    def init_process(self) -> None:
        """Have the kernel tell of the master's death (prctl(2)), which gunicorn itself looks for once a second."""
        signal.signal(MASTER_DIED, lambda *_: super(_Worker, self).handle_exit(MASTER_DIED, None))
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, MASTER_DIED, 0, 0, 0)
        super().init_process()

    def handle_exit(self, sig: int, frame: object) -> None:
        """Drain in the background, then stop as gunicorn does."""

        def drain_and_stop() -> None:
            drain(self.wsgi, grace=self.wsgi.extensions["feedscript.container"].settings().drain_grace)
            super(_Worker, self).handle_exit(sig, frame)

        if not self.wsgi.extensions["feedscript.draining"].is_set():
            threading.Thread(target=drain_and_stop, name="feedscript-drain", daemon=True).start()


def _worker_exit(_server: object, worker: Any) -> None:
    """A worker whose master is gone lets go at once, so that another may lead; a drained one has done so."""
    app = getattr(worker, "wsgi", None)  # none where it was ended while starting
    if app is not None:
        drain(app, grace=0)
