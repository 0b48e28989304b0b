"""Keeping what only the service may know from the scripts that it starts, which are often of its own user."""

import ctypes
import os
from pathlib import Path

PR_SET_DUMPABLE = 4
#: Settings that no script is given, and none finds in what the kernel shows of the service's processes.
SECRET_SETTINGS = ("API_KEYS", "AUDIT_KEYS", "DATABASE_URL", "SERVICE_SECRET", "WEBHOOK_SECRETS")
#: What the object store's credentials prove themselves with, which the built-in scripts alone are given; and what libpq
#: and a caller on the command line do.
SECRETS = (*SECRET_SETTINGS, "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "PGPASSWORD", "FEEDSCRIPT_KEY")
#: proc(5), stat: fields 50 and 51, without the pid and the name.
_ENVIRONMENT_STARTS, _ENVIRONMENT_ENDS = 47, 48


def hide_secrets() -> None:
    """Overwrite the secrets in the environment that the kernel shows, and have it show nothing to the same user.

    This process itself, and a gunicorn master that takes its place, still have them. `/proc/PID/environ` is of the
    memory that the process was started with, which no change of the environment changes. Children that execute a
    program are shown again: none is given a secret.
    """
    kept = {name: os.environ[name] for name in SECRETS if name in os.environ}
    _blot_environment()
    os.environ.update(kept)  # elsewhere in memory now: libraries that are not Python's look there too
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def without_secrets(environment: dict[str, str]) -> dict[str, str]:
    """The environment for a program that need not know them."""
    return {name: value for name, value in environment.items() if name not in SECRETS}


def _blot_environment() -> None:
    # The name in brackets may have blanks in it.
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[_ENVIRONMENT_STARTS]), int(fields[_ENVIRONMENT_ENDS])
    try:
        shown = Path("/proc/self/environ").read_bytes()
    except PermissionError:
        return  # hidden before: it is not even shown to this process
    for entry in shown.split(b"\0"):
        name, equals, value = entry.partition(b"=")
        if name.decode(errors="replace") in SECRETS and value and start + len(entry) < end:
            ctypes.memset(start + len(name) + len(equals), ord("*"), len(value))
        start += len(entry) + 1
