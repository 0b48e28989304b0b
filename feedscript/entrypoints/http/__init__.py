"""The HTTP API."""

from feedscript.entrypoints.http.app import close_service, container_for, container_or_exit, create_app

__all__ = ["close_service", "container_for", "container_or_exit", "create_app"]
