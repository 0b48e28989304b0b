"""Who calls: API keys, the attempts' tokens, and the name that goes on the audit trail."""

import hmac
from collections.abc import Mapping

from flask import Flask, Response, current_app, g, request

from feedscript.entrypoints.http.declared import Route, refuses
from feedscript.entrypoints.http.problems import problem

KEY_HEADER, TOKEN_HEADER = "X-API-Key", "X-Feedscript-Token"
CALLBACK_ENDPOINT = "callback.receive"
OPEN_PREFIXES = ("/api/docs", "/api/openapi.json")


def register_callers(app: Flask, api_keys: Mapping[str, str] | None) -> None:
    """Ask every caller of `/api` for a key, where keys are configured; a callback may bring its token instead."""
    app.extensions["feedscript.api_keys"] = api_keys or {}
    app.before_request(_identify)


def actor() -> str:
    """Who calls, as the audit trail names it."""
    name: str = g.get("actor", "anonymous")
    return name


def token() -> str | None:
    """The attempt's token that came with a callback; None where the caller proved itself with a key, or not at all."""
    credential = request.headers.get(TOKEN_HEADER) or _bearer()
    return None if credential is None or _key_name(credential) else credential


def _asks_for_a_key(route: Route) -> bool:
    return not route.endpoint.startswith("health.")


@refuses(401, "unauthorized", where=_asks_for_a_key)
@refuses(403, "cross_site", where=lambda route: route.writes)
def _identify() -> Response | None:
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "none") not in (
        "none",
        "same-origin",
    ):
        return problem(403, "cross_site", "a page of another site may not start anything here")
    g.actor = "anonymous"
    if not current_app.extensions["feedscript.api_keys"]:
        return None
    credential = request.headers.get(KEY_HEADER) or _bearer()
    name = _key_name(credential) if credential else None
    if name:
        g.actor = f"key:{name}"
    if name or not request.path.startswith("/api/") or request.path.startswith(OPEN_PREFIXES):
        return None
    if request.endpoint == CALLBACK_ENDPOINT and token():
        return None  # checked against the job, once the body is read
    return problem(401, "unauthorized", f"send an API key in {KEY_HEADER}, or as a bearer token")


def _bearer() -> str | None:
    scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else None


def _key_name(credential: str) -> str | None:
    keys: Mapping[str, str] = current_app.extensions["feedscript.api_keys"]
    # All keys are compared, so that the time tells nothing.
    matches = [name for name, key in keys.items() if hmac.compare_digest(key.encode(), credential.encode())]
    return matches[0] if matches else None
