"""A validation that a generate request said is to follow: started once, or called off, and never lost."""

from dataclasses import replace

import pytest

from feedscript.domain import (
    CancelJob,
    ContinueJob,
    Event,
    GenerationFailed,
    GenerationStarted,
    GenerationSucceeded,
    Job,
    JobState,
    Phase,
    Refusal,
    RefusalCode,
    RepeatPhase,
    RetryPolicy,
    ScriptExited,
    ScriptStarted,
    Stage,
    StartGeneration,
    StartValidation,
    ValidationCalledOff,
    ValidationStarted,
    decide,
    due,
    evolve,
    fold,
    holds,
    place_of,
    places_written,
)
from feedscript.domain.commands import Command
from feedscript.testing.fakes import NOON
from feedscript.testing.rig import GRACE
from tests.unit.domain.histories import BODY, JOB, OTHER_BODY, event_of

ASKED = replace(BODY, then=Phase.VALIDATION)
REPORT = "s3://b/out.csv.report.json"
POLICY = RetryPolicy()


def generated(**facts: object) -> Job:
    """A job whose generation has succeeded, and whose validation is to follow."""
    started = event_of(GenerationStarted, 1, request=ASKED, warnings=("be careful",), caller="key:a")
    facts.setdefault("result", {"rows": 1})
    job = fold([started, event_of(GenerationSucceeded, 1, 1, **facts)])
    assert job is not None
    return job


def decided(job: Job | None, command: Command) -> Event:
    event = decide(job, command, NOON, POLICY)
    assert not isinstance(event, Refusal), event
    return event


def refused(job: Job | None, command: Command) -> RefusalCode:
    refusal = decide(job, command, NOON, POLICY)
    assert isinstance(refusal, Refusal)
    return refusal.code


def test_a_generation_that_was_asked_to_go_on_is_followed_once() -> None:
    job = generated()
    assert (job.state, job.following, job.stage) == (JobState.GENERATED, Phase.VALIDATION, Stage.QUEUED)
    assert due(job, now=NOON, grace=GRACE, policy=POLICY) == ContinueJob()
    event = decided(job, ContinueJob())
    assert isinstance(event, ValidationStarted)
    assert (event.job_id, event.at) == (JOB, NOON)
    assert (event.attempt, event.retry, event.automatic) == (2, False, True)
    assert (event.warnings, event.caller) == (("be careful",), "key:a")
    checked = event.request
    assert (checked.source, checked.destination, checked.then) == (BODY.destination, REPORT, None)
    after = evolve(job, event)
    assert (after.state, after.following, after.retry_count) == (JobState.VALIDATING, None, 0)
    answer = decide(after, ContinueJob(), NOON, POLICY)
    assert answer == Refusal(RefusalCode.NOT_DUE, "nothing is to follow")


def test_the_feed_is_checked_where_its_script_says_it_lies() -> None:
    event = decided(generated(result={"destination_s3_path": "s3://b/elsewhere.csv"}), ContinueJob())
    assert isinstance(event, ValidationStarted)
    assert (event.request.source, event.request.destination) == ("s3://b/elsewhere.csv", REPORT)


@pytest.mark.parametrize(
    ("command", "feed", "why"),
    [
        (CancelJob(error="no need"), BODY.destination, "no need"),
        (ContinueJob(obstacle="not yours"), BODY.destination, "not yours"),
        (ContinueJob(), REPORT, f"its report would replace the feed that it is about ({REPORT})"),
    ],
)
def test_what_cannot_follow_is_called_off_and_told(command: Command, feed: str, why: str) -> None:
    job = generated(result={"destination_s3_path": feed})
    event = decided(job, command)
    assert isinstance(event, ValidationCalledOff)
    assert (event.job_id, event.at, event.attempt, event.why) == (JOB, NOON, 1, why)
    after = evolve(job, event)
    assert (after.following, after.settled, after.state) == (None, True, JobState.GENERATED)
    told = f"the validation that was to follow was not started: {why}"
    assert after.latest.warning == told
    exited = evolve(after, event_of(ScriptExited, 1, 2, exit_code=0))
    assert exited.latest.warning == told, "a script that ends well takes no warning away"


def test_whoever_asks_for_the_validation_first_has_it() -> None:
    job = generated()
    asked = decided(
        job, StartValidation(job_id=JOB, request=replace(OTHER_BODY, destination="s3://b/r.json"))
    )
    after = evolve(job, asked)
    assert after.following is None
    assert refused(after, ContinueJob()) is RefusalCode.NOT_DUE


def test_nothing_follows_what_failed_and_a_retry_is_followed_again() -> None:
    started = event_of(GenerationStarted, 1, request=ASKED)
    failed = fold([started, event_of(GenerationFailed, 1)])
    assert failed is not None
    assert failed.following is None
    retried = decided(failed, RepeatPhase())
    assert isinstance(retried, GenerationStarted)
    assert retried.request.then is Phase.VALIDATION
    assert evolve(evolve(failed, retried), event_of(GenerationSucceeded, 2, 2)).following is Phase.VALIDATION


def test_nothing_follows_a_validation() -> None:
    event = decided(None, StartValidation(job_id=JOB, request=ASKED))
    assert isinstance(event, ValidationStarted)
    assert event.request.then is None


def test_what_is_to_follow_is_part_of_what_was_asked() -> None:
    assert ASKED.fingerprint != BODY.fingerprint
    job = fold([event_of(GenerationStarted, 1, request=ASKED)])
    assert refused(job, StartGeneration(job_id=JOB, request=ASKED)) is RefusalCode.DEDUPLICATED
    assert refused(job, StartGeneration(job_id=JOB, request=BODY)) is RefusalCode.IN_FLIGHT


def test_a_report_that_would_replace_the_source_is_refused_before_anything_starts() -> None:
    for source in (REPORT, "s3://b/out.csv.report.html"):
        asked = replace(ASKED, source=source)
        assert refused(None, StartGeneration(job_id=JOB, request=asked)) is RefusalCode.DESTINATION_TAKEN
        plain = replace(asked, then=None)
        assert not isinstance(decide(None, StartGeneration(job_id=JOB, request=plain), NOON, POLICY), Refusal)


def test_the_place_of_the_report_is_held_from_the_beginning() -> None:
    assert places_written(Phase.GENERATION, ASKED) == (place_of(BODY.destination), place_of(REPORT))
    job: Job | None = None
    for event in (
        event_of(GenerationStarted, 1, request=ASKED),
        event_of(ScriptStarted, 1, 1),
        event_of(GenerationSucceeded, 1, 2, exited=True),
    ):
        job = evolve(job, event)
        assert holds(job, place_of(REPORT)), event
    assert job is not None
    assert not holds(evolve(job, decided(job, CancelJob())), place_of(REPORT))
