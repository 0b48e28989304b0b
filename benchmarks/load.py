"""Concurrent HTTP clients: `python -m benchmarks.load URL SECONDS CLIENTS [COUNT]`, a process of their own.

Each client keeps one connection and sends the next request when the answer to the last has come. Requests are put
together beforehand and answers are read by their length alone, so that little of the machine goes to the clients.
"""

import json
import socket
import sys
import threading
import time
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

BODY = {
    "affiliate_merchant_id": "m1",
    "source_s3_path": "s3://feeds/in/products.csv",
    "partner_id": "google",
}
ACCEPTED = b"HTTP/1.1 202"


@dataclass
class Tally:
    """What one client saw."""

    accepted: int = 0
    refused: int = 0


def main(url: str, seconds: str, clients: str, count: str = "0") -> int:
    """Print what was accepted, as JSON: `accepted`, `refused`, `seconds`; `count` ends the run earlier."""
    address = urlsplit(url)
    tallies = [Tally() for _ in range(int(clients))]
    each = int(count) // len(tallies) or sys.maxsize
    until = time.monotonic() + float(seconds)
    server = (address.hostname or "", address.port or 80)
    threads = [
        threading.Thread(target=_post, args=(server, address.path, until, each, tally)) for tally in tallies
    ]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begun
    accepted, refused = sum(t.accepted for t in tallies), sum(t.refused for t in tallies)
    print(json.dumps({"accepted": accepted, "refused": refused, "seconds": took}))
    return 0


def _post(server: tuple[str, int], path: str, until: float, each: int, tally: Tally) -> None:
    with socket.create_connection(server) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = connection.makefile("rb")
        while time.monotonic() < until and tally.accepted + tally.refused < each:
            reference = str(uuid.uuid4())
            own = {"job_id": reference, "destination_s3_path": f"s3://feeds/out/{reference}.csv"}
            body = json.dumps(BODY | own).encode()
            head = (
                f"POST {path} HTTP/1.1\r\nHost: {server[0]}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            connection.sendall(head.encode() + body)
            status, length = reader.readline(), 0
            while (line := reader.readline().lower()) != b"\r\n":
                if line.startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            reader.read(length)
            if status.startswith(ACCEPTED):
                tally.accepted += 1
            else:
                tally.refused += 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
