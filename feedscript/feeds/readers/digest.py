"""The SHA-256 of a file, computed in a thread while others read it."""

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path


def start_digest(path: Path) -> Future[str]:
    """Begin to hash a file; the result is in hexadecimal.

    hashlib lets go of the interpreter while it hashes, so the reading goes on beside it.
    """
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="digest")
    try:
        return executor.submit(_sha256, path)
    finally:
        executor.shutdown(wait=False)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
