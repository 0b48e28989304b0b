"""Imported by the runners: the built-in scripts that they fork find the feed engine loaded and warm."""

import asyncio
from contextlib import suppress

from feedscript.adapters.http_exchange import NoAnswer, post
from feedscript.feeds import warm_up

warm_up()
# What an exchange needs is loaded by the first one: here by one with nobody, as nobody listens at port 0.
with suppress(NoAnswer):
    asyncio.run(post("http://127.0.0.1:0/", b"", headers={}, within=1.0))
