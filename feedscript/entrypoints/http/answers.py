"""What goes out over the wire: marshmallow schemas, apart from what is stored."""

from typing import Any

from marshmallow import Schema, fields

from feedscript.domain import JobState, Outcome, Phase, Reason, Stage

UUID = {"format": "uuid"}


def _instant(**options: Any) -> fields.AwareDateTime:
    return fields.AwareDateTime(format="iso", **options)


def merchant() -> fields.String:
    """The field that says whose something is."""
    return fields.String(required=True, metadata={"description": "Whose product data it is"})


def partner() -> fields.String:
    """The field that says for whom it is."""
    told = "Whose format the feed has; null where none was named"
    return fields.String(required=True, allow_none=True, metadata={"description": told})


class AcceptedSchema(Schema):
    """What starting a job answers."""

    message = fields.String(required=True, metadata={"description": "For people"})
    job_id = fields.String(required=True, metadata=UUID | {"description": "The service's own id of the job"})
    status = fields.Enum(
        JobState, by_value=True, required=True, metadata={"description": "Where the job stands now"}
    )
    deduplicated = fields.Boolean(
        required=True, metadata={"description": "Whether the same request was accepted before"}
    )
    warnings = fields.List(
        fields.String(), metadata={"description": "What to know beside; left out where nothing is"}
    )


class ReceivedSchema(Schema):
    """What a callback answers."""

    received = fields.Boolean(required=True, metadata={"description": "Always true: it is on the trail"})
    applied = fields.Boolean(required=True, metadata={"description": "Whether it ended the attempt"})
    reason = fields.String(
        required=True, allow_none=True, metadata={"description": "Why it changed nothing; null where it did"}
    )


class JobDataSchema(Schema):
    """What was asked for last, and what came of it."""

    job_id = fields.String(required=True, allow_none=True, metadata={"description": "The caller's reference"})
    affiliate_merchant_id = merchant()
    source_s3_path = fields.String(required=True, metadata={"description": "What is read"})
    destination_s3_path = fields.String(
        required=True, metadata={"description": "Where the feed, or the report, is put"}
    )
    callback_url = fields.String(
        required=True, allow_none=True, metadata={"description": "Who is told of the outcome"}
    )
    partner_id = partner()
    country = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The country that was named for the validation"},
    )
    then = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What follows by itself: `validate`, or nothing"},
    )


class LatestJobDataSchema(JobDataSchema):
    """What a job was last asked for, of which kind, and its result once there is one."""

    type = fields.Enum(
        Phase, by_value=True, required=True, metadata={"description": "Which of the two phases was asked for"}
    )
    result = fields.Dict(metadata={"description": "What the script reported"})


class AttemptSchema(Schema):
    """One attempt of a job; what is not known yet is left out."""

    number = fields.Integer(required=True, metadata={"description": "Counted from 1 over both phases"})
    type = fields.Enum(
        Phase,
        by_value=True,
        attribute="phase",
        required=True,
        metadata={"description": "Which of the two phases it is of"},
    )
    retry = fields.Boolean(required=True, metadata={"description": "Whether it repeats one that failed"})
    automatic = fields.Boolean(required=True, metadata={"description": "Whether nobody asked for it"})
    accepted_at = _instant(required=True, metadata={"description": "When it was asked for, or fell due"})
    started_at = _instant(metadata={"description": "When its script began"})
    exited_at = _instant(metadata={"description": "When its script ended"})
    ended_at = _instant(metadata={"description": "When its outcome was known"})
    outcome = fields.Enum(Outcome, by_value=True, metadata={"description": "How it ended"})
    reason = fields.Enum(Reason, by_value=True, metadata={"description": "Why it failed, for programs"})
    error = fields.String(metadata={"description": "Why it failed, for people"})
    exit_code = fields.Integer(metadata={"description": "Of its script; 128 and more: a signal ended it"})
    log = fields.String(metadata={"description": "Where its log is read"})
    result = fields.Dict(metadata={"description": "What its script reported"})
    warning = fields.String(metadata={"description": "What to know of how it ended"})
    warnings = fields.List(
        fields.String(), metadata={"description": "What to know beside, of what was asked for"}
    )
    job_data = fields.Nested(JobDataSchema, required=True)


class JobSchema(Schema):
    """A job as the API shows it."""

    id = fields.String(required=True, metadata=UUID | {"description": "The service's own id"})
    affiliate_merchant_id = merchant()
    partner_id = partner()
    reference = fields.String(
        required=True, allow_none=True, metadata={"description": "The caller's own job_id"}
    )
    status = fields.Enum(JobState, by_value=True, required=True, metadata={"description": "Where it stands"})
    stage = fields.Enum(
        Stage,
        by_value=True,
        required=True,
        metadata={"description": "What it waits for, whatever its status"},
    )
    retry_count = fields.Integer(
        required=True, metadata={"description": "Retries begun, of both kinds and phases"}
    )
    next_retry_at = _instant(
        required=True, allow_none=True, metadata={"description": "When it is repeated by itself"}
    )
    reason = fields.Enum(
        Reason,
        by_value=True,
        required=True,
        allow_none=True,
        metadata={"description": "Of the newest attempt's failure"},
    )
    error = fields.String(required=True, allow_none=True, metadata={"description": "The same for people"})
    warnings = fields.List(fields.String(), required=True, metadata={"description": "What to know beside"})
    job_data = fields.Nested(LatestJobDataSchema, required=True)
    progress = fields.Dict(
        allow_none=True, metadata={"description": "How far the script says it is; of a single job alone"}
    )
    queue_position = fields.Integer(
        allow_none=True,
        metadata={
            "description": "Of a single job alone: 1 is begun next; null where it does not wait, or far behind"
        },
    )
    last_sign_of_life_at = _instant(
        allow_none=True,
        metadata={
            "description": "Of a single job alone: when its newest script last wrote anything, or was last seen"
        },
    )
    attempts = fields.List(
        fields.Nested(AttemptSchema), metadata={"description": "Left out of the compact form"}
    )
    created_at = _instant(required=True, metadata={"description": "When it was first asked for"})
    updated_at = _instant(required=True, metadata={"description": "When it last changed"})


class JobPageSchema(Schema):
    """A page of jobs, newest first."""

    jobs = fields.List(fields.Nested(JobSchema), required=True, metadata={"description": "The newest first"})
    cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "For the next page; null at the end"}
    )


class ActivitySchema(Schema):
    """An entry of the audit trail: a CloudEvents 1.0 event."""

    specversion = fields.String(required=True, metadata={"description": "Of CloudEvents: 1.0"})
    id = fields.String(required=True, metadata={"description": "Of the entry alone"})
    source = fields.String(required=True, metadata={"description": "Which service wrote it"})
    type = fields.String(required=True, metadata={"description": "What happened"})
    time = _instant(required=True, metadata={"description": "When it happened"})
    datacontenttype = fields.String(
        required=True, metadata={"description": "What `data` is: application/json"}
    )
    subject = fields.String(metadata={"description": "The job's id; left out where it is about none"})
    data = fields.Dict(required=True, metadata={"description": "actor, event, and what else is known"})


class TrailSchema(Schema):
    """All that is on the audit trail about a job, oldest first."""

    activities = fields.List(
        fields.Nested(ActivitySchema), required=True, metadata={"description": "The entries"}
    )


class ActivityPageSchema(TrailSchema):
    """A page of the audit trail, newest first."""

    cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "For the next page; null at the end"}
    )


class LogSchema(Schema):
    """A piece of a log; the next one starts at `next_offset`."""

    text = fields.String(required=True, metadata={"description": "What the script wrote"})
    offset = fields.Integer(required=True, metadata={"description": "The byte that the text begins at"})
    next_offset = fields.Integer(required=True, metadata={"description": "Where the next piece begins"})
    complete = fields.Boolean(
        required=True, metadata={"description": "Whether the script has ended, and nothing follows"}
    )
    truncated = fields.Boolean(
        required=True, metadata={"description": "Whether the log was cut at SCRIPT_LOG_BYTES"}
    )


class HereSchema(Schema):
    """That somebody is there."""

    ok = fields.Boolean(required=True, metadata={"description": "Always true"})


class ScriptsSchema(Schema):
    """What runs and waits."""

    leads = fields.Boolean(
        required=True, metadata={"description": "Whether this process is the one that runs scripts"}
    )
    running = fields.Integer(required=True, metadata={"description": "How many run now"})
    queued = fields.Integer(required=True, metadata={"description": "How many wait for their turn"})
    max_queued = fields.Integer(
        required=True, metadata={"description": "Where so many are queued, nothing more is taken (429)"}
    )
    capacity = fields.Integer(
        required=True, metadata={"description": "How many may run at once (MAX_CONCURRENT_SCRIPTS)"}
    )
    oldest_wait_seconds = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "How long the first in the queue has waited; null where none does"},
    )


class StuckSchema(Schema):
    """A job that somebody should look at."""

    job_id = fields.String(required=True, metadata=UUID | {"description": "The job's id"})
    stage = fields.Enum(Stage, by_value=True, required=True, metadata={"description": "What it waits for"})
    since = _instant(
        required=True, metadata={"description": "When its script was heard last, or what is overdue was due"}
    )


class ReadySchema(Schema):
    """Whether new work is taken, and what runs and waits."""

    ready = fields.Boolean(required=True, metadata={"description": "Whether new work is taken"})
    disk = fields.String(required=True, metadata={"description": "`ok`, or what is wrong with it"})
    database = fields.String(
        metadata={"description": "The same of the database, with STORAGE=postgresql: `ok`, `unavailable` ..."}
    )
    draining = fields.Boolean(required=True, metadata={"description": "Whether the service is stopping"})
    scripts = fields.Nested(ScriptsSchema, required=True)
    stuck = fields.Integer(
        required=True,
        metadata={"description": "Jobs whose script is silent, or whose callback or retry is overdue"},
    )
    stuck_jobs = fields.List(
        fields.Nested(StuckSchema), metadata={"description": "Those within reach, for whoever may read jobs"}
    )
    object_store = fields.String(
        metadata={"description": "`ok`, or what is wrong with it; where it was asked for"}
    )


class ProblemSchema(Schema):
    """RFC 9457, with a stable `code` and, for bad fields, `errors` by field."""

    type = fields.String(required=True, metadata={"description": "about:blank: `code` tells the kind"})
    title = fields.String(required=True, metadata={"description": "What kind of mistake it is, for people"})
    status = fields.Integer(required=True, metadata={"description": "The answer's status"})
    code = fields.String(
        required=True, metadata={"description": "For programs; the examples of a response name its codes"}
    )
    detail = fields.String(required=True, metadata={"description": "For people"})
    errors = fields.Dict(metadata={"description": "What is wrong, by field"})
    near = fields.List(fields.String(), metadata={"description": "Known partners that may be meant"})
    endings = fields.List(fields.String(), metadata={"description": "Names that the destination may end in"})
    job_id = fields.String(
        metadata={"description": "The job whose state does not allow it, or that holds the destination"}
    )
    status_of_job = fields.Enum(JobState, by_value=True, metadata={"description": "Where that job stands"})
