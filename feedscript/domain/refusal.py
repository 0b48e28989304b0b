"""Why a command changes nothing."""

from dataclasses import dataclass
from enum import StrEnum


class RefusalCode(StrEnum):
    """Why a command changes nothing; the values are stable and appear in answers."""

    DEDUPLICATED = "deduplicated"
    IN_FLIGHT = "in_flight"
    RETRIES_EXHAUSTED = "retries_exhausted"
    NOT_GENERATED = "not_generated"
    ALREADY_GENERATED = "already_generated"
    ALREADY_VALIDATED = "already_validated"
    REFERENCE_MISMATCH = "reference_mismatch"
    SOURCE_MISSING = "source_missing"
    DESTINATION_TAKEN = "destination_taken"
    NOT_STARTED = "not_started"
    DUPLICATE = "duplicate"
    LATE = "late"
    SUPERSEDED = "superseded"
    CONTRADICTED = "contradicted"
    NOT_IN_FLIGHT = "not_in_flight"
    ALREADY_RECORDED = "already_recorded"
    NOT_DUE = "not_due"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The command changes nothing: `code` for programs, `detail` for people."""

    code: RefusalCode
    detail: str
