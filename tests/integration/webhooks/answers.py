"""Servers on 127.0.0.1 that answer as no server should."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Answering = Callable[[socket.socket, threading.Event], None]


def silent(connection: socket.socket, gone: threading.Event) -> None:
    """Say nothing."""
    gone.wait()


def dripping_head(connection: socket.socket, gone: threading.Event) -> None:
    """Send the head a byte at a time, and never its end: no pause is long enough to be one."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nx: ")
    while not gone.wait(0.05):
        connection.sendall(b"y")


def endless_head(connection: socket.socket, gone: threading.Event) -> None:
    """Send headers without end, as fast as they are taken."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not gone.is_set():
        connection.sendall(b"".join(b"x-%d: %s\r\n" % (n, b"y" * 1000) for n in range(100)))


def endless_continue(connection: socket.socket, gone: threading.Event) -> None:
    """Promise an answer for ever."""
    while not gone.wait(0.01):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def endless_body(connection: socket.socket, gone: threading.Event) -> None:
    """Say 200 at once, and send a body without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while not gone.is_set():
        connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def huge_body(connection: socket.socket, gone: threading.Event) -> None:
    """Say 200 at once, and send 400 MB."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 419430400\r\n\r\n")
    for _ in range(400):
        connection.sendall(b"x" * 1048576)


def dripping_body(connection: socket.socket, gone: threading.Event) -> None:
    """Say 204 at once, then drip."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while not gone.wait(0.05):
        connection.sendall(b"y")


class Server:
    """Answers every connection in one way; `taken` are the bytes that came with each, `sent` that some were taken."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.gone = threading.Event()
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/hook"

    def _accept(self) -> None:
        while not self.gone.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                self._answering(connection, self.gone)
            except OSError:
                return  # the caller has hung up

    def close(self) -> None:
        self.gone.set()
        self._listener.close()


@contextmanager
def serving(*answering: Answering) -> Iterator[list[Server]]:
    """A server for each way of answering."""
    servers = [Server(each) for each in answering]
    try:
        yield servers
    finally:
        for server in servers:
            server.close()
