"""The console: pages at `/console` for whoever looks after the service, over the same service as the API."""

from feedscript.entrypoints.console.blueprint import register_console

__all__ = ["register_console"]
