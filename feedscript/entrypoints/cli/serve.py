"""`feedscript serve`: the API on a production WSGI server, several processes sharing the folders."""

import ctypes
import logging
import os
import signal
import socket
import sys
import threading
import traceback
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.errors import AppImportError
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from feedscript.entrypoints.broken_workers import BrokenWorkers
from feedscript.entrypoints.checking.deployment import at_start, is_fatal, tell_of_buckets
from feedscript.entrypoints.exposure import tell_who_may_call
from feedscript.entrypoints.http import close_service, container_for, container_or_exit, create_app
from feedscript.entrypoints.http.draining import drain
from feedscript.entrypoints.log import set_up_log
from feedscript.entrypoints.secrecy import hide_secrets
from feedscript.entrypoints.serving import BACKLOG, Server, serve_until
from feedscript.entrypoints.settings import BadSettings, Settings, settings_or_exit
from feedscript.entrypoints.shared_figures import figures_shared

PR_SET_PDEATHSIG = 1
MASTER_DIED = signal.SIGRTMIN
EX_WRONG = 2
EX_UNAVAILABLE, EX_SOFTWARE = 69, 70  # sysexits.h
LAST_ANSWERS = 5.0


@click.command()
def serve() -> None:
    """Serve the API on HOST:PORT with WORKERS processes of THREADS threads (see .env.example).

    What is plainly wrong with the deployment is told first (feedscript check tells all of it).

    Exits with 2 for settings and scripts that cannot be used, 74 for storage, 70 once server processes end as soon as
    they are started.
    """
    settings = settings_or_exit()
    stop_if_jobs_would_fail(settings)
    hide_secrets()
    stop_if_storage_is_unusable(settings)
    set_up_log(settings)
    tell_of_buckets(settings)
    server = _Server(settings)
    with figures_shared():
        try:
            server.run()
        finally:
            if server.given_up:
                sys.exit(EX_SOFTWARE)


def stop_if_jobs_would_fail(settings: Settings) -> None:
    """Tell what is found at a glance, and end with exit status 2 where no job of a phase could end well."""
    fatal = False
    for finding in at_start(settings):
        click.echo(f"feedscript: {finding.level}: {finding}", err=True)
        fatal |= is_fatal(finding)
    if fatal:
        sys.exit(EX_WRONG)


def stop_if_storage_is_unusable(settings: Settings) -> None:
    """End with one clear line, rather than with workers that are started again for ever.

    Tried in a process of its own: what a server process opens must not be shared with those that are forked after it.
    """
    pid = os.fork()
    if pid == 0:
        status = EX_SOFTWARE
        try:
            close_service(container_or_exit(settings))
            status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
        except Exception:  # noqa: BLE001 - not one that is told in a line: a mistake of ours, or of an adapter's
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status:
        sys.exit(status)


def serve_alone(app: Flask) -> None:
    """Serve from this one process: for development and small machines."""
    settings: Settings = app.extensions["feedscript.container"].settings()
    tell_who_may_call(settings, app.extensions["feedscript.container"].keys())
    with _listening(settings) as listening:
        server, stopped = Server(app, settings, [listening]), threading.Event()

        def stop() -> None:
            drain(app, grace=settings.drain_grace)
            stopped.set()
            server.wake()

        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=stop, daemon=True).start())
        click.echo(f"feedscript: http://{_shown(settings.host)}:{settings.port}", err=True)
        try:
            serve_until(stopped.is_set, server, each_turn=lambda: None)
        except KeyboardInterrupt:
            drain(app, grace=0)
        server.finish(LAST_ANSWERS)


def _listening(settings: Settings) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        click.echo(f"feedscript: HOST={settings.host} PORT={settings.port}: {error.strerror}", err=True)
        sys.exit(EX_UNAVAILABLE)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn, configured by the settings; every worker builds its own application after the fork."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._broken = BrokenWorkers(settings.workers)
        self.given_up = False
        super().__init__()

    def load_config(self) -> None:
        settings = self._settings
        options: dict[str, Any] = {
            "bind": f"{_shown(settings.host)}:{settings.port}",
            "workers": settings.workers,
            "worker_class": _Worker,
            "proc_name": "feedscript",
            "loglevel": settings.log_level.lower(),
            "logger_class": _OneLog,
            "graceful_timeout": int(settings.drain_grace) + 5,
            "pre_fork": lambda _, worker: self._broken.began(worker.age),
            "child_exit": self._child_exit,
            "worker_exit": _worker_exit,
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def _child_exit(self, server: Any, worker: Any) -> None:
        if self._broken.ended(worker.age) and not self.given_up:
            self.given_up = True
            server.log.critical("server processes end as soon as they are started: no more are; above is why")
            os.kill(os.getpid(), signal.SIGTERM)

    def load(self) -> Flask:
        try:
            return create_app(container_for(self._settings))
        except BadSettings as error:
            # In every worker it would be the same, so gunicorn is to end rather than to start others.
            raise AppImportError(f"feedscript: bad settings: {error}") from error


class _OneLog(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """What gunicorn says goes the same way as all else."""

    def setup(self, cfg: Any) -> None:
        """Leave level and form to the service's own log."""
        super().setup(cfg)
        for name in ("gunicorn.error", "gunicorn.access"):
            gunicorn = logging.getLogger(name)
            gunicorn.handlers.clear()
            gunicorn.propagate = True


class _Worker(Worker):  # type: ignore[misc]  # gunicorn ships no types
    """A gunicorn worker that serves by `Server`, and goes on answering on SIGTERM until its scripts or the grace end.

    One whose master dies stops at once: until it has, no new master gets the port.
    """

    server: Server | None = None

    def init_process(self) -> None:
        """Have the kernel tell of the master's death (prctl(2)), which is looked for once a second besides."""
        signal.signal(MASTER_DIED, lambda *_: self._stop())
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, MASTER_DIED, 0, 0, 0)
        super().init_process()

    def run(self) -> None:
        """Serve until told to stop, or until the master is gone."""
        settings = self.wsgi.extensions["feedscript.container"].settings()
        self.server = Server(self.wsgi, settings, [each.sock for each in self.sockets])
        serve_until(lambda: not self.alive or self.ppid != os.getppid(), self.server, each_turn=self.notify)
        self.server.finish(LAST_ANSWERS)

    def handle_exit(self, sig: int, frame: object) -> None:  # noqa: ARG002 - what a handler is given
        """Drain in the background, then stop."""

        def drain_and_stop() -> None:
            drain(self.wsgi, grace=self.wsgi.extensions["feedscript.container"].settings().drain_grace)
            self._stop()

        if not self.wsgi.extensions["feedscript.draining"].is_set():
            threading.Thread(target=drain_and_stop, name="feedscript-drain", daemon=True).start()

    def _stop(self) -> None:
        self.alive = False
        if self.server is not None:
            self.server.wake()


def _worker_exit(_server: object, worker: Any) -> None:
    """A worker whose master is gone lets go at once, so that another may lead; a drained one has done so."""
    app = getattr(worker, "wsgi", None)  # none where it was ended while starting
    if app is not None:
        drain(app, grace=0)
