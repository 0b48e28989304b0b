"""Signing in by a key, and out."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, g, redirect, request, url_for

from feedscript.entrypoints.console.rendering import page
from feedscript.entrypoints.http.callers import KeyRing, cross_site, is_same_site
from feedscript.entrypoints.http.rates import rates
from feedscript.entrypoints.http.sessions import Sessions
from feedscript.entrypoints.settings import Settings

LONGEST_KEY = 1024
SEE_OTHER = 303


def add_signing_in(console: Blueprint, ring: KeyRing, sessions: Sessions, settings: Settings) -> None:
    """The routes to sign in and out by."""

    @console.route("/sign-in", methods=["GET", "POST"])
    def sign_in() -> Response:
        """Take a key, and open a session for whoever has it."""
        if ring.empty:
            return _to(url_for("console.overview"))
        if request.method == "GET":
            return page("sign_in.html", next=_own_page(request.args.get("next", "")), wrong="")
        if not is_same_site(settings.own_hosts):
            return cross_site()
        following = _own_page(request.form.get("next", ""))
        found = ring.caller(request.form.get("key", "").strip()[:LONGEST_KEY])
        if not found.known:
            refused = rates().stranger_called()
            why = found.why or "No key has this text."
            return refused or page("sign_in.html", 401, next=following, wrong=why)
        g.caller = found  # the trail is to name whoever has signed in
        answer = _to(following or url_for("console.overview"))
        sessions.open(answer, found)
        return answer

    @console.route("/sign-out", methods=["POST"])
    def sign_out() -> Response:
        """Let the browser forget the session."""
        answer = _to(url_for("console.sign_in"))
        sessions.close(answer)
        return answer


def _to(address: str) -> Response:
    answer: Response = redirect(address, SEE_OTHER)  # type: ignore[assignment]  # Flask's, as every view's
    return answer


def _own_page(address: str) -> str:
    """The address where it is one of the console's own pages; nothing, where it leads elsewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    own = not parts.scheme and not parts.netloc and parts.path.startswith(url_for("console.overview"))
    return address if own and "\\" not in address and address.isprintable() else ""
