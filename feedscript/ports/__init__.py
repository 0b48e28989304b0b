"""What the service needs from the outside, as Protocols; no technology here."""

from feedscript.ports.activity_log import ActivityFilter, ActivityLog, ActivityPage
from feedscript.ports.environment import AttemptTokens, Clock, IdFactory
from feedscript.ports.executor import (
    AttemptListener,
    Executor,
    ExecutorHealth,
    LogChunk,
    Observation,
    Run,
    ScriptEnd,
)
from feedscript.ports.keys import Keys
from feedscript.ports.notifier import (
    DeadLetters,
    DeliveryState,
    Notification,
    Notifier,
    Undelivered,
    UndeliveredPage,
)
from feedscript.ports.object_store import ObjectStore
from feedscript.ports.observer import Observer
from feedscript.ports.partners import Partners
from feedscript.ports.places import Owner, Places
from feedscript.ports.repository import JobFilter, JobPage, JobRepository

__all__ = [
    "ActivityFilter",
    "ActivityLog",
    "ActivityPage",
    "AttemptListener",
    "AttemptTokens",
    "Clock",
    "DeadLetters",
    "DeliveryState",
    "Executor",
    "ExecutorHealth",
    "IdFactory",
    "JobFilter",
    "JobPage",
    "JobRepository",
    "Keys",
    "LogChunk",
    "Notification",
    "Notifier",
    "ObjectStore",
    "Observation",
    "Observer",
    "Owner",
    "Partners",
    "Places",
    "Run",
    "ScriptEnd",
    "Undelivered",
    "UndeliveredPage",
]
