"""Delivers what is in the outbox, to many hosts at a time, in one thread."""

import asyncio
import logging
import re
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from feedscript.adapters.egress import CheckedDialling, EgressRules
from feedscript.adapters.http_exchange import NoAnswer, post
from feedscript.adapters.letter_box import LetterBox
from feedscript.adapters.web_address import WebAddress
from feedscript.adapters.webhooks.lanes import Lanes
from feedscript.adapters.webhooks.letters import Letter
from feedscript.adapters.webhooks.outbox import Outbox
from feedscript.adapters.webhooks.schedule import LONGEST_PAUSE, Lane, Schedule
from feedscript.adapters.webhooks.signing import Signing
from feedscript.domain import Activity, FeedscriptError
from feedscript.ports import Clock, IdFactory, Notification, Notifier

logger = logging.getLogger(__name__)

PAUSES = (5.0, 30.0, 300.0, 1800.0, 3600.0, 7200.0, 14400.0, 25200.0, 36000.0)
"""Seconds before each further try: a day in all."""
SPREAD = 0.2
"""The share by which a pause is made longer or shorter, so that what failed together does not come together again."""
DEADLINE = 15.0
"""Seconds for a whole exchange."""
LOOK_EVERY = 0.5
READ_AT_A_TIME = 500
GONE = 410


@dataclass(frozen=True, slots=True)
class _Tried:
    """What came of a try; `final` where no further one would change it."""

    error: str | None = None
    final: bool = False
    retry_after: str = ""


class WebhookNotifier(Notifier):
    """Delivers what is in the box; of the processes that share it one delivers.

    `pauses` are the seconds before each further try, which `jitter` (0 to 1) spreads; `record` enters every try on the
    audit trail, as delivered or not: what was answered is for the operator's log and the letter alone.
    """

    def __init__(
        self,
        box: LetterBox,
        *,
        ids: IdFactory,
        clock: Clock,
        record: Callable[[Sequence[Activity]], None],
        signing: Signing,
        rules: EgressRules,
        jitter: Callable[[], float],
        pauses: Sequence[float] = PAUSES,
        deadline: float = DEADLINE,
    ) -> None:
        self._outbox = Outbox(box)
        self._ids = ids
        self._clock = clock
        self._record = record
        self._signing = signing
        self._rules = rules
        self._jitter = jitter
        self._pauses = pauses
        self._deadline = deadline
        self._schedule = Schedule(clock)
        self._known: set[str] = set()
        self._arrived: deque[str] = deque()
        self._stopping = threading.Event()
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def refusal(self, url: str) -> str | None:
        """Why the address is never called."""
        return self._rules.refusal(url)

    def notify(self, notification: Notification) -> None:
        """Put the notification into the outbox, unless its job has put it there before."""
        if self._outbox.take_in(notification):
            self._look_now()

    def forget(self, job_id: str) -> None:
        """Drop the job's names."""
        self._outbox.forget(job_id)

    def start(self) -> None:
        """Begin to deliver in the background."""
        self._outbox.make()
        work = threading.Thread(
            target=lambda: asyncio.run(self._deliver_all()), name="feedscript-webhooks", daemon=True
        )
        work.start()

    def stop(self) -> None:
        """Deliver nothing more, and cut off what is under way; what is left waits in the outbox."""
        self._stopping.set()
        self._look_now()

    def _look_now(self) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(self._wake.set)

    async def _deliver_all(self) -> None:
        self._loop = asyncio.get_running_loop()
        lanes = Lanes(self._deliver)
        try:
            while not self._stopping.is_set():
                try:
                    if await asyncio.to_thread(self._outbox.leads):
                        await self._look(lanes)
                except FeedscriptError as error:
                    logger.warning("the outbox is left to the next look: %s", error)
                except Exception:
                    logger.exception("the outbox is left to the next look")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), LOOK_EVERY)
                self._wake.clear()
        finally:
            lanes.close()
            self._outbox.resign()

    async def _look(self, lanes: Lanes) -> None:
        """Take note of new letters, and send off what is due."""
        # Reading may take long, as a database does that is not there just now; deliveries go on meanwhile.
        for name in await asyncio.to_thread(self._outbox.names) or ():
            if name not in self._known:
                self._known.add(name)
                self._arrived.append(name)
        names = [self._arrived.popleft() for _ in range(min(READ_AT_A_TIME, len(self._arrived)))]
        try:
            letters = await asyncio.to_thread(lambda: [self._outbox.read(name) for name in names])
        except BaseException:
            self._arrived.extendleft(reversed(names))
            raise
        for name, letter in zip(names, letters, strict=True):
            if letter is None:
                self._known.discard(name)
            else:
                self._schedule.add(name, letter.lane, letter.not_before, letter.pause)
        if self._arrived:
            self._wake.set()
        for lane, name in self._schedule.due():
            lanes.add(lane, name)

    async def _deliver(self, name: str) -> float:
        """Try the letter once, and write down what came of it; answers the seconds that the exchange took."""
        # Whatever syncs to the disk is done in threads: one loop serves all receivers.
        try:
            letter = await asyncio.to_thread(self._outbox.read, name)
        except FeedscriptError as error:
            logger.warning("notification %s is left to the next look: %s", name, error)
            self._arrived.append(name)
            return 0.0
        if letter is None:
            self._known.discard(name)
            return 0.0
        began = asyncio.get_running_loop().time()
        tried = await self._try(letter)
        seconds = asyncio.get_running_loop().time() - began
        following = self._following(letter, tried)
        try:
            await asyncio.to_thread(self._write_down, name, letter, tried, following)
        except Exception:
            logger.exception(
                "notification %s: what came of a try is not written down", letter.notification.id
            )
            following = following or letter.put_off(
                tried.error or "", self._clock.now() + LONGEST_PAUSE, LONGEST_PAUSE
            )
        if following is None:
            self._known.discard(name)
        else:
            self._wait(name, letter.lane, following)
        return seconds

    def _wait(self, name: str, lane: Lane, letter: Letter) -> None:
        self._schedule.add(name, lane, letter.not_before, letter.pause)
        if letter.not_before is not None and letter.not_before <= self._clock.now():
            self._wake.set()

    async def _try(self, letter: Letter) -> _Tried:
        told, content = letter.notification, letter.content
        refusal = self._rules.refusal(told.url)
        if refusal is not None:
            return _Tried(refusal, final=True)
        headers = self._signing.headers(told.id, told.affiliate_merchant_id, content, at=self._clock.now())
        try:
            answer = await post(
                told.url,
                content,
                headers={"User-Agent": "feedscript", **headers},
                within=self._deadline,
                dialling=self._dialling,
            )
        except NoAnswer as error:
            return _Tried(str(error))
        except Exception as error:
            logger.exception("notification %s: a try failed as none should", told.id)
            return _Tried(type(error).__name__)
        if answer.ok:
            return _Tried()
        return _Tried(f"HTTP {answer.status}", final=answer.status == GONE, retry_after=answer.retry_after)

    def _dialling(self, address: WebAddress) -> CheckedDialling:
        return CheckedDialling(address, self._rules)

    def _following(self, letter: Letter, tried: _Tried) -> Letter | None:
        """The letter as it waits for its next try; None where there is none."""
        if tried.error is None or tried.final or letter.tries >= len(self._pauses):
            return None
        share = 1 - SPREAD + 2 * SPREAD * self._jitter()
        now = self._clock.now()
        pause = max(
            timedelta(seconds=self._pauses[letter.tries] * share), wished_pause(tried.retry_after, now)
        )
        return letter.put_off(tried.error, now + pause, pause)

    def _write_down(self, name: str, letter: Letter, tried: _Tried, following: Letter | None) -> None:
        self._enter(letter, tried, following)
        if tried.error is None:
            self._outbox.delivered(name)
            return
        logger.info("notification %s, try %d: %s", letter.notification.id, letter.tries + 1, tried.error)
        if following is None:
            self._outbox.give_up(name, letter.given_up(tried.error))
        else:
            self._outbox.put_off(name, following)

    def _enter(self, letter: Letter, tried: _Tried, following: Letter | None) -> None:
        delivered = tried.error is None
        self._record(
            [
                Activity(
                    id=self._ids.new_id(),
                    at=self._clock.now(),
                    type="feedscript.notification.sent",
                    job_id=letter.notification.job_id,
                    data={
                        "notification": letter.notification.id,
                        "try": letter.tries + 1,
                        "delivered": delivered,
                        "given_up": not delivered and following is None,
                    },
                )
            ]
        )


def wished_pause(retry_after: str, now: datetime) -> timedelta:
    """What the header asks for (RFC 9110, 10.2.3: seconds, or a date), a day at most; none where it says nothing.

    >>> from datetime import UTC
    >>> wished_pause("120", datetime.now(UTC)), wished_pause("soon", datetime.now(UTC))
    (datetime.timedelta(seconds=120), datetime.timedelta(0))
    """
    try:
        if re.fullmatch("[0-9]+", retry_after):
            wished = timedelta(seconds=int(retry_after[:9]))
        else:
            date = parsedate_to_datetime(retry_after)
            wished = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):
        wished = timedelta()
    return min(max(wished, timedelta()), LONGEST_PAUSE)
