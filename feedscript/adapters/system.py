"""The machine's own clock, identities and secrets."""

import hmac
import re
from datetime import UTC, datetime

import uuid_utils

from feedscript.ports import AttemptTokens, Clock, IdFactory

TOKEN = re.compile(r"(?P<attempt>[0-9]{1,9})\.[0-9a-f]{64}")


class SystemClock(Clock):
    """The machine's time."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


class Uuid7IdFactory(IdFactory):
    """UUIDv7 (RFC 9562, 5.7)."""

    def new_id(self) -> str:
        """A new id; later ones sort later."""
        return str(uuid_utils.uuid7())


class HmacAttemptTokens(AttemptTokens):
    """Tokens `<attempt>.<HMAC-SHA256 of job and attempt>`: nothing to store, nothing to lose in a restart."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def issue(self, job_id: str, attempt: int) -> str:
        """The attempt's token.

        >>> tokens = HmacAttemptTokens(b"a secret of thirty-two bytes ....")
        >>> tokens.attempt_of("j1", tokens.issue("j1", 2))
        2
        """
        digest = hmac.digest(self._secret, f"{job_id}/{attempt}".encode(), "sha256")
        return f"{attempt}.{digest.hex()}"

    def attempt_of(self, job_id: str, token: str) -> int | None:
        """The attempt, or None for a token that was not issued for the job."""
        shape = TOKEN.fullmatch(token)
        if shape is None:
            return None
        attempt = int(shape["attempt"])
        return attempt if hmac.compare_digest(self.issue(job_id, attempt), token) else None
