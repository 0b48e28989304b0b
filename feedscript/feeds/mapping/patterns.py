"""Patterns (RE2) that a mapping gives: bounded, and tried by the engine that will use them, before a row is read."""

import duckdb
from marshmallow import ValidationError

from feedscript.feeds.mapping.names import engine

LONGEST = 500
"""How many characters a pattern may have."""


def checked_pattern(pattern: str) -> str:
    """The pattern; raises ValidationError where it is too long or no pattern."""
    if len(pattern) > LONGEST:
        raise ValidationError(f"the pattern has more than {LONGEST} characters, which none may have")
    try:
        engine().cursor().execute("SELECT regexp_matches('', ?)", [pattern]).fetchone()
    except duckdb.Error as error:
        raise ValidationError(f"is no pattern (RE2): {str(error).splitlines()[0]}") from error
    return pattern


def has_group(pattern: str) -> bool:
    """Whether a checked pattern has a group that captures."""
    try:
        checked_replacement(pattern, r"\1")
    except ValidationError:
        return False
    return True


def checked_replacement(pattern: str, by: str) -> str:
    """What takes the place of a checked pattern; raises ValidationError where it names a group that is not there."""
    if len(by) > LONGEST:
        raise ValidationError(f"the replacement has more than {LONGEST} characters, which none may have")
    try:
        engine().cursor().execute("SELECT regexp_replace('', ?, ?)", [pattern, by]).fetchone()
    except duckdb.Error as error:
        raise ValidationError(
            f"cannot take the place of the pattern: {str(error).splitlines()[0]}"
        ) from error
    return by
