"""What goes over the wire: marshmallow schemas, apart from what is stored."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema

from feedscript.domain import FeedRequest, JobState, Outcome, Phase, Reason, ReportOutcome
from feedscript.feeds.profiles.countries import country_code
from feedscript.ports import ActivityFilter, JobFilter

LARGEST_INTEGER = 2**63 - 1
NAME_LENGTH, URL_LENGTH, ERROR_LENGTH = 200, 2048, 65536
S3_PATH = re.compile(r"s3://[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]/[^/].*")
LONGEST_PART = 255
REPORTED_REASONS = (
    Reason.INVALID_FEED,
    Reason.BAD_CONFIG,
    Reason.SCRIPT_ERROR,
    Reason.SOURCE_UNAVAILABLE,
    Reason.TRANSIENT,
)
DEEPEST_RESULT = 32
HTTP_URL = re.compile(r"^https?://[^/?#\\\s@]+([/?#]\S*)?$")
CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")


class Wire(Schema):
    """The base of what comes in: unknown fields are kept out."""

    class Meta:
        """Marshmallow's options."""

        unknown = EXCLUDE


class Text(fields.String):
    """A line of text without control characters."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if CONTROL_CHARACTER.search(text):
            raise ValidationError("Control characters are not allowed.")
        return text


class Identity(Text):
    """An integer or a string, which mean the same: `1` is `"1"`; a boolean is neither."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
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


class S3Path(Text):
    """An object's address: `s3://bucket/key`."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        path = super()._deserialize(value, attr, data, **kwargs)
        if not S3_PATH.fullmatch(path):
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

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return country_code(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error


NAME = validate.Length(1, NAME_LENGTH)


class FeedRequestSchema(Wire):
    """The body of `generate` and `validate`."""

    job_id = Identity(
        validate=NAME,
        allow_none=True,
        metadata={"description": "Your own reference, or an existing job's id"},
    )
    affiliate_merchant_id = Identity(required=True, validate=NAME)
    source_s3_path = S3Path(required=True, validate=validate.Length(max=URL_LENGTH))
    destination_s3_path = S3Path(required=True, validate=validate.Length(max=URL_LENGTH))
    callback_url = Text(
        allow_none=True,
        validate=[
            validate.Length(max=URL_LENGTH),
            validate.Regexp(HTTP_URL, error="Not an http(s) address without user and password."),
        ],
        metadata={"description": "Told of the outcome (docs/webhooks.md)"},
    )
    partner_id = Identity(validate=NAME, allow_none=True)
    country = Country(
        allow_none=True,
        metadata={
            "description": "The country that the feed is for (ISO 3166-1 alpha-2); by default the configuration's",
            "example": "NO",
        },
    )

    @validates_schema(skip_on_field_errors=True)
    def keep_source(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a feed that would replace what it is made of."""
        if data["destination_s3_path"] == data["source_s3_path"]:
            raise ValidationError("The feed would replace its source.", "destination_s3_path")

    @post_load
    def to_request(self, data: dict[str, Any], **_: Any) -> FeedRequest:
        """Give the domain its own words."""
        return FeedRequest(
            affiliate_merchant_id=data["affiliate_merchant_id"],
            source=data.get("source_s3_path", ""),
            destination=data["destination_s3_path"],
            reference=data.get("job_id"),
            partner_id=data.get("partner_id"),
            callback_url=data.get("callback_url"),
            country=data.get("country"),
        )


class ValidateRequestSchema(FeedRequestSchema):
    """As `generate`, but a job that was generated here need not say where its feed lies."""

    source_s3_path = S3Path(
        validate=validate.Length(max=URL_LENGTH),
        metadata={"description": "By default the job's generated feed"},
    )

    def keep_source(self, data: dict[str, Any], **_: Any) -> None:
        """A report never replaces its feed: the service puts it beside it."""


class RepeatSchema(Schema):
    """The body of a retry, which asks for nothing: the last request is repeated as it was."""

    class Meta:
        """Marshmallow's options."""

        unknown = RAISE

    error_messages = {  # noqa: RUF012 - marshmallow's own way
        "unknown": "A retry repeats the last request as it was; POST another one to generate or validate."
    }


def _not_too_deep(value: object, depth: int = 0) -> None:
    if depth > DEEPEST_RESULT:
        raise ValidationError(f"Nested more than {DEEPEST_RESULT} levels deep.")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        _not_too_deep(each, depth + 1)


class CallbackSchema(Wire):
    """The body of a callback."""

    job_id = Text(required=True, validate=NAME)
    type = fields.Enum(Phase, by_value=True, required=True)
    status = fields.Enum(Outcome, by_value=True, required=True)
    result = fields.Dict(keys=fields.String(), allow_none=True, validate=_not_too_deep)
    err = fields.String(allow_none=True, validate=validate.Length(max=ERROR_LENGTH))
    reason = fields.Enum(Reason, by_value=True, allow_none=True, validate=validate.OneOf(REPORTED_REASONS))
    attempt = fields.Integer(strict=True, allow_none=True, validate=validate.Range(1, LARGEST_INTEGER))

    @post_load
    def to_report(self, data: dict[str, Any], **_: Any) -> tuple[str, ReportOutcome]:
        """Give the domain its own words."""
        report = ReportOutcome(
            phase=data["type"],
            outcome=data["status"],
            attempt=data.get("attempt"),
            reason=data.get("reason"),
            error=data.get("err") or "",
            result=data.get("result"),
        )
        return data["job_id"], report


class AcceptedSchema(Schema):
    """What starting a job answers."""

    message = fields.String(required=True)
    job_id = fields.String(required=True, metadata={"format": "uuid"})
    status = fields.String()
    deduplicated = fields.Boolean()
    warnings = fields.List(
        fields.String(), metadata={"description": "What to know beside; left out where nothing is"}
    )


class ReceivedSchema(Schema):
    """What a callback answers."""

    received = fields.Boolean(required=True)
    applied = fields.Boolean()
    reason = fields.String(allow_none=True)


class AttemptSchema(Schema):
    """One attempt of a job."""

    number = fields.Integer()
    type = fields.Enum(Phase, by_value=True, attribute="phase")
    retry = fields.Boolean()
    automatic = fields.Boolean()
    accepted_at = fields.AwareDateTime(format="iso")
    started_at = fields.AwareDateTime(format="iso")
    exited_at = fields.AwareDateTime(format="iso")
    ended_at = fields.AwareDateTime(format="iso")
    outcome = fields.Enum(Outcome, by_value=True)
    reason = fields.Enum(Reason, by_value=True)
    error = fields.String()
    exit_code = fields.Integer()
    log = fields.String()
    result = fields.Dict()
    warning = fields.String()
    warnings = fields.List(fields.String())
    job_data = fields.Dict()


class JobSchema(Schema):
    """A job as the API shows it."""

    id = fields.String(metadata={"format": "uuid"})
    affiliate_merchant_id = fields.String()
    partner_id = fields.String(allow_none=True)
    reference = fields.String(allow_none=True)
    status = fields.Enum(JobState, by_value=True)
    retry_count = fields.Integer()
    next_retry_at = fields.AwareDateTime(format="iso", allow_none=True)
    reason = fields.String(allow_none=True)
    error = fields.String(allow_none=True)
    warnings = fields.List(fields.String())
    job_data = fields.Dict()
    progress = fields.Dict(allow_none=True)
    attempts = fields.List(fields.Nested(AttemptSchema))
    created_at = fields.AwareDateTime(format="iso")
    updated_at = fields.AwareDateTime(format="iso")


class JobPageSchema(Schema):
    """A page of jobs, newest first."""

    jobs = fields.List(fields.Nested(JobSchema))
    cursor = fields.String(allow_none=True)


class JobQuerySchema(Wire):
    """How a listing is narrowed and continued."""

    status = fields.Enum(JobState, by_value=True)
    affiliate_merchant_id = Text(validate=NAME)
    partner_id = Text(validate=NAME)
    reference = Text(validate=NAME)
    type = fields.Enum(Phase, by_value=True)
    created_after = Instant()
    created_before = Instant()
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = Text(load_default=None, validate=NAME)

    @post_load
    def to_filter(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give the port its own words."""
        limit, cursor = data.pop("limit"), data.pop("cursor")
        return {"wanted": JobFilter(phase=data.pop("type", None), **data), "limit": limit, "cursor": cursor}


class ActivityQuerySchema(Wire):
    """How the audit trail is narrowed and continued."""

    job_id = Text(validate=NAME)
    type = Text(validate=NAME, metadata={"description": "Such as feedscript.job.validation_failed"})
    actor = Text(validate=NAME)
    since = Instant()
    until = Instant()
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 1000))
    cursor = Text(load_default=None, validate=NAME)

    @post_load
    def to_filter(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give the port its own words."""
        limit, cursor = data.pop("limit"), data.pop("cursor")
        return {"wanted": ActivityFilter(**data), "limit": limit, "cursor": cursor}


class ActivityPageSchema(Schema):
    """A page of the audit trail, newest first; each entry is a CloudEvent."""

    activities = fields.List(fields.Dict())
    cursor = fields.String(allow_none=True)


class LogQuerySchema(Wire):
    """Which piece of which log."""

    attempt = fields.Integer(load_default=None, validate=validate.Range(1, LARGEST_INTEGER))
    offset = fields.Integer(load_default=0, validate=validate.Range(0, LARGEST_INTEGER))
    limit = fields.Integer(load_default=65536, validate=validate.Range(4, 1024 * 1024))


class LogSchema(Schema):
    """A piece of a log; the next one starts at `next_offset`."""

    text = fields.String()
    offset = fields.Integer()
    next_offset = fields.Integer()
    complete = fields.Boolean()
    truncated = fields.Boolean()


class ReportQuerySchema(Wire):
    """In which form the report is wanted."""

    format = fields.String(load_default="json", validate=validate.OneOf(["json", "html"]))


class ProblemSchema(Schema):
    """RFC 9457, with a stable `code` and, for bad fields, `errors` by field."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    code = fields.String()
    detail = fields.String()
    errors = fields.Dict()
