"""The pure core: jobs, their state machine, the retry rules. Standard library only.

>>> from feedscript.domain import FeedRequest, JobState, RetryPolicy, StartGeneration, decide, evolve
"""

from typing import TYPE_CHECKING

from feedscript.domain.access import ApiKey, KeyState, Reach, Scope
from feedscript.domain.activity import (
    Activity,
    activity_type,
    record_of,
    veiled,
    veiled_request,
    without_secrets,
)
from feedscript.domain.artifacts import (
    AllowedBuckets,
    artifacts,
    destinations,
    is_own_report,
    place_of,
    rivals,
    wholes,
)
from feedscript.domain.commands import (
    CancelJob,
    Command,
    ContinueJob,
    ExpireGrace,
    RecordExit,
    RecordStart,
    RepeatPhase,
    ReportOutcome,
    RetryDue,
    StartGeneration,
    StartPhase,
    StartValidation,
)
from feedscript.domain.completion import completed, following
from feedscript.domain.decide import decide
from feedscript.domain.deprecation import DEPRECATED, deprecated_names
from feedscript.domain.due import due
from feedscript.domain.errors import (
    DestinationBusy,
    DestinationTaken,
    FeedscriptError,
    ForbiddenBucket,
    ForbiddenCallback,
    ForgedToken,
    IllegalTransition,
    NoReport,
    OutOfReach,
    QueueFull,
    SourceMissing,
    UnknownAttempt,
    UnknownJob,
    UnknownPartner,
    WrongDestination,
)
from feedscript.domain.events import (
    AttemptEvent,
    Event,
    Fact,
    Failed,
    GenerationFailed,
    GenerationStarted,
    GenerationSucceeded,
    RetryCalledOff,
    ScriptExited,
    ScriptStarted,
    Succeeded,
    Transition,
    ValidationCalledOff,
    ValidationFailed,
    ValidationRevoked,
    ValidationStarted,
    ValidationSucceeded,
)
from feedscript.domain.exits import EX_CONFIG, EX_DATAERR, EX_TEMPFAIL
from feedscript.domain.job import Attempt, FeedRequest, Job, JobState, Outcome, Phase, Reason, Stage
from feedscript.domain.key_text import KEY_ID, is_key, key_digest, key_id, key_id_of, key_text
from feedscript.domain.lifecycle import TRANSITIONS, diagram, evolve, fold, next_state
from feedscript.domain.outcome import outcome_of
from feedscript.domain.pauses import pause_is_over
from feedscript.domain.queueing import QueueLimits
from feedscript.domain.refusal import Refusal, RefusalCode
from feedscript.domain.retry import RetryPolicy
from feedscript.domain.stuck import stuck_since
from feedscript.domain.writing import holds, places_written

__all__ = [
    "EX_CONFIG",
    "EX_DATAERR",
    "EX_TEMPFAIL",
    "KEY_ID",
    "TRANSITIONS",
    "Activity",
    "AllowedBuckets",
    "ApiKey",
    "Attempt",
    "AttemptEvent",
    "CancelJob",
    "Command",
    "ContinueJob",
    "DestinationBusy",
    "DestinationTaken",
    "Event",
    "ExpireGrace",
    "Fact",
    "Failed",
    "FeedRequest",
    "FeedscriptError",
    "ForbiddenBucket",
    "ForbiddenCallback",
    "ForgedToken",
    "GenerationFailed",
    "GenerationStarted",
    "GenerationSucceeded",
    "IllegalTransition",
    "Job",
    "JobState",
    "KeyState",
    "NoReport",
    "OutOfReach",
    "Outcome",
    "Phase",
    "QueueFull",
    "QueueLimits",
    "Reach",
    "Reason",
    "RecordExit",
    "RecordStart",
    "Refusal",
    "RefusalCode",
    "RepeatPhase",
    "ReportOutcome",
    "RetryCalledOff",
    "RetryDue",
    "RetryPolicy",
    "Scope",
    "ScriptExited",
    "ScriptStarted",
    "SourceMissing",
    "Stage",
    "StartGeneration",
    "StartPhase",
    "StartValidation",
    "Succeeded",
    "Transition",
    "UnknownAttempt",
    "UnknownJob",
    "UnknownPartner",
    "ValidationCalledOff",
    "ValidationFailed",
    "ValidationRevoked",
    "ValidationStarted",
    "ValidationSucceeded",
    "WrongDestination",
    "activity_type",
    "artifacts",
    "completed",
    "decide",
    "destinations",
    "diagram",
    "due",
    "evolve",
    "fold",
    "following",
    "holds",
    "is_key",
    "is_own_report",
    "key_digest",
    "key_id",
    "key_id_of",
    "key_text",
    "next_state",
    "outcome_of",
    "pause_is_over",
    "place_of",
    "places_written",
    "record_of",
    "rivals",
    "stuck_since",
    "veiled",
    "veiled_request",
    "wholes",
    "without_secrets",
]

if not TYPE_CHECKING:  # a checker is to find what is not there
    __getattr__ = deprecated_names(__name__, globals(), DEPRECATED)
