"""Receivers in a process of their own, one behaviour per port; what reaches each is written to a file as it comes.

`python -m tests.integration.webhooks.soak_receivers FOLDER KIND=PORT...`; it prints a line when all of them listen.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path

Reply = Callable[[asyncio.StreamWriter, int], Awaitable[None]]


def answer(status: str, *, every: int = 1, headers: str = "") -> Reply:
    """That status, but 204 to each request whose number is none of `every`."""

    async def reply(writer: asyncio.StreamWriter, number: int) -> None:
        said = "204 No Content" if number % every else status
        writer.write(f"HTTP/1.1 {said}\r\n{headers}content-length: 0\r\n\r\n".encode())
        await writer.drain()

    return reply


async def hang(_: asyncio.StreamWriter, number: int) -> None:
    """Say nothing to every other one."""
    await (asyncio.sleep(3600) if number % 2 else answer("204 No Content")(_, number))


async def drip(writer: asyncio.StreamWriter, number: int) -> None:
    """Send a head without end to every other one, a byte at a time."""
    if number % 2 == 0:
        await answer("204 No Content")(writer, number)
        return
    writer.write(b"HTTP/1.1 200 OK\r\nx: ")
    while True:
        writer.write(b"y")
        await writer.drain()
        await asyncio.sleep(0.05)


async def reset(writer: asyncio.StreamWriter, number: int) -> None:
    """Hang up on every other one in the middle of the head."""
    if number % 2 == 0:
        await answer("204 No Content")(writer, number)
        return
    writer.write(b"HTTP/1.1 20")
    writer.transport.abort()


async def huge(writer: asyncio.StreamWriter, _: int) -> None:
    """Say 200, and send 400 MB."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 419430400\r\n\r\n")
    for _piece in range(400):
        writer.write(b"x" * 1048576)
        await writer.drain()


KINDS: dict[str, Reply] = {
    "healthy": answer("204 No Content"),
    "500": answer("500 Internal Server Error", every=2),
    "410": answer("410 Gone"),
    "429": answer("429 Too Many Requests", every=2, headers="retry-after: 1\r\n"),
    "hangs": hang,
    "drips": drip,
    "resets": reset,
    "400 MB": huge,
    "dies": answer("204 No Content"),
}


async def serve(folder: Path, kind: str, port: int) -> None:
    """Listen for one kind."""
    log, numbers, reply = (folder / f"{kind}.jsonl").open("a"), count(1), KINDS[kind]

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = dict(line.split(": ", 1) for line in head.strip().splitlines()[1:])
            headers = {name.lower(): value for name, value in headers.items()}
            body = await reader.readexactly(int(headers["content-length"]))
            log.write(json.dumps({"headers": headers, "body": body.decode()}) + "\n")
            log.flush()
            await reply(writer, next(numbers))
        except (OSError, asyncio.IncompleteReadError):
            return  # the sender has hung up
        finally:
            writer.close()

    await asyncio.start_server(take, "127.0.0.1", port, backlog=512)


async def main(folder: Path, wanted: dict[str, int]) -> None:
    """Listen for all of them until the process is ended."""
    for kind, port in wanted.items():
        await serve(folder, kind, port)
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), {k: int(p) for k, p in (each.split("=") for each in sys.argv[2:])}))
