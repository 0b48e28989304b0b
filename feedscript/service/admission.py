"""What has to be so before something starts: who may ask for it, how much waits, and that its places are its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from feedscript.domain import (
    AllowedBuckets,
    DestinationBusy,
    DestinationTaken,
    Event,
    FeedRequest,
    ForbiddenBucket,
    GenerationStarted,
    Job,
    OutOfReach,
    Phase,
    QueueFull,
    QueueLimits,
    Reach,
    ValidationStarted,
    artifacts,
    destinations,
    following,
    holds,
    place_of,
    places_written,
    rivals,
    wholes,
)
from feedscript.ports import Executor, JobRepository, Owner, Partners, Places
from feedscript.ports.errors import UnreadableJob

SOURCE_ROLE = "source"
ROLES = {Phase.GENERATION: "feed", Phase.VALIDATION: "report"}


class Admission:
    """Lets in what somebody starts; `buckets` are those that requests may name, `limits` how much may wait."""

    def __init__(
        self,
        *,
        repository: JobRepository,
        executor: Executor,
        partners: Partners,
        places: Places,
        buckets: AllowedBuckets,
        limits: QueueLimits,
    ) -> None:
        self._repository = repository
        self._executor = executor
        self._partners = partners
        self._places = places
        self._buckets = buckets
        self._limits = limits
        self._unlimited = limits == QueueLimits()

    @contextmanager
    def of(self, event: Event, reach: Reach, actor: str) -> Iterator[Event]:
        """What somebody starts with what is to be known of it, and its places handed over to its job.

        The event is to be committed in the block: until then nobody else is let in to its places. An automatic retry
        has its places, and tells what was told before. Raises what `JobService.start` does.
        """
        if not isinstance(event, GenerationStarted | ValidationStarted) or event.automatic:
            yield event
            return
        phase = Phase.GENERATION if isinstance(event, GenerationStarted) else Phase.VALIDATION
        request = event.request
        self._refuse_out_of_reach(request, reach)
        self._refuse_too_much(request)
        self._refuse_buckets(request)
        warnings = self._partners.warnings(phase, request)
        places = places_written(phase, request)
        self._take_places(phase, request, dict.fromkeys(places, event.job_id))
        if request.then is Phase.VALIDATION:
            check = following(request, request.destination)
            warnings = tuple(dict.fromkeys((*warnings, *self._partners.warnings(request.then, check))))
            self._take_places(request.then, check, {})
        with self._places.alone(places):
            writers = {place: self._places.writer(place) for place in places}
            for place, writer in writers.items():
                self._refuse_second_writer(place, writer, event, reach)
            for place, writer in writers.items():
                if writer != event.job_id:
                    self._places.hand_over(place, event.job_id)
            yield replace(event, warnings=warnings, caller=actor)

    def obstacle(self, job: Job) -> str:
        """Why what is to follow may not be: the feed lies, by what was reported, where the merchant may not read."""
        merchant, feed = job.affiliate_merchant_id, job.generated_feed or ""
        if not self._buckets.allow(merchant, feed):
            return str(ForbiddenBucket("source_s3_path", feed))
        foreign = any(owner.affiliate_merchant_id != merchant for owner in self._owners(feed))
        return f"{feed} is another merchant's" if foreign else ""

    def _refuse_buckets(self, request: FeedRequest) -> None:
        for field, uri in (
            ("source_s3_path", request.source),
            ("destination_s3_path", request.destination),
        ):
            if not self._buckets.allow(request.affiliate_merchant_id, uri):
                raise ForbiddenBucket(field, uri)

    def _refuse_too_much(self, request: FeedRequest) -> None:
        if self._unlimited:
            return
        health = self._executor.health()
        why = self._limits.excess(request.affiliate_merchant_id, queued=health.queued, waiting=health.waiting)
        if why is not None:
            raise QueueFull(why)

    def _refuse_out_of_reach(self, request: FeedRequest, reach: Reach) -> None:
        """Refuse a partner that is out of reach, and a source that a merchant out of reach has had made."""
        if not reach.has_partner(request.partner_id):
            raise OutOfReach("partner_id", request.partner_id)
        if reach.merchants is None:
            return
        if not all(reach.has_merchant(each.affiliate_merchant_id) for each in self._owners(request.source)):
            raise OutOfReach("source_s3_path", request.source)

    def _owners(self, uri: str) -> Iterator[Owner]:
        """Whose the place is, and those that it is a part of."""
        return iter(self._places.owners({place_of(uri), *wholes(uri)}).values())

    def _refuse_second_writer(
        self, place: str, writer: str | None, event: GenerationStarted | ValidationStarted, reach: Reach
    ) -> None:
        """Refuse what another job may still write to; one that was handed the place and never committed does not."""
        other = self._job(writer) if writer not in (None, event.job_id) else None
        if other is not None and holds(other, place):
            known = other.id if reach.covers(other) else None
            destination = event.request.destination
            beside = None if place == place_of(destination) else place
            raise DestinationBusy(destination, known, other.stage, beside=beside)

    def _job(self, job_id: str | None) -> Job | None:
        try:
            return self._repository.get(job_id) if job_id else None
        except UnreadableJob:
            return None  # put aside, and nobody is held up by it

    def _take_places(self, phase: Phase, request: FeedRequest, writers: Mapping[str, str]) -> None:
        """Take the destination for the merchant, before anything is written there; a crash leaves it taken.

        `writers` are the jobs that places are handed over to with it.
        """
        owner = Owner(request.affiliate_merchant_id, ROLES[phase])
        asked = [_Asked(phase, destination) for destination in destinations(phase, request.destination)]
        source = place_of(request.source)
        known = self._places.owners({source}.union(*((each.place, *each.rivals) for each in asked)))
        for each in asked:
            self._take_place(each, owner, known, writers)
        if phase is Phase.GENERATION and source not in known:
            self._places.claim(source, Owner(request.affiliate_merchant_id, SOURCE_ROLE))

    def _take_place(
        self, asked: "_Asked", owner: Owner, known: Mapping[str, Owner], writers: Mapping[str, str]
    ) -> None:
        place, destination = asked.place, asked.destination
        before = known.get(place)
        if before != owner:
            # Whose place it has been has been looked at then, and whoever came since has looked at it.
            asked.refuse_rivals(known)
        found = before or self._places.claim(place, owner, writer=writers.get(place))
        if found != owner:
            is_own = found.affiliate_merchant_id == owner.affiliate_merchant_id
            whose = "this merchant's" if is_own else "another merchant's"
            raise DestinationTaken(destination, f"there is {whose} {found.role} at {destination}")
        if before is None:
            try:
                # Of two that race for places in each other's way at least one sees the other now.
                asked.refuse_rivals(self._places.owners(asked.rivals))
            except DestinationTaken:
                self._places.release(place)
                raise


class _Asked:
    """A destination that is asked for: its place, and those that nobody else may have beside it."""

    def __init__(self, phase: Phase, destination: str) -> None:
        self.destination = destination
        self.place = place_of(destination)
        self.rivals = rivals(phase, destination)
        self._phase = phase

    def refuse_rivals(self, known: Mapping[str, Owner]) -> None:
        """Raise `DestinationTaken` where one of them has an owner in whose way this would be."""
        for place in self.rivals & known.keys():
            role = known[place].role
            if role != SOURCE_ROLE or place in map(place_of, artifacts(self._phase, self.destination)):
                raise DestinationTaken(
                    self.destination,
                    f"{self.destination} or what goes beside it would replace what goes with a {role}",
                )
