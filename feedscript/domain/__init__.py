"""The pure core: jobs, their state machine, the retry rules. Standard library only.

>>> from feedscript.domain import FeedRequest, JobState, RetryPolicy, StartGeneration, decide, evolve
"""

from feedscript.domain.activity import (
    Activity,
    activity_type,
    record_of,
    veiled,
    veiled_request,
    without_secrets,
)
from feedscript.domain.commands import (
    CancelJob,
    Command,
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
from feedscript.domain.completion import completed
from feedscript.domain.decide import decide
from feedscript.domain.due import due
from feedscript.domain.errors import (
    FeedscriptError,
    ForbiddenCallback,
    ForgedToken,
    IllegalTransition,
    NoReport,
    SourceMissing,
    UnknownAttempt,
    UnknownJob,
    UnknownPartner,
    WrongDestination,
)
from feedscript.domain.events import (
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
    ValidationFailed,
    ValidationRevoked,
    ValidationStarted,
    ValidationSucceeded,
)
from feedscript.domain.exits import EX_CONFIG, EX_DATAERR, EX_TEMPFAIL
from feedscript.domain.job import Attempt, FeedRequest, Job, JobState, Outcome, Phase, Reason
from feedscript.domain.lifecycle import TRANSITIONS, diagram, evolve, fold, next_state
from feedscript.domain.outcome import outcome_of
from feedscript.domain.pauses import pause_is_over
from feedscript.domain.refusal import Refusal, RefusalCode
from feedscript.domain.retry import RetryPolicy

__all__ = [
    "EX_CONFIG",
    "EX_DATAERR",
    "EX_TEMPFAIL",
    "TRANSITIONS",
    "Activity",
    "Attempt",
    "CancelJob",
    "Command",
    "Event",
    "ExpireGrace",
    "Fact",
    "Failed",
    "FeedRequest",
    "FeedscriptError",
    "ForbiddenCallback",
    "ForgedToken",
    "GenerationFailed",
    "GenerationStarted",
    "GenerationSucceeded",
    "IllegalTransition",
    "Job",
    "JobState",
    "NoReport",
    "Outcome",
    "Phase",
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
    "ScriptExited",
    "ScriptStarted",
    "SourceMissing",
    "StartGeneration",
    "StartPhase",
    "StartValidation",
    "Succeeded",
    "Transition",
    "UnknownAttempt",
    "UnknownJob",
    "UnknownPartner",
    "ValidationFailed",
    "ValidationRevoked",
    "ValidationStarted",
    "ValidationSucceeded",
    "WrongDestination",
    "activity_type",
    "completed",
    "decide",
    "diagram",
    "due",
    "evolve",
    "fold",
    "next_state",
    "outcome_of",
    "pause_is_over",
    "record_of",
    "veiled",
    "veiled_request",
    "without_secrets",
]
