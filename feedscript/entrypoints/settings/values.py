"""What the value of a setting may be; each raises ValidationError with what is wrong."""

import re
import shlex
from pathlib import Path

from environs import ValidationError

from feedscript.adapters.egress import BadExemption, Exempt
from feedscript.adapters.subprocess.script_user import ScriptUser
from feedscript.adapters.webhooks import BadSecret, Signing
from feedscript.entrypoints.settings.addresses import place
from feedscript.entrypoints.settings.settings import SHORTEST_SECRET

LAST_PORT = 65535
_BUCKET = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")


def name_and_key(pairs: list[str]) -> None:
    """Names with their keys."""
    for pair in pairs:
        name, _, key = pair.partition("=")
        if not name.strip() or not key.strip():
            raise ValidationError("not of the form NAME=KEY,NAME=KEY.")


def no_blanks(entries: list[str]) -> None:
    """None of them is empty."""
    if not all(entry.strip() for entry in entries):
        raise ValidationError("one of them is empty, and everybody knows that one.")


def not_blank(text: str) -> None:
    """It is not empty."""
    if not text.strip():
        raise ValidationError("blank would be every address: leave it out, or say 0.0.0.0.")


def secrets(entries: list[str]) -> None:
    """Secrets that sign."""
    try:
        Signing.parse(entries)
    except BadSecret as error:
        raise ValidationError(f"{error}.") from error


def exemptions(entries: list[str]) -> None:
    """Addresses that may be called though rules forbid them."""
    try:
        for entry in entries:
            Exempt.parse(entry)
    except BadExemption as error:
        raise ValidationError(f"{error}.") from error


def named(folder: Path) -> None:
    """A folder that somebody has named."""
    # An empty text is the current folder, which nobody has asked for.
    if folder == Path():
        raise ValidationError("not a folder of its own: name one, or leave the setting out.")


def long_or_empty(secret: str) -> None:
    """A secret that cannot be guessed, or none."""
    if secret and len(secret.strip()) < SHORTEST_SECRET:
        raise ValidationError(
            f"has fewer than {SHORTEST_SECRET} characters: `openssl rand -hex 32` makes a good one."
        )


def buckets(entries: list[str]) -> None:
    """Buckets, or a merchant's."""
    if not all(_BUCKET.fullmatch(entry.rpartition("=")[2]) for entry in entries):
        raise ValidationError("not of the form BUCKET,MERCHANT=BUCKET.")


def octal(text: str) -> None:
    """A umask."""
    if not re.fullmatch("0?[0-7]{3}", text):
        raise ValidationError("not three octal digits, such as 027.")


def user_or_empty(name: str) -> None:
    """A user of this machine, or none."""
    try:
        if name:
            ScriptUser.named(name)
    except KeyError as error:
        raise ValidationError("no user of this machine.") from error


def ports(ports: list[int]) -> None:
    """Ports."""
    if not all(0 < port <= LAST_PORT for port in ports):
        raise ValidationError(f"not ports from 1 to {LAST_PORT}.")


def shell_words(text: str) -> None:
    """A command line."""
    try:
        shlex.split(text)
    except ValueError as error:
        raise ValidationError(f"not a command line: {error}.") from error


def http_url_or_empty(text: str) -> None:
    """An address of HTTP, or none."""
    scheme, host, _, _ = place(text)
    if text and (scheme not in ("http", "https") or not host):
        raise ValidationError("not an http(s) address.")
