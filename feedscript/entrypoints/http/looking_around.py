"""What `/ready` looks for beside, at most every few seconds: jobs that are stuck, a store that does not answer."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from feedscript.domain import FeedscriptError
from feedscript.ports import ObjectStore
from feedscript.ports.errors import BucketNotFound, ObjectNotFound, ObjectStoreMisconfigured

logger = logging.getLogger(__name__)

LOOK_AGAIN_AFTER = 5.0
ANSWER_WITHIN = 5.0
PROBE = "feedscript-probe"
MOST_BUCKETS = 20
Found = TypeVar("Found")


class Remembered(Generic[Found]):
    """What a look has found, for some seconds: whoever asks more often is told the same."""

    def __init__(self, look: Callable[[], Found], *, again_after: float = LOOK_AGAIN_AFTER) -> None:
        self._look = look
        self._again_after = again_after
        self._lock = threading.Lock()
        self._found: tuple[float, Found] | None = None

    def __call__(self) -> Found:
        """Look, unless somebody has looked a moment ago; while somebody looks, what was found before."""
        if not self._lock.acquire(blocking=self._found is None) and self._found is not None:
            return self._found[1]
        try:
            if self._found is None or time.monotonic() - self._found[0] > self._again_after:
                found = self._look()
                self._found = time.monotonic(), found
            return self._found[1]
        finally:
            self._lock.release()


class StoreCheck:
    """Whether the object store answers: asked in each bucket that requests may name, for what is not there."""

    def __init__(
        self, objects: ObjectStore, buckets: Sequence[str], *, answer_within: float = ANSWER_WITHIN
    ) -> None:
        self._answer_within = answer_within
        self._objects = objects
        self._buckets = buckets[:MOST_BUCKETS]
        self._asking: threading.Thread | None = None
        self._told = ""

    def __call__(self) -> str:
        """`ok`, or what is wrong."""
        # One at a time, and none that holds up the process: a store may leave a call without an answer for minutes.
        if self._asking is None or not self._asking.is_alive():
            self._asking = threading.Thread(target=self._ask, name="feedscript-store-check", daemon=True)
            self._asking.start()
        self._asking.join(self._answer_within)
        wrong = f"no answer within {self._answer_within:g} s" if self._asking.is_alive() else self._told
        if wrong:
            logger.warning("the object store: %s", wrong)
        return wrong or "ok"

    def _ask(self) -> None:
        self._told = self._wrong()

    def _wrong(self) -> str:
        if not self._buckets:
            return self._asked(PROBE, named=False)
        return "; ".join(filter(None, (self._asked(bucket, named=True) for bucket in self._buckets)))

    def _asked(self, bucket: str, *, named: bool) -> str:
        try:
            self._objects.read(f"s3://{bucket}/{PROBE}", limit=1)
        except (BucketNotFound, ObjectStoreMisconfigured) as error:
            # Of a bucket that nobody has named any answer is a good one.
            return str(error) if named else ""
        except ObjectNotFound:
            return ""
        except FeedscriptError as error:
            return str(error)
        return ""
