"""A JobService with fakes all around it, over whatever storage a test brings."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from feedscript.adapters.memory import MemoryActivityLog, MemoryJobRepository
from feedscript.adapters.system import HmacAttemptTokens
from feedscript.domain import Job, RetryPolicy, veiled_request
from feedscript.ports import ActivityLog, JobRepository
from feedscript.service import JobService
from feedscript.testing.fakes import (
    FrozenClock,
    MemoryObjectStore,
    RecordingNotifier,
    ScriptedExecutor,
    SequentialIds,
    TrustingPartners,
)

GRACE = timedelta(seconds=30)
OWN_CALLBACK = "http://localhost:3000/api/callback/feed"

Storage = tuple[JobRepository, ActivityLog]


def memory_storage() -> Callable[[], Storage]:
    """Storage that outlives a service's restart, and is forgotten with the test."""
    log = MemoryActivityLog()
    repository = MemoryJobRepository(log)
    return lambda: (repository, log)


def as_the_trail_tells(job: Job) -> Job:
    """The job with its callback addresses veiled: what folding its activities gives."""
    return replace(job, attempts=tuple(replace(a, request=veiled_request(a.request)) for a in job.attempts))


class Rig:
    """A service at work, and the fakes that a test steers it by.

    `make_storage` is called at the start and again at each `restart`, and answers a repository and a log over the same
    ground (in memory by default). `jitter` is the share of every backoff.

    >>> from feedscript.domain import FeedRequest, Phase
    >>> rig = Rig()
    >>> request = FeedRequest(affiliate_merchant_id="m1", source="s3://b/in.csv", destination="s3://b/out.csv")
    >>> job = rig.service.start(Phase.GENERATION, request, actor="a test").job
    >>> rig.executor.begin(job.id, 1)
    True
    >>> rig.executor.end(job.id, 1, exit_code=0, result={"rows": 3})
    >>> rig.service.job(job.id).state
    <JobState.GENERATED: 'generated'>
    """

    def __init__(
        self,
        make_storage: Callable[[], Storage] | None = None,
        *,
        policy: RetryPolicy | None = None,
        clock: FrozenClock | None = None,
        jitter: float = 1.0,
    ) -> None:
        self._make_storage = make_storage or memory_storage()
        self._jitter = jitter
        self.policy = policy or RetryPolicy()
        self.clock = clock or FrozenClock()
        self.ids = SequentialIds(self.clock)
        self.tokens = HmacAttemptTokens(b"a secret that only tests may know")
        self.notifier = RecordingNotifier()
        self.objects = MemoryObjectStore()
        self.partners = TrustingPartners()
        self.restart()

    def restart(self) -> None:
        """Forget all that only memory held: a new service and executor over the same storage."""
        self.repository, self.activities = self._make_storage()
        self.executor = ScriptedExecutor()
        self.service = JobService(
            repository=self.repository,
            activities=self.activities,
            executor=self.executor,
            notifier=self.notifier,
            objects=self.objects,
            partners=self.partners,
            clock=self.clock,
            ids=self.ids,
            tokens=self.tokens,
            policy=self.policy,
            callback_grace=GRACE,
            jitter=lambda: self._jitter,
            own_callbacks=lambda url: url == OWN_CALLBACK,
            report_address="http://localhost:3000/api/feed/jobs/{}/report".format,
        )
        self.executor.start(self.service)
