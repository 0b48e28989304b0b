"""Objects in a local folder: `root/bucket/key`, reached without following a link.

Every folder on the way is opened from the one above it, so what was looked at is what is used; a link in the place of
a folder or of an object, whoever has put it there, is refused.
"""

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from feedscript.adapters.objects.address import split_address
from feedscript.adapters.objects.arriving import arriving
from feedscript.adapters.objects.copying import copy, refuse_larger
from feedscript.ports import ObjectStore
from feedscript.ports.errors import (
    BucketNotFound,
    ObjectNotFound,
    ObjectStoreFailed,
    ObjectStoreMisconfigured,
)

COPIED_AT_ONCE = 4 * 1024 * 1024
#: At most these, whatever the umask is: whoever shares the machine is none who may read feeds.
FILE_MODE, FOLDER_MODE = 0o640, 0o750
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LINK = "a link, or no folder, is in its place or on the way there; links are not followed"
_TOO_LONG = "the name is too long for the file system; those beside a feed are longer than its own"


def fsync(place: Path) -> None:
    """Make a file, or the names in a folder, outlive a power cut."""
    descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FolderObjectStore(ObjectStore):
    """The folder `root/bucket/key`: the embedded default; `sync` makes a file or a folder durable.

    `root` itself may be a link: it is the operator's.
    """

    def __init__(self, root: Path, *, sync: Callable[[Path], None] = fsync) -> None:
        self._root = root
        self._sync = sync
        root.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)

    def fetch(self, uri: str, path: Path, *, limit: int | None = None) -> int:
        """Copy the object into a file beside it, which takes its place once it is whole."""
        with self._open(uri) as found, _told(uri), arriving(path) as file:
            refuse_larger(uri, os.fstat(found.fileno()).st_size, limit)
            return copy(iter(lambda: found.read(COPIED_AT_ONCE), b""), file, uri, limit)

    def publish(self, path: Path, uri: str) -> None:
        """Write a file beside the object's place, rename it there, and see that it outlives a power cut."""
        folders, name = _way(uri)
        part = f".{secrets.token_hex(8)}.part"
        with _told(uri), path.open("rb") as source, self._folder(folders, make=True) as folder:
            _refuse_other_than_file(name, folder)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            try:
                with os.fdopen(os.open(part, flags, FILE_MODE, dir_fd=folder), "wb") as file:
                    shutil.copyfileobj(source, file, COPIED_AT_ONCE)
                self._sync_below(*folders, part)
                os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(part, dir_fd=folder)
            self._sync_below(*folders)

    def read(self, uri: str, *, limit: int) -> bytes:
        """The object's bytes, unless there are more than `limit`."""
        with self._open(uri) as found, _told(uri):
            size = os.fstat(found.fileno()).st_size
            if size > limit:
                raise ObjectStoreFailed(uri, f"{size} bytes, more than the {limit} that are shown")
            return found.read(limit)

    def _sync_below(self, *names: str) -> None:
        self._sync(self._root.joinpath(*names))

    def _open(self, uri: str) -> BinaryIO:
        folders, name = _way(uri)
        # Without waiting, as for the writer of a pipe.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with _told(uri):
            try:
                with self._folder(folders) as folder:
                    file = os.fdopen(os.open(name, flags, dir_fd=folder), "rb")
            except FileNotFoundError as error:
                if not (self._root / folders[0]).exists():
                    raise BucketNotFound(uri, folders[0]) from error
                raise ObjectNotFound(uri) from error
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return file
            file.close()
            raise OSError(errno.EINVAL, "not a file")

    @contextmanager
    def _folder(self, names: list[str], *, make: bool = False) -> Iterator[int]:
        with ExitStack() as opened:
            folder = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            opened.callback(os.close, folder)
            for depth, name in enumerate(names):
                if make and _made(name, folder):
                    self._sync_below(*names[:depth])
                folder = os.open(name, _FOLDER, dir_fd=folder)
                opened.callback(os.close, folder)
            yield folder


def _way(uri: str) -> tuple[list[str], str]:
    """The folders that lead to the object, its bucket first, and its name."""
    bucket, key = split_address(uri)
    *folders, name = (bucket, *key.split("/"))
    return folders, name


def _made(name: str, folder: int) -> bool:
    try:
        os.mkdir(name, FOLDER_MODE, dir_fd=folder)
    except FileExistsError:
        return False
    return True


def _refuse_other_than_file(name: str, folder: int) -> None:
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise OSError(errno.ELOOP, _LINK)


@contextmanager
def _told(uri: str) -> Iterator[None]:
    """What the system says of a file as what the port says of an object; no path of this machine is in it."""
    try:
        yield
    except OSError as error:
        # The way leads through a link (or a file), or ends at one.
        why = _LINK if error.errno in (errno.ELOOP, errno.ENOTDIR) else error.strerror
        if error.errno == errno.ENAMETOOLONG:
            raise ObjectStoreMisconfigured(uri, _TOO_LONG) from error
        raise ObjectStoreFailed(uri, why or type(error).__name__) from error
