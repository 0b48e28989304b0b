"""The bugs of the adapters over a database, and of keys, places and letters in files."""

from tools.seeding.bug import of as _of

_ROWS = "adapters/postgresql/"

BUGS = (
    *_of(
        "postgresql",
        _ROWS + "repository.py",
        (
            "settle drops what is at work, in rows",
            "AND stage = 'settled' AND open",
            "AND open",
        ),
        (
            "a reference is not reserved in rows",
            "ON CONFLICT (merchant, reference) DO NOTHING RETURNING job_id",
            "ON CONFLICT (merchant, reference) DO UPDATE SET job_id = excluded.job_id RETURNING job_id",
        ),
        ("left-out jobs are looked at in rows", "if job_id not in left_out]", "]"),
        ("a listing of rows skips the page's edge", "jobs[-1].id)", "job.id)"),
        (
            "a listing ends where one look at the rows ends",
            "if len(rows) < at_once:",
            "if len(rows) <= at_once:",
        ),
        ("a text that is no id is asked for", "if not is_id(job_id):", "if not job_id:"),
    ),
    *_of(
        "postgresql",
        _ROWS + "migrations/0004_changes_in_one_statement.sql",
        (
            "a stale version is accepted in rows (a lost update)",
            "job.version = change.since;",
            "job.version <= change.version;",
        ),
        (
            "a first version replaces what is there",
            "ON CONFLICT (id) DO NOTHING;",
            "ON CONFLICT (id) DO UPDATE SET version = 1;",
        ),
        ("the columns forget a change of stage", "stage = change.stage, reason", "reason"),
        ("a change of a job does not open it again", "open = change.open, status", "status"),
        (
            "the trail tells of what was refused",
            "coalesce(found_version, 0);\n            CONTINUE;",
            "coalesce(found_version, 0);",
        ),
        (
            "of changes that meet, one is on the trail",
            "FROM json_to_recordset(change.entries)\n            AS entry",
            "FROM json_to_recordset(CASE WHEN conflicts = '{}' THEN change.entries ELSE '[]' END)\n            AS entry",
        ),
        (
            "nobody waits for the trail's lock",
            "PERFORM pg_advisory_xact_lock(",
            "PERFORM pg_try_advisory_xact_lock(",
        ),
        ("no day begins in the trail", "IF begins_day THEN", "IF false THEN"),
        (
            "a clock set back opens an earlier day",
            "WHERE day >= today",
            "WHERE day = today",
        ),
        (
            "what has come through unheard is refused when it is tried again",
            "IF again AND EXISTS",
            "IF false AND EXISTS",
        ),
    ),
    *_of(
        "postgresql",
        _ROWS + "activity_log.py",
        (
            "since is ignored in rows",
            "return dropwhile(lambda entry: entry.at < since, self._of_job(job_id))",
            "return self._of_job(job_id)",
        ),
        (
            "the trail's cursor skips the page's edge",
            "ActivityPage(tuple(shown), str(last))",
            "ActivityPage(tuple(shown), str(sequence))",
        ),
        ("a job's trail is cut after one look", "if len(rows) < AT_ONCE:", "if len(rows) <= AT_ONCE:"),
        (
            "digests of rows are not signed",
            "write_digests(self._database, key=self._key)",
            "write_digests(self._database)",
        ),
    ),
    *_of(
        "postgresql",
        _ROWS + "places.py",
        (
            "whoever asks for a row is told that the place is theirs",
            "return _owner(*rows[0])",
            "return owner",
        ),
        (
            "nobody is alone with a row",
            "return self._database.locked(PLACES, keys)",
            "return self._database.locked(PLACES, [])",
        ),
        ("who writes is forgotten", "self._database.query(HAND_OVER, job_id, place_key(place))", "pass"),
        ("a place is never let go", "self._database.query(RELEASE, place_key(place))", "pass"),
    ),
    *_of(
        "postgresql",
        _ROWS + "database.py",
        (
            "a lock stays when its holder is done",
            "            finally:\n                _unlock(connection)",
            "            finally:\n                pass",
        ),
        (
            "a lost connection is an error at once",
            "if not (cut or isinstance(error, TO_BE_REPEATED))",
            "if not (isinstance(error, TO_BE_REPEATED))",
        ),
    ),
    *_of(
        "postgresql",
        _ROWS + "keys.py",
        (
            "a revoked key opens rows",
            "connection.execute(CHANGE, [key_to_bytes(revoked).decode(), key_id])",
            "pass",
        ),
        (
            "two good keys have one name",
            "if other.id == key.id or other.bars(key):",
            "if other.id == key.id:",
        ),
        (
            "of keys that race for a name, all have it",
            "            connection.execute(LOCK, [FEEDSCRIPT])\n            for",
            "            for",
        ),
        (
            "a key that was added unheard is refused when it is tried again",
            "if other == key:",
            "if other is key:",
        ),
        ("a key's use is not noted", "self._database.query(USED, at, key_id)", "pass"),
    ),
    *_of(
        "postgresql",
        _ROWS + "letter_box.py",
        (
            "the same id is taken in twice, in rows",
            "ON CONFLICT (name) DO NOTHING RETURNING name)",
            "ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING name)",
        ),
        ("forgetting a job forgets all rows", "beginning, beginning + BEHIND_ALL)", "beginning, BEHIND_ALL)"),
        (
            "a delivered row is delivered again",
            "self._database.query(REMOVE, name, DeliveryState.WAITING.value)",
            "pass",
        ),
        ("every process delivers rows", "if taken:", "if taken is not None:"),
        (
            "only what is new since the start is delivered",
            'self._leading, self._seen = connection, "0"',
            "self._leading, self._seen = connection, self._database.query(BEGUN)[0][0]",
        ),
    ),
    *_of(
        "file_keys",
        "adapters/files/keys.py",
        (
            "a key revoked by another process stays open",
            "if known is not None and known[0] == stamp:",
            "if known is not None:",
        ),
        ("a revoked key stays open", "self._disk.replace(self._path(key_id), key_to_bytes(revoked))", "pass"),
        ("two good keys have one name, in files", "if other.bars(key):", "if other == key:"),
        (
            "of keys that race for a name, all have it, in files",
            'with locked(self._folder / ".lock"):\n            for other',
            "with contextlib.suppress():\n            for other",
        ),
        (
            "a text that is no id is a path",
            "if not KEY_ID.fullmatch(key_id):\n            return None  # no text",
            "if not key_id:\n            return None  # no text",
        ),
        (
            "a use that cannot be noted is an error",
            "with contextlib.suppress(FeedscriptError, OSError):",
            "with contextlib.suppress():",
        ),
    ),
    *_of(
        "places",
        "adapters/files/claimed_places.py",
        ("a claim is not synced", "self._syncs.run(path)", "pass"),
        ("nobody is alone with a place", 'held.enter_context(locked(self._locks / f"place-{name}"))', "pass"),
        (
            "who writes takes the place over",
            "_text(found[0], job_id)",
            "_text(Owner(job_id, found[0].role), job_id)",
        ),
        (
            "the last to ask has the place",
            "if self._disk.point(path, _text(owner, writer)):",
            "self._disk.remove(path)\n        if self._disk.point(path, _text(owner, writer)):",
        ),
    ),
    *_of(
        "notifier",
        "adapters/webhooks/folder_box.py",
        ("every process delivers", "return try_lock(self._lock)", "return True"),
        (
            "a letter is known before it is written",
            '(self._path(known.name), document)\n        self._storage.point(known, "told")',
            '(self._path(known.name), document) if self._storage.point(known, "told") else None',
        ),
    ),
    *_of(
        "objects",
        "adapters/objects/folder.py",
        (
            "what could not be synced is published",
            "                self._sync_below(*folders, part)",
            "                with suppress(OSError):\n                    self._sync_below(*folders, part)",
        ),
        ("a part is left lying", "os.unlink(part, dir_fd=folder)", "pass"),
    ),
    *_of(
        "objects",
        "adapters/objects/address.py",
        (
            "a key may climb out of its bucket",
            'if {"", ".", ".."} & {bucket, *key.split("/")}:',
            'if {"", "."} & {bucket, *key.split("/")}:',
        ),
    ),
)
