"""A JobService with fakes all around it, over whatever storage a test brings."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

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
    TrustingPlaces,
)
from feedscript.testing.port_faults import Trouble, troubled

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

    `make_service` is called at the start and again at each `restart`; it makes a service of what the rig has, as
    `service_over` does, over storage that outlives a restart: in `folder`, or in `memory`. Without it the service
    stands over what `make_storage` answers (in memory by default). `make_executor` gives each service its executor,
    `notifier` is told by all of them; `jitter` is the share of every backoff. `trouble` makes calls of ports fail.

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

    repository: JobRepository
    activities: ActivityLog
    executor: ScriptedExecutor
    service: JobService

    def __init__(
        self,
        make_storage: Callable[[], Storage] | None = None,
        *,
        make_service: Callable[["Rig"], JobService] | None = None,
        make_executor: Callable[[], ScriptedExecutor] = ScriptedExecutor,
        notifier: RecordingNotifier | None = None,
        policy: RetryPolicy | None = None,
        clock: FrozenClock | None = None,
        jitter: float = 1.0,
    ) -> None:
        storage = make_storage or (lambda: self.memory)
        self._make_service = make_service or (lambda rig: rig.service_over(*storage()))
        self._make_executor = make_executor
        self._closing = ExitStack()
        self.jitter = jitter
        self.policy = policy or RetryPolicy()
        self.clock = clock or FrozenClock()
        self.ids = SequentialIds(self.clock)
        self.tokens = HmacAttemptTokens(b"a secret that only tests may know")
        self.notifier = notifier or RecordingNotifier()
        self.objects = MemoryObjectStore()
        self.partners = TrustingPartners()
        self.places = TrustingPlaces()
        self.trouble = Trouble()
        self.restart()

    @cached_property
    def memory(self) -> Storage:
        """Storage that is forgotten with the rig."""
        return memory_storage()()

    @cached_property
    def folder(self) -> Path:
        """A folder of the rig's own, which `close` removes."""
        return Path(self._closing.enter_context(TemporaryDirectory(prefix="feedscript-rig-")))

    def restart(self) -> None:
        """Forget all that only memory held: a new service and executor over the same storage."""
        self.trouble.disarm()
        self.executor = self._make_executor()
        self.service = self._make_service(self)
        self.executor.start(self.service)

    def service_over(self, repository: JobRepository, activities: ActivityLog) -> JobService:
        """A service over this storage, and the rig's other parts; whatever of it can be closed `close` will."""
        for part in (repository, activities):
            if callable(close := getattr(part, "close", None)):
                self._closing.callback(close)
        self.repository, self.activities = repository, activities
        return JobService(
            repository=troubled(repository, self.trouble, calls=("commit", "commit_last", "settle")),
            activities=troubled(activities, self.trouble, calls=("append",)),
            executor=troubled(self.executor, self.trouble, calls=("submit", "cancel")),
            notifier=troubled(self.notifier, self.trouble, calls=("notify", "forget")),
            objects=self.objects,
            partners=self.partners,
            places=self.places,
            clock=self.clock,
            ids=self.ids,
            tokens=self.tokens,
            policy=self.policy,
            callback_grace=GRACE,
            jitter=lambda: self.jitter,
            own_callbacks=lambda url: url == OWN_CALLBACK,
            report_address="http://localhost:3000/api/feed/jobs/{}/report".format,
        )

    def close(self) -> None:
        """Let go of everything that was opened."""
        self._closing.close()
