"""Sessions of people at a browser: a signed cookie that stands for a key, for some hours, and dies with the key."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, g, request
from itsdangerous import BadSignature, URLSafeSerializer

from feedscript.entrypoints.http.callers import STRANGER, Caller, KeyRing
from feedscript.entrypoints.settings import Settings
from feedscript.ports import Clock

COOKIE, FORM_FIELD = "feedscript_session", "csrf"
LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in; `form_token` proves that a form was on a page of this session."""

    caller: Caller
    form_token: str


class Sessions:
    """Opens sessions and knows them again, in every process that has the secret; none is kept here.

    The cookie holds the key's name and a keyed hash of its digest, never the key: a key that is revoked, expired or
    replaced opens nothing any more, from the next call on.
    """

    def __init__(self, secret: bytes, ring: KeyRing, clock: Clock, settings: Settings) -> None:
        self._secret = secret
        self._ring = ring
        self._clock = clock
        self._https = settings.public_url.startswith("https://")
        self._signed = signer(secret, "session")

    def caller(self) -> Caller:
        """Whose session the call at hand belongs to; a stranger's where it is none, or none any more."""
        g.session = self._session(request.cookies.get(COOKIE, ""))
        return g.session.caller if g.session else STRANGER

    def open(self, answer: Response, caller: Caller) -> None:
        """Let the answer's browser be known as the caller from now on."""
        content = {
            "name": caller.name,
            "key": self._mark(caller),
            "until": (self._clock.now() + LASTS).timestamp(),
            "form": secrets.token_urlsafe(24),
        }
        answer.set_cookie(
            COOKIE,
            str(self._signed.dumps(content)),
            max_age=LASTS,
            path="/console",
            secure=self._https or request.is_secure,
            httponly=True,
            samesite="Lax",
        )

    @staticmethod
    def close(answer: Response) -> None:
        """Let the answer's browser forget who it was."""
        answer.delete_cookie(COOKIE, path="/console")

    def _session(self, cookie: str) -> Session | None:
        try:
            content: dict[str, Any] = self._signed.loads(cookie)
        except BadSignature:
            return None
        if content["until"] <= self._clock.now().timestamp():
            return None
        caller = self._ring.holder(content["name"])
        if not caller.known or not hmac.compare_digest(self._mark(caller), content["key"]):
            return None
        return Session(caller, content["form"])

    def _mark(self, caller: Caller) -> str:
        return hmac.new(self._secret, f"session/{caller.digest}".encode(), hashlib.sha256).hexdigest()[:32]


def signer(secret: bytes, what: str) -> URLSafeSerializer:
    """What signs one kind of thing: nothing that is signed as another kind is taken for it."""
    return URLSafeSerializer(
        secret,
        salt=f"feedscript.{what}",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )


def form_token() -> str:
    """What a form on the page at hand has to send along; empty without a session, where none is asked for."""
    session: Session | None = g.get("session")
    return session.form_token if session else ""


def is_by_session() -> bool:
    """Whether the caller at hand is known by a cookie, which a browser sends whoever asks it to."""
    return g.get("session") is not None


def is_own_form() -> bool:
    """Whether what was sent comes from a form on a page of the session at hand."""
    return hmac.compare_digest(request.form.get(FORM_FIELD, "").encode(), form_token().encode())
