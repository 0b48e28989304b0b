"""What callers are told of outcomes, and what could not be told."""

from marshmallow import Schema, fields, validate

from feedscript.domain import JobState, Outcome, Phase, Reason
from feedscript.entrypoints.http.answers import UUID, merchant, partner
from feedscript.entrypoints.http.wire import NAME, Text, Wire
from feedscript.ports import DeliveryState


class OutcomeSchema(Schema):
    """What a `callback_url` is told: the callback's fields, and what tells the outcome apart."""

    job_id = fields.String(required=True, metadata=UUID | {"description": "The service's own id of the job"})
    type = fields.Enum(
        Phase, by_value=True, required=True, metadata={"description": "Which of the two phases ended"}
    )
    status = fields.Enum(Outcome, by_value=True, required=True, metadata={"description": "How it ended"})
    state = fields.Enum(
        JobState, by_value=True, required=True, metadata={"description": "Where the job stands now"}
    )
    result = fields.Dict(required=True, metadata={"description": "What the script reported"})
    err = fields.String(required=True, metadata={"description": "Why it failed, for people"})
    reason = fields.Enum(
        Reason,
        by_value=True,
        required=True,
        allow_none=True,
        metadata={"description": "Why it failed, for programs"},
    )
    attempt = fields.Integer(required=True, metadata={"description": "Which attempt of the job"})
    reference = fields.String(required=True, allow_none=True, metadata={"description": "Your own job_id"})
    affiliate_merchant_id = merchant()
    partner_id = partner()
    report_url = fields.URL(
        required=True,
        allow_none=True,
        metadata={"format": "uri", "description": "Where a validation's report is read"},
    )
    ended_at = fields.AwareDateTime(
        format="iso", required=True, allow_none=True, metadata={"description": "When the outcome was known"}
    )


class UndeliveredQuerySchema(Wire):
    """Which outcomes that were not told."""

    state = fields.Enum(
        DeliveryState,
        by_value=True,
        load_default=DeliveryState.DEAD,
        metadata={"description": "Those in this state"},
    )
    affiliate_merchant_id = Text(validate=NAME, metadata={"description": "Those of this merchant"})
    job_id = Text(validate=NAME, metadata={"description": "Of this job alone"})
    limit = fields.Integer(
        load_default=50, validate=validate.Range(1, 200), metadata={"description": "So many at most"}
    )
    cursor = Text(validate=NAME, metadata={"description": "That of the page before"})


class UndeliveredSchema(Schema):
    """An outcome that was not told; `callback` is the address without what may be secret in it."""

    id = fields.String(required=True, metadata={"description": "The `webhook-id` that it is sent under"})
    job_id = fields.String(required=True, metadata={"description": "The job that it tells of"})
    affiliate_merchant_id = merchant()
    callback = fields.String(
        required=True, metadata={"description": "The address, without what may be secret in it"}
    )
    state = fields.Enum(
        DeliveryState, by_value=True, required=True, metadata={"description": "Whether it is still tried"}
    )
    tries = fields.Integer(required=True, metadata={"description": "How often it was tried"})
    next_try_at = fields.AwareDateTime(
        format="iso",
        required=True,
        allow_none=True,
        metadata={"description": "When it is tried again; null where it was given up"},
    )


class UndeliveredPageSchema(Schema):
    """A page of outcomes that were not told, the oldest job's first."""

    notifications = fields.List(
        fields.Nested(UndeliveredSchema), required=True, metadata={"description": "The outcomes"}
    )
    cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "For the next page; null at the end"}
    )


class SettledSchema(Schema):
    """What became of an outcome that was given up."""

    id = fields.String(required=True, metadata={"description": "Which outcome"})
    state = fields.String(
        required=True,
        validate=validate.OneOf(["waiting", "discarded"]),
        metadata={"description": "What became of it"},
    )
