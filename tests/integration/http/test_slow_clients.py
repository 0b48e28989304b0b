"""Clients that send slowly, too much or nonsense: the others are answered all the while, and no answer is a 500."""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from select import select

import pytest
import requests
from flask import Flask

from feedscript.entrypoints.serving import MOST_CONNECTIONS, Server, serve_until
from feedscript.entrypoints.settings import Settings
from tests.integration.live_server import PATIENCE, PYTHON_APP, SERVE, LiveServer, poll, request_body

LIMIT = 10_000
#: Everybody else is answered within this time, and far sooner unless the machine is busy.
SOON = 5.0


@pytest.fixture(scope="module", params=[SERVE, PYTHON_APP], ids=["serve", "app.py"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    command: Sequence[str] = request.param
    settings = {"WORKERS": "1", "THREADS": "2", "MAX_BODY_BYTES": str(LIMIT), "GENERATE_COMMAND": "true"}
    with LiveServer(tmp_path_factory.mktemp("server"), command, **settings) as server:
        yield server


def connect(server: LiveServer, sent: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
    connection.sendall(sent)
    return connection


def slow_body(server: LiveServer) -> socket.socket:
    head = b"POST /api/callback/feed HTTP/1.1\r\nHost: localhost\r\n"
    head += b"Authorization: Bearer x\r\nContent-Length: 900\r\n\r\n"
    return connect(server, head + b"{")


def slow_chunks(server: LiveServer) -> socket.socket:
    head = b"POST /api/callback/feed HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    return connect(server, head + b"384\r\n{")


def partial_head(server: LiveServer) -> socket.socket:
    return connect(server, b"GET /ready HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")


def nothing(server: LiveServer) -> socket.socket:
    return connect(server, b"")


def answer_to(server: LiveServer, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what is answered before the connection is closed."""
    with connect(server, sent) as connection:
        got = b""
        while more := connection.recv(65536):
            got += more
    head, _, body = got.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return int(first.split()[1]), headers, body


@pytest.mark.parametrize(
    ("kind", "count"), [(slow_body, 60), (slow_chunks, 60), (partial_head, 60), (nothing, 60)]
)
def test_slow_clients_hold_up_nobody(
    server: LiveServer, kind: Callable[[LiveServer], socket.socket], count: int
) -> None:
    with ExitStack() as slow:
        connections = [slow.enter_context(kind(server)) for _ in range(count)]
        for n in range(3):
            for connection in connections:
                if kind is not nothing:
                    connection.sendall(b" ")
            assert requests.get(f"{server.base}/ready", timeout=SOON).ok
            body = request_body(destination_s3_path=f"s3://bucket/{kind.__name__}-{count}-{n}.csv")
            accepted = requests.post(f"{server.base}/api/feed/generate", json=body, timeout=SOON)
            assert accepted.status_code in (200, 202)


def test_more_connections_than_are_kept_make_room_for_the_next(server: LiveServer) -> None:
    with ExitStack() as slow:
        oldest = slow.enter_context(partial_head(server))
        for _ in range(MOST_CONNECTIONS + 20):
            slow.enter_context(partial_head(server))
        assert requests.get(f"{server.base}/ready", timeout=SOON).ok
        assert oldest.recv(1) == b"", "the one that has waited longest is closed"


def chunked(*chunks: bytes, path: bytes = b"/api/feed/generate") -> bytes:
    head = (
        b"POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        % path
    )
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


def test_a_chunked_body_is_taken_up_to_the_limit_and_not_beyond(server: LiveServer) -> None:
    body = json.dumps(request_body(job_id="chunked")).encode()
    padded = body + b" " * (LIMIT - len(body))
    assert answer_to(server, chunked(padded[:50], padded[50:], b""))[0] == 202
    status, headers, told = answer_to(server, chunked(padded[:50], padded[50:] + b" ", b""))
    assert (status, headers["content-type"]) == (413, "application/problem+json")
    assert json.loads(told)["code"] == "too_large"


def test_a_body_over_the_limit_is_refused_by_its_length(server: LiveServer) -> None:
    lines = b"Host: localhost\r\nConnection: close\r\nContent-Length: %d" % (LIMIT + 1)
    head = b"POST /api/feed/generate HTTP/1.1\r\n%s\r\n\r\n" % lines
    assert answer_to(server, head + b" " * (LIMIT + 1))[0] == 413
    assert answer_to(server, head.replace(b": 1000", b": 1000000"))[0] == 413


POST = b"POST /api/feed/generate HTTP/1.1\r\nHost: localhost\r\n"
BAD = {
    "size": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "chunk end": POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}??0\r\n\r\n",
    "coding": POST + b"Transfer-Encoding: gzip\r\n\r\n",
    "length": POST + b"Content-Length: -5\r\n\r\n",
    "line": b"nonsense\r\n\r\n",
    "header": b"GET / HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
    "long head": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"y" * 20_000 + b"\r\n\r\n",
    "long address": b"GET /" + b"y" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 5_000 + b"\r\n",
}


@pytest.mark.parametrize("sent", BAD.values(), ids=BAD)
def test_what_is_no_request_is_a_problem_of_the_callers(server: LiveServer, sent: bytes) -> None:
    status, headers, body = answer_to(server, sent)
    assert status in (400, 414, 431, 501)
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-content-type-options"] == "nosniff"
    assert json.loads(body)["status"] == status
    assert "waitress" not in body.decode().lower() + str(headers).lower()
    assert requests.get(f"{server.base}/ready", timeout=SOON).ok


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"]
)
def test_a_request_that_is_never_whole_is_given_up(sent: bytes) -> None:
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(Flask("given_up"), Settings(), [listening.dup()], whole_within=0.2)
        thread = threading.Thread(target=serve_until, args=(done.is_set, server, lambda: None))
        thread.start()
        with socket.create_connection(listening.getsockname(), timeout=PATIENCE) as slow:
            slow.sendall(sent or b"G")

            def given_up() -> bool:
                # A byte now and then does not make it a request.
                with suppress(ConnectionError):
                    slow.sendall(b"y")
                    return bool(select([slow], [], [], 0.05)[0])
                return True

            poll(given_up)
        done.set()
        thread.join(PATIENCE)
        server.finish(0)
