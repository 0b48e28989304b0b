"""The HTTP API."""

from feedscript.entrypoints.http.app import container_for, create_app

__all__ = ["container_for", "create_app"]
