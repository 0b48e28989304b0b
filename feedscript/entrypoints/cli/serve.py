"""`feedscript serve`: the API on a production WSGI server, several processes sharing the folders."""

from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from werkzeug.serving import run_simple

from feedscript.entrypoints.http import container_for, create_app
from feedscript.entrypoints.settings import LOOPBACK, Settings, settings_or_exit


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
    run_simple(settings.host, settings.port, app, threaded=True)


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
            "worker_class": "gthread",
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
        return create_app(container_for(self._settings))


def _worker_exit(_server: object, worker: Any) -> None:
    container = worker.app.wsgi().extensions["feedscript.container"]
    container.notifier().stop()
    container.executor().stop(container.settings().drain_grace)
