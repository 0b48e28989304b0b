"""The fields of what comes in: each says what it takes, to marshmallow and, with `DOCUMENTED`, to the OpenAPI document.

Patterns mean the same in Python and, as OpenAPI has it, in ECMAScript with its `u` flag.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from feedscript.entrypoints.http.unknown_names import complaints
from feedscript.feeds.profiles.countries import country_code
from feedscript.feeds.profiles.vocabulary import COUNTRIES

LARGEST_INTEGER = 2**63 - 1
LARGEST_EXACT = 2**53  # of what is written with a point or an exponent
NAME_LENGTH, URL_LENGTH, ERROR_LENGTH = 200, 2048, 65536
LONGEST_PART = 255
NAME = validate.Length(1, NAME_LENGTH)

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
BUCKET = r"s3://[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]"
S3_PATH = rf"^{BUCKET}(/(?!\.{{1,2}}(/|$))[^/\x00-\x1f\x7f]{{1,{LONGEST_PART}}})+$"
# Not \s, of which the two have ideas of their own.
_BLANK = r"\x00-\x20\x7f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
HTTP_URL = rf"^https?://[^/?#\\@{_BLANK}]+([/?#][^{_BLANK}]*)?$"
#: What marshmallow says of such a name.
UNKNOWN = [Schema._default_error_messages["unknown"]]  # noqa: SLF001 - told nowhere else
_S3_START = re.compile(rf"{BUCKET}/[^/].*")
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")


def _in_either_case(codes: tuple[str, ...]) -> str:
    """A pattern of these codes of two letters.

    >>> _in_either_case(("NO", "AD", "AE"))
    '^([Aa][DEde]|[Nn][Oo])$'
    """
    families = (
        (first, "".join(code[1] for code in family))
        for first, family in groupby(sorted(codes), lambda c: c[0])
    )
    return f"^({'|'.join(f'[{a}{a.lower()}][{rest}{rest.lower()}]' for a, rest in families)})$"


class Wire(Schema):
    """The base of what comes in: a name that means nothing here is refused, and told what it may have been meant for.

    Made with `unknown=EXCLUDE` it keeps such names out instead.
    """

    class Meta:
        """Marshmallow's options."""

        unknown = RAISE

    error_messages = {"type": "The body must be a JSON object."}  # noqa: RUF012 - marshmallow's own way

    def handle_error(self, error: ValidationError, data: Any, *, many: bool, **kwargs: Any) -> None:
        """Say of unknown names which are near."""
        super().handle_error(error, data, many=many, **kwargs)
        if isinstance(error.messages, dict):
            unknown = [name for name, told in error.messages.items() if told == UNKNOWN]
            for name in unknown:
                del error.messages[name]
            error.messages.update(complaints(unknown, [*self.load_fields]))


def _whole(value: Any) -> Any:
    """A number of JSON that is an integer as one: `1.0` is `1` there; the rest as it is."""
    exact = isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST_EXACT
    return int(value) if exact else value


class Whole(fields.Integer):
    """An integer of JSON."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strict=True, **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        return super()._deserialize(_whole(value), attr, data, **kwargs)


class Text(fields.String):
    """A line of text without control characters."""

    DOCUMENTED: ClassVar[dict[str, Any]] = {"pattern": ONE_LINE}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if _CONTROL_CHARACTER.search(text):
            raise ValidationError("Control characters are not allowed.")
        return text


class Identity(Text):
    """An integer or a string, which mean the same: `1` is `"1"`; a boolean is neither."""

    DOCUMENTED: ClassVar[dict[str, Any]] = {
        "type": ["integer", "string"],
        "pattern": ONE_LINE,
        "minimum": -LARGEST_INTEGER,
        "maximum": LARGEST_INTEGER,
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        value = _whole(value)
        if isinstance(value, int) and not isinstance(value, bool):
            if abs(value) > LARGEST_INTEGER:
                raise ValidationError("The number is too large.")
            value = str(value)
        if not isinstance(value, str):
            raise ValidationError("Not an integer or a string.")
        return super()._deserialize(value, attr, data, **kwargs)


class Instant(fields.AwareDateTime):
    """A time with its zone, as UTC; one that no calendar of ours has in UTC is out of range."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        try:
            return super()._deserialize(value, attr, data, **kwargs).astimezone(UTC)
        except OverflowError as error:
            raise ValidationError("Not a time of the years 1 to 9999 in UTC.") from error


class Several(fields.List[Any]):
    """A query's name that may be given repeatedly, or once with commas between its values."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        given = [value] if isinstance(value, str) else value
        return super()._deserialize([one for text in given for one in text.split(",")], attr, data, **kwargs)


class Compact(fields.Boolean):
    """Whether a job is to be told without its attempts."""

    def __init__(self) -> None:
        super().__init__(load_default=False, metadata={"description": "Without the attempts"})


class S3Path(Text):
    """An object's address: `s3://bucket/key`."""

    DOCUMENTED: ClassVar[dict[str, Any]] = {"pattern": S3_PATH}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        path = super()._deserialize(value, attr, data, **kwargs)
        if not _S3_START.fullmatch(path):
            raise ValidationError(
                "Not of the form s3://bucket/key, the bucket with a name of 3 to 63 characters."
            )
        if {".", ".."} & set(path.split("/")) or "//" in path.removeprefix("s3://") or path.endswith("/"):
            raise ValidationError("The key may not have empty parts, '.' or '..'.")
        if max(len(part.encode()) for part in path.split("/")) > LONGEST_PART:
            raise ValidationError(f"No part of the key may be longer than {LONGEST_PART} bytes.")
        return path


class Country(Text):
    """A country by its two letters, in either case; UK means GB."""

    DOCUMENTED: ClassVar[dict[str, Any]] = {"pattern": _in_either_case(COUNTRIES)}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return country_code(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error
