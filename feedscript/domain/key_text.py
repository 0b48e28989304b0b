"""The text of a key: `fsk_<id>_<256 random bits><checksum>`.

The prefix and the checksum are for scanners of code and logs, which find a key that got out by its form, and know
by the checksum that it is none by chance. The id tells which key it is without telling the key.
"""

import re
import zlib

from feedscript.domain.digest import sha256_hex

ENTROPY_BYTES = 32
ID_LENGTH = 10
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET_LENGTH, _CHECKSUM_LENGTH = 43, 6
KEY_TEXT = re.compile(
    rf"fsk_(?P<id>[0-9a-z]{{{ID_LENGTH}}})_[0-9A-Za-z]{{{_SECRET_LENGTH}}}(?P<checksum>[0-9A-Za-z]{{{_CHECKSUM_LENGTH}}})"
)
KEY_ID = re.compile(rf"[0-9a-z]{{{ID_LENGTH}}}")


def key_text(key_id: str, entropy: bytes) -> str:
    """The text of a new key; `entropy` is 32 random bytes.

    >>> key_text("0123456789", bytes(32))
    'fsk_0123456789_00000000000000000000000000000000000000000000befq7'
    """
    if not KEY_ID.fullmatch(key_id) or len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"a key has an id of {ID_LENGTH} characters and {ENTROPY_BYTES} random bytes")
    body = f"fsk_{key_id}_{_base62(int.from_bytes(entropy), _SECRET_LENGTH)}"
    return body + _checksum(body)


def key_id(entropy: bytes) -> str:
    """An id of random bytes, of which eight are enough.

    >>> key_id(bytes(8))
    '0000000000'
    """
    return _base36(int.from_bytes(entropy))


def key_id_of(text: str) -> str | None:
    """The id in the text of a key; None for what is none, and for a key with a slip of the pen.

    >>> key_id_of("fsk_0123456789_00000000000000000000000000000000000000000000befq7")
    '0123456789'
    """
    shape = KEY_TEXT.fullmatch(text)
    if shape is None or _checksum(text[:-_CHECKSUM_LENGTH]) != shape["checksum"]:
        return None
    return shape["id"]


def key_digest(text: str) -> str:
    """What is kept of the text. It has 256 random bits, so a slow hash would protect nothing more."""
    return sha256_hex(text.encode(errors="replace"))


def is_key(text: str, digest: str) -> bool:
    """Whether it is the text that the digest was kept of, in a time that tells nothing of either."""
    # As hashlib, it brings OpenSSL.
    import hmac  # noqa: PLC0415

    return hmac.compare_digest(key_digest(text), digest)


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), _CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


def _base36(number: int) -> str:
    digits = ""
    for _ in range(ID_LENGTH):
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits
