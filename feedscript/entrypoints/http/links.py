"""Links to a job's files for somebody without a key: signed, and good until they expire or their maker's key ends."""

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadSignature

from feedscript.domain import Job, Scope
from feedscript.entrypoints.http.callers import ANYBODY, Caller, KeyRing
from feedscript.entrypoints.http.sessions import signer
from feedscript.ports import Clock


@dataclass(frozen=True, slots=True)
class Link:
    """What a link leads to, and on whose account."""

    job_id: str
    file: str
    maker: Caller


class Links:
    """Makes links and reads them; nothing is kept, so a link ends by its time or with the key of who made it."""

    def __init__(self, secret: bytes, ring: KeyRing, clock: Clock) -> None:
        self._secret = secret
        self._ring = ring
        self._clock = clock
        self._signed = signer(secret, "link")

    def make(self, job_id: str, file: str, maker: Caller, lasts: timedelta) -> tuple[str, datetime]:
        """The link's text, and when it ends."""
        until = self._clock.now() + lasts
        content = [job_id, file, int(until.timestamp()), maker.name, self._mark(maker)]
        return str(self._signed.dumps(content)), until

    def read(self, text: str) -> Link | None:
        """What the link leads to; None where it is none, or none any more."""
        try:
            content: list[Any] = self._signed.loads(text)
        except BadSignature:
            return None
        job_id, file, until, name, mark = content
        if until <= self._clock.now().timestamp():
            return None
        maker = ANYBODY if self._ring.empty else self._ring.holder(name)
        if maker.name != name or Scope.READ not in maker.scopes:
            return None
        if not hmac.compare_digest(self._mark(maker), mark):
            return None
        return Link(job_id, file, replace(maker, name=f"link of {name}"))

    @staticmethod
    def reaches(link: Link, job: Job) -> bool:
        """Whether whoever made the link reaches the job still."""
        return link.maker.reach.covers(job)

    def _mark(self, maker: Caller) -> str:
        return hmac.new(self._secret, f"link/{maker.digest}".encode(), hashlib.sha256).hexdigest()[:16]
