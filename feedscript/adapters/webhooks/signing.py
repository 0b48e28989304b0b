"""Signatures by Standard Webhooks 1.0.0 (https://github.com/standard-webhooks/standard-webhooks, spec)."""

import base64
import hmac
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Bytes of a secret, by the specification."""


class BadSecret(ValueError):
    """No secret of the specification's form; the message says what it should be, and nothing of the secret."""


@dataclass(frozen=True, slots=True)
class Signing:
    """The secrets that sign: the newest first, all of those that still count.

    Those of `merchants` sign what tells of that merchant's jobs, in the place of the `general` ones: whoever holds a
    general secret can write as the service to all who do.
    """

    general: tuple[bytes, ...] = ()
    merchants: Mapping[str, tuple[bytes, ...]] | None = None

    @classmethod
    def parse(cls, entries: Iterable[str]) -> "Signing":
        """Read entries of the form `whsec_BASE64` or `MERCHANT=whsec_BASE64`; raises `BadSecret`.

        >>> signing = Signing.parse(["whsec_" + "QUJD" * 8, "m1=whsec_" + "REVG" * 8])
        >>> len(signing.secrets_for("m2")), signing.secrets_for("m1") == signing.secrets_for("m2")
        (1, False)
        """
        general: list[bytes] = []
        merchants: dict[str, tuple[bytes, ...]] = {}
        for entry in entries:
            merchant, named, text = entry.rpartition(f"={PREFIX}")
            secret = _secret(
                text if named else entry.removeprefix(PREFIX) if entry.startswith(PREFIX) else ""
            )
            if named and merchant:
                merchants[merchant] = (*merchants.get(merchant, ()), secret)
            else:
                general.append(secret)
        return cls(tuple(general), merchants)

    def secrets_for(self, merchant_id: str) -> tuple[bytes, ...]:
        """The secrets that sign for the merchant."""
        return (self.merchants or {}).get(merchant_id, self.general)

    def headers(self, message_id: str, merchant_id: str, content: bytes, *, at: datetime) -> dict[str, str]:
        """What goes with the content at that time; without secrets there is no signature."""
        timestamp = str(int(at.timestamp()))
        signed = b".".join((message_id.encode(), timestamp.encode(), content))
        signatures = [
            f"v1,{base64.b64encode(hmac.digest(secret, signed, sha256)).decode()}"
            for secret in self.secrets_for(merchant_id)
        ]
        headers = {"webhook-id": message_id, "webhook-timestamp": timestamp}
        return headers | ({"webhook-signature": " ".join(signatures)} if signatures else {})


def _secret(text: str) -> bytes:
    try:
        secret = base64.b64decode(text, validate=True)
    except (NotBase64, ValueError):
        secret = b""
    if not SHORTEST <= len(secret) <= LONGEST:
        raise BadSecret(f"not of the form {PREFIX}BASE64 of {SHORTEST} to {LONGEST} random bytes")
    return secret
