from feedscript.domain import JobState, ValidationRevoked, activity_type, record_of
from tests.unit.domain.histories import JOB, TRANSITION_TYPES, event_of, history_to


def test_an_entry_tells_its_event_whole() -> None:
    event = history_to(JobState.VALIDATED)[-1]
    entry = record_of(event, 4, actor="key 7", request_id="r1")
    assert (entry.id, entry.at, entry.job_id, entry.actor) == (f"{JOB}/4", event.at, JOB, "key 7")
    assert entry.event is event
    assert entry.data == {"request_id": "r1"}


def test_every_event_has_a_type_of_its_own() -> None:
    assert len({activity_type(kind) for kind in TRANSITION_TYPES}) == len(TRANSITION_TYPES)
    assert activity_type(ValidationRevoked) == "feedscript.job.validation_revoked"
    assert record_of(event_of(ValidationRevoked, 2), 5).type == "feedscript.job.validation_revoked"
