"""The HTTP server beneath the application: a request takes a thread only once all of it is there.

Waitress reads heads and bodies in one loop and hands whole requests to threads, so a client that sends slowly, or
nothing, costs a socket and no thread. What it would wait for for ever is bounded here, and what it answers by itself is
a problem document.
"""

import json
import logging
import socket
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer, create_server
from waitress.task import ErrorTask

from feedscript.entrypoints.http.problems import HARDENING, MEDIA_TYPE, TITLES
from feedscript.entrypoints.settings import Settings

#: Of a process; the one that keeps it waiting longest makes room for the next.
MOST_CONNECTIONS = 500
#: A request is whole within this time, and an unused connection is closed after it. Seconds.
WHOLE_WITHIN, UNUSED_FOR = 30.0, 30
#: What was accepted as the server began to stop has so long to say what it wants. Seconds.
FIRST_REQUEST_WITHIN = 0.5
LOOK_EVERY = 5
HEAD_BYTES, FRAMING = 16 * 1024, 64 * 1024
BACKLOG = 1024
CODES = {400: "bad_request", 413: "too_large", 431: "head_too_large", 501: "not_implemented"}


class Server:
    """The application behind listening sockets, which may be shared with other processes.

    A request that is not whole after `whole_within` seconds is given up.
    """

    def __init__(
        self,
        app: Flask,
        settings: Settings,
        sockets: Sequence[socket.socket],
        *,
        whole_within: float = WHOLE_WITHIN,
    ) -> None:
        # One line for every request that has to wait is too many.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._connections: dict[int, Any] = {}
        self._server = create_server(
            app,
            map=self._connections,
            sockets=list(sockets),
            threads=settings.threads,
            backlog=BACKLOG,
            connection_limit=2 * MOST_CONNECTIONS,  # never reached
            channel_timeout=UNUSED_FOR,
            cleanup_interval=min(LOOK_EVERY, whole_within),
            max_request_header_size=HEAD_BYTES,
            # The application refuses to the byte; what frames the chunks of a body is counted here as well.
            max_request_body_size=2 * settings.max_body_bytes + FRAMING,
            ident=None,
            asyncore_use_poll=True,
        )
        for listening in self._listening():
            listening.channel_class = partial(_Connection, whole_within=whole_within)

    def turn(self, timeout: float) -> None:
        """Wait up to `timeout` seconds for something to come in or go out, and see to it."""
        wasyncore.poll2(timeout, self._connections)

    def wake(self) -> None:
        """Let `turn` return, from whatever thread."""
        self._server.trigger.pull_trigger()

    def finish(self, grace: float) -> None:
        """Accept nothing more, answer what has come in whole, within `grace` seconds, and stop."""
        for listening in self._listening():
            listening.close()
        give_up = time.monotonic() + grace
        while time.monotonic() < give_up and any(map(_is_awaited, self._channels())):
            wasyncore.poll2(0.05, self._connections)
        self._server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._connections)

    def _channels(self) -> list[HTTPChannel]:
        return [each for each in self._connections.values() if isinstance(each, HTTPChannel)]

    def _listening(self) -> list[TcpWSGIServer]:
        return [each for each in self._connections.values() if isinstance(each, TcpWSGIServer)]


class _Refusal(ErrorTask):  # type: ignore[misc]  # waitress ships no types
    """What the server answers by itself, to what is no request for the application."""

    def execute(self) -> None:
        """Answer a problem document, and close."""
        refused = self.request.error
        problem = {
            "type": "about:blank",
            "title": TITLES.get(refused.code, refused.reason),
            "status": refused.code,
            "code": CODES.get(refused.code, "http_error"),
            "detail": str(refused.body),
        }
        body = json.dumps(problem).encode()
        self.status = f"{refused.code} {refused.reason}"
        self.response_headers += [("Content-Type", MEDIA_TYPE), *HARDENING.items()]
        self.content_length = len(body)
        self.response_headers.append(("Content-Length", str(len(body))))
        self.set_close_on_finish()
        self.channel.linger()
        self.write(body)


class _Connection(HTTPChannel):  # type: ignore[misc]  # waitress ships no types
    """A connection that may not keep the others from being accepted, nor take for ever over a request."""

    error_task_class = _Refusal
    began: float | None = None
    lingers = lingering = False

    def __init__(self, server: Any, *args: Any, whole_within: float, **options: Any) -> None:
        if len(server.active_channels) >= MOST_CONNECTIONS:
            _make_room(server.active_channels.values())
        self._whole_within = whole_within
        super().__init__(server, *args, **options)

    def received(self, data: bytes) -> bool:
        """Take in what came, and note since when there is a request that is not whole."""
        taken: bool = super().received(data)
        if self.request is None:
            self.began = None
        elif self.began is None:
            self.began = time.time()
        return taken

    @property
    def last_activity(self) -> float:
        """What the server's maintenance goes by: a byte now and then is no activity."""
        overdue = self.began is not None and time.time() - self.began > self._whole_within
        return 0.0 if overdue else self._last_activity

    @last_activity.setter
    def last_activity(self, when: float) -> None:
        self._last_activity = when

    def linger(self) -> None:
        """Close so that the answer arrives: what is still sent is read and forgotten (RFC 9112, 9.6)."""
        self.lingers = True

    def readable(self) -> bool:
        """Whether more is to be read."""
        return self.lingering or bool(super().readable())

    def handle_read(self) -> None:
        """Read a piece, and forget it where the answer has been given."""
        if not self.lingering:
            super().handle_read()
        elif not self.recv(self.adj.recv_bytes):
            self.handle_close()

    def handle_close(self) -> None:
        """Close, at once or after what the caller still sends."""
        if self.lingering or not self.lingers or not self.connected:
            super().handle_close()
            return
        self.lingering, self.will_close, self.began = True, False, time.time()
        self.socket.shutdown(socket.SHUT_WR)


def _make_room(connections: Any) -> None:
    waiting = [each for each in connections if not each.requests]
    if waiting:
        min(waiting, key=lambda each: each.began or each.last_activity).handle_close()


def _is_awaited(connection: HTTPChannel) -> bool:
    """Whether the connection has something to answer, or was made so lately that its request is on the way."""
    at_work = bool(connection.requests or connection.total_outbufs_len)
    return at_work or time.time() - connection.creation_time < FIRST_REQUEST_WITHIN


def serve_until(stopped: Callable[[], bool], server: Server, each_turn: Callable[[], None]) -> None:
    """Serve until `stopped`; `each_turn` is called at least once a second."""
    while not stopped():
        server.turn(1.0)
        each_turn()
