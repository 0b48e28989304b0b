"""What comes in over the wire: marshmallow schemas, apart from what is stored."""

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema

from feedscript.domain import FeedRequest, JobState, Outcome, Phase, Reason, ReportOutcome, Stage
from feedscript.entrypoints.http.wire import (
    ERROR_LENGTH,
    HTTP_URL,
    LARGEST_INTEGER,
    NAME,
    NAME_LENGTH,
    URL_LENGTH,
    Compact,
    Country,
    Identity,
    Instant,
    S3Path,
    Several,
    Text,
    Whole,
    Wire,
)
from feedscript.ports import ActivityFilter, JobFilter

REPORTED_REASONS = (
    Reason.INVALID_FEED,
    Reason.BAD_CONFIG,
    Reason.SCRIPT_ERROR,
    Reason.SOURCE_UNAVAILABLE,
    Reason.TRANSIENT,
)
DEEPEST_RESULT = 32
LONGEST_WAIT = 60


class FeedRequestSchema(Wire):
    """The body of `generate` and `validate`."""

    job_id = Identity(
        validate=NAME,
        allow_none=True,
        metadata={"description": "Your own reference, or an existing job's id"},
    )
    affiliate_merchant_id = Identity(
        required=True,
        validate=NAME,
        metadata={"description": "Whose product data it is: the name of its file in config/merchants"},
    )
    source_s3_path = S3Path(
        required=True,
        validate=validate.Length(max=URL_LENGTH),
        metadata={"description": "The export: s3://bucket/key"},
    )
    destination_s3_path = S3Path(
        required=True,
        validate=validate.Length(max=URL_LENGTH),
        metadata={"description": "Where the feed, or the report, is put"},
    )
    callback_url = Text(
        allow_none=True,
        validate=[
            validate.Length(max=URL_LENGTH),
            validate.Regexp(HTTP_URL, error="Not an http(s) address without user and password."),
        ],
        metadata={"description": "Told of the outcome (docs/webhooks.md)"},
    )
    partner_id = Identity(
        validate=NAME,
        allow_none=True,
        metadata={
            "description": "Whose rules hold: a profile, or a file in config/partners; else the job's, or google"
        },
    )
    country = Country(
        allow_none=True,
        metadata={
            "description": "The country that the feed is for (ISO 3166-1 alpha-2); by default the configuration's",
        },
    )

    then = fields.String(
        allow_none=True,
        validate=validate.OneOf(["validate"]),
        metadata={
            "description": "Starts the validation by itself when the feed is there; its report goes beside it"
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
            then=Phase.VALIDATION if data.get("then") else None,
        )


class ValidateRequestSchema(FeedRequestSchema):
    """As `generate`, but a job that was generated here need not say where its feed lies; and nothing follows."""

    class Meta(Wire.Meta):
        """Marshmallow's options."""

        exclude = ("then",)

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

    job_id = Text(
        required=True, validate=NAME, metadata={"description": "The job that the script was started for"}
    )
    type = fields.Enum(
        Phase, by_value=True, required=True, metadata={"description": "Which of the two phases ended"}
    )
    status = fields.Enum(Outcome, by_value=True, required=True, metadata={"description": "How it ended"})
    result = fields.Dict(
        keys=fields.String(),
        allow_none=True,
        validate=_not_too_deep,
        metadata={"description": "What came of it; `destination_s3_path` says where"},
    )
    err = fields.String(
        allow_none=True,
        validate=validate.Length(max=ERROR_LENGTH),
        metadata={"description": "One line for people"},
    )
    reason = fields.Enum(
        Reason,
        by_value=True,
        allow_none=True,
        validate=validate.OneOf(REPORTED_REASONS),
        metadata={"description": "Why it failed, for programs"},
    )
    attempt = Whole(
        allow_none=True,
        validate=validate.Range(1, LARGEST_INTEGER),
        metadata={"description": "Which attempt; by default the newest of its type"},
    )

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


class JobQuerySchema(Wire):
    """How a listing is narrowed and continued."""

    status = Several(
        fields.Enum(JobState, by_value=True),
        metadata={"description": "Any of these; may be given repeatedly"},
    )
    stage = fields.Enum(Stage, by_value=True, metadata={"description": "What they wait for"})
    reason = fields.Enum(Reason, by_value=True, metadata={"description": "Of the newest attempt's failure"})
    affiliate_merchant_id = Text(validate=NAME, metadata={"description": "Those of this merchant"})
    partner_id = Text(validate=NAME, metadata={"description": "Those for this partner"})
    reference = Text(validate=NAME, metadata={"description": "The caller's own `job_id`"})
    type = fields.Enum(Phase, by_value=True, metadata={"description": "The phase that was asked for last"})
    created_after = Instant(metadata={"description": "Exclusive"})
    created_before = Instant(metadata={"description": "Exclusive"})
    compact = Compact()
    limit = fields.Integer(
        load_default=50, validate=validate.Range(1, 200), metadata={"description": "So many at most"}
    )
    cursor = Text(validate=NAME, metadata={"description": "That of the page before"})

    @post_load
    def to_filter(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give the port its own words."""
        others = {name: data.pop(name, None) for name in ("limit", "cursor", "compact")}
        statuses = frozenset(data.pop("status", ()))
        return {"wanted": JobFilter(phase=data.pop("type", None), statuses=statuses, **data), **others}


class StatusQuerySchema(Wire):
    """Whose job it is, where it is named by the caller's own reference, and how it is to be told."""

    affiliate_merchant_id = Text(
        validate=NAME,
        metadata={"description": "Makes the path's name the reference of this merchant, or an id"},
    )
    compact = Compact()
    wait = fields.Integer(
        load_default=0,
        validate=validate.Range(0, LONGEST_WAIT),
        metadata={
            "description": "Answer when status, stage or attempts have changed, or after so many seconds; at once "
            "where the job is settled, too many wait already, or the service is about to stop"
        },
    )


class ActivityQuerySchema(Wire):
    """How the audit trail is narrowed and continued."""

    job_id = Text(validate=NAME, metadata={"description": "Of this job alone"})
    type = Text(validate=NAME, metadata={"description": "Such as feedscript.job.validation_failed"})
    actor = Text(validate=NAME, metadata={"description": "Such as key:checkout/8q1x0c2m9z"})
    since = Instant(metadata={"description": "Inclusive"})
    until = Instant(metadata={"description": "Exclusive"})
    limit = fields.Integer(
        load_default=100, validate=validate.Range(1, 1000), metadata={"description": "So many at most"}
    )
    cursor = Text(validate=NAME, metadata={"description": "That of the page before"})

    @post_load
    def to_filter(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give the port its own words."""
        limit, cursor = data.pop("limit"), data.pop("cursor", None)
        return {"wanted": ActivityFilter(**data), "limit": limit, "cursor": cursor}


class LogQuerySchema(Wire):
    """Which piece of which log."""

    attempt = fields.Integer(
        validate=validate.Range(1, LARGEST_INTEGER), metadata={"description": "By default the newest"}
    )
    offset = fields.Integer(
        load_default=0,
        validate=validate.Range(0, LARGEST_INTEGER),
        metadata={"description": "The byte to begin at"},
    )
    limit = fields.Integer(
        load_default=65536,
        validate=validate.Range(4, 1024 * 1024),
        metadata={"description": "So many bytes at most"},
    )


class ReadyQuerySchema(Wire):
    """What is to be looked at beside."""

    check = fields.String(
        validate=validate.OneOf(["object_store"]),
        metadata={"description": "Ask the object store, too: where it does not answer, this is not ready"},
    )


class ListQuerySchema(Wire):
    """In which form a list is wanted, and which of its lines."""

    format = fields.String(
        load_default="jsonl",
        validate=validate.OneOf(["jsonl", "csv"]),
        metadata={"description": "All that is known of each line, or a table for people"},
    )
    search = Text(
        load_default="",
        validate=validate.Length(max=NAME_LENGTH),
        metadata={"description": "Lines of the findings that hold all of these words"},
    )


class ReportQuerySchema(Wire):
    """In which form the report is wanted."""

    format = fields.String(
        load_default="json",
        validate=validate.OneOf(["json", "html"]),
        metadata={"description": "For programs, or a page"},
    )
