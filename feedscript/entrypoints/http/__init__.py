"""The HTTP API."""

from feedscript.entrypoints.http.app import close_service, container_for, create_app

__all__ = ["close_service", "container_for", "create_app"]
