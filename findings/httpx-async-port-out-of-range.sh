#!/usr/bin/env bash
# httpx.AsyncClient lets an ExceptionGroup out for an address whose port no socket has (http://127.0.0.1:99999/).
#
# httpx documents httpx.HTTPError (and InvalidURL) as the base of what a request raises, and `except httpx.HTTPError`
# is how callers tell a bad address from a defect; the synchronous client raises httpx.ConnectError for the same address.
# Cause: httpx takes any number as a port; httpcore hands it to anyio.connect_tcp, which raises the error of its task
# group as a group, and httpcore's table of exceptions knows neither. Exits non-zero if this has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$folder" \
    httpx==0.28.1 httpcore==1.0.9 anyio==4.16.0
PYTHONPATH="$folder" python3 - <<'PYTHON'
import asyncio, sys
from importlib.metadata import version
import httpx

URL = "http://127.0.0.1:99999/"
print("python", sys.version.split()[0], *(f"{name} {version(name)}" for name in ("httpx", "httpcore", "anyio")))


async def ask() -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.get(URL)


def raised(call) -> BaseException:
    try:
        call()
    except Exception as error:
        return error
    sys.exit("nothing was raised")


of_async = raised(lambda: asyncio.run(ask()))
of_sync = raised(lambda: httpx.Client(trust_env=False).get(URL))
for kind, error in (("AsyncClient", of_async), ("Client", of_sync)):
    known = isinstance(error, (httpx.HTTPError, httpx.InvalidURL))
    print(f"{kind}: {error!r}; an httpx error: {known}")
sys.exit(0 if isinstance(of_async, ExceptionGroup) and isinstance(of_sync, httpx.ConnectError) else 1)
PYTHON
