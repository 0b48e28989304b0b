"""The bugs of webhooks, object stores and the system."""

from tools.seeding.bug import of as _of

BUGS = (
    *_of(
        "notifier",
        "adapters/webhooks/notifier.py",
        ("a delivered notification is sent again and again", "self._outbox.delivered(name)", "pass"),
        (
            "a failed delivery is not tried again",
            "or letter.tries >= len(self._pauses)",
            "or letter.tries >= 0",
        ),
        (
            "each try has an id of its own",
            "self._signing.headers(told.id, ",
            'self._signing.headers(f"{told.id}/{letter.tries}", ',
        ),
    ),
    *_of(
        "notifier",
        "adapters/webhooks/folder_box.py",
        ("the same id is taken in twice", "if os.path.lexists(known):", "if not known.name:"),
        ("forgetting a job forgets all", 'f"{beginning}*"', '"*"'),
        (
            "what was taken in is not written down",
            "self._storage.replace(self._path(known.name), document)",
            "pass",
        ),
    ),
    *_of(
        "objects",
        "adapters/objects/folder.py",
        (
            "a put is visible while it is written",
            'part = f".{secrets.token_hex(8)}.part"\n        with',
            "part = name\n        self._root.joinpath(*folders, name).unlink(missing_ok=True)\n        with",
        ),
        ("links are followed", "os.O_DIRECTORY | os.O_NOFOLLOW", "os.O_DIRECTORY"),
        ("what was published is not synced", "self._sync(self._root.joinpath(*names))", "pass"),
        (
            "a fetch that fails empties the local file",
            "        with self._open(uri) as found, _told(uri), arriving(path) as file:",
            '        path.write_bytes(b"")\n        with self._open(uri) as found, _told(uri), arriving(path) as file:',
        ),
        ("any size is read", "if size > limit:", "if size < 0:"),
        (
            "what is not there has failed",
            "raise ObjectNotFound(uri) from error",
            'raise ObjectStoreFailed(uri, "x") from error',
        ),
    ),
    *_of(
        "environment",
        "adapters/system.py",
        (
            "any token is taken",
            "return attempt if hmac.compare_digest(self.issue(job_id, attempt), token) else None",
            "return attempt",
        ),
        ("all attempts have one secret", 'f"{job_id}/{attempt}".encode()', 'f"{job_id}".encode()'),
        ("all jobs have one secret", 'f"{job_id}/{attempt}".encode()', 'f"{attempt}".encode()'),
        ("the clock is local", "return datetime.now(UTC)", "return datetime.now()"),
        ("ids do not sort", "uuid_utils.uuid7()", "uuid_utils.uuid4()"),
    ),
)
