"""What can go wrong behind a port; adapters translate their technology's errors into these."""

from feedscript.domain import FeedscriptError


class VersionConflict(FeedscriptError):
    """Somebody else committed the job first; load it again and decide anew."""

    def __init__(self, job_id: str, expected: int, found: int) -> None:
        self.job_id = job_id
        self.expected = expected
        self.found = found
        super().__init__(f"job {job_id} is at version {found}, not {expected}")


class StorageFull(FeedscriptError):
    """There is no room for new work; what runs can still end."""

    def __init__(self, path: str, free: int, floor: int) -> None:
        self.path = path
        self.free = free
        self.floor = floor
        super().__init__(f"{path}: {free} bytes free, {floor} needed; free some space and repeat the call")


class StorageBroken(FeedscriptError):
    """The storage did not do what it was told; nothing is acknowledged until a restart has looked at it."""

    def __init__(self, path: str, cause: str) -> None:
        self.path = path
        self.cause = cause
        super().__init__(f"{path}: {cause}")


class StorageBusy(FeedscriptError):
    """A lock was not had within its deadline; repeat the call."""

    def __init__(self, path: str, seconds: float) -> None:
        self.path = path
        self.seconds = seconds
        super().__init__(f"{path}: still locked after {seconds:g} s")


class StorageUnavailable(FeedscriptError):
    """The storage was not reached within its deadline, or was lost before it said what it did; repeat the call."""

    def __init__(self, where: str, cause: str) -> None:
        self.where = where
        self.cause = cause
        super().__init__(f"{where}: {cause}")


class OtherHost(FeedscriptError):
    """Another machine runs the scripts of this storage's jobs, and one at a time may."""


class UnreadableJob(FeedscriptError):
    """The job's document cannot be read; it was put aside, and nobody else is held up."""

    def __init__(self, job_id: str, cause: str) -> None:
        self.job_id = job_id
        self.cause = cause
        super().__init__(f"job {job_id}: {cause}")


class UnknownNotification(FeedscriptError):
    """No notification of that id was given up."""

    def __init__(self, notification_id: str) -> None:
        self.notification_id = notification_id
        super().__init__(f"no notification {notification_id} was given up")


class UnknownKey(FeedscriptError):
    """No key has that id."""

    def __init__(self, key_id: str) -> None:
        self.key_id = key_id
        super().__init__(f"no key {key_id}")


class KeyNameTaken(FeedscriptError):
    """A key that is still good has the name: revoke or rotate that one."""

    def __init__(self, name: str, key_id: str) -> None:
        self.name = name
        self.key_id = key_id
        super().__init__(
            f"the key {key_id} is named {name!r} and still good; revoke it, rotate it, or take another name"
        )


class BadCursor(FeedscriptError):
    """The page cursor was not made by this service."""


class ObjectNotFound(FeedscriptError):
    """No object lies at the address."""

    def __init__(self, uri: str, why: str = "no such object") -> None:
        self.uri = uri
        super().__init__(f"{uri}: {why}")


class BucketNotFound(ObjectNotFound):
    """No object lies at the address, as there is no such bucket; the first object that is put there makes it."""

    def __init__(self, uri: str, bucket: str) -> None:
        super().__init__(uri, f"there is no bucket {bucket}")


class ObjectTooLarge(FeedscriptError):
    """The object has more bytes than were asked for."""

    def __init__(self, uri: str, limit: int) -> None:
        self.uri = uri
        self.limit = limit
        super().__init__(f"{uri}: larger than {limit} bytes")


class ObjectStoreFailed(FeedscriptError):
    """The object store could not be used: unreachable, overloaded, broken off."""

    def __init__(self, uri: str, cause: str) -> None:
        self.uri = uri
        self.cause = cause
        super().__init__(f"{uri}: {cause}")


class ObjectStoreMisconfigured(ObjectStoreFailed):
    """No repeat helps until somebody has changed something: no such bucket, no permission, too long a name."""
