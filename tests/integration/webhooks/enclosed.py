"""Calls every forbidden address where each one would be answered; run in a network namespace of its own.

All IPv4 and IPv6 addresses are this machine's here, so a listener on ports 80 and 443 would see any connection. Prints
what it saw of the forbidden ones, and of public ones that must be seen.
"""

import asyncio
import json
import subprocess

from feedscript.adapters.egress import CheckedDialling, EgressRules
from feedscript.adapters.http_exchange import NoAnswer, post
from feedscript.adapters.web_address import WebAddress
from tests.unit.adapters.egress.addresses import FORBIDDEN
from tests.unit.adapters.egress.test_addresses import answering, is_localhost

PUBLIC = ("http://93.184.215.14/", "http://[2606:2800:21f::1]/", "http://0x5db8d70e:443/")
SETUP = (
    "link set lo up",
    "route add local 0.0.0.0/0 dev lo",
    "-6 route add local ::/0 dev lo",
)


def set_up() -> None:
    """Make every address this machine's."""
    for command in SETUP:
        subprocess.run(["ip", *command.split()], check=True)


async def main() -> None:
    """Listen, call everything, and tell."""
    seen: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("sockname")[0])
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    for host in ("0.0.0.0", "::"):
        for port in (80, 443, 22, 25, 8080, 6379, 9200, 11211, 65535):
            await asyncio.start_server(answer, host, port)
    taken = [url for url in FORBIDDEN if await call(url)]
    forbidden, seen[:] = list(seen), []
    public = [url for url in PUBLIC if await call(url)]
    print(json.dumps({"taken": taken, "forbidden": forbidden, "public": public, "seen": seen}))  # noqa: T201 - its answer


async def call(url: str) -> bool:
    """Whether the address was called and answered."""
    names, _ = answering(["127.0.0.1"])

    def dialling(address: WebAddress) -> CheckedDialling:
        return CheckedDialling(address, EgressRules(), **({"resolve": names} if is_localhost(url) else {}))

    try:
        return (await post(url, b"{}", headers={}, within=5.0, dialling=dialling)).ok
    except NoAnswer:
        return False


if __name__ == "__main__":
    set_up()
    asyncio.run(main())
