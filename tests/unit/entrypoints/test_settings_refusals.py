"""Settings that cannot be used are told in one line, whatever is wrong with them."""

import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.live_server import ROOT

#: Imports what a server does once, and starts in a fork for each line of folder, settings, and a file for its errors.
STARTING = """
import json, os, sys
from feedscript.entrypoints.http import create_app
for line in sys.stdin:
    folder, settings, errors = json.loads(line)
    pid = os.fork()
    if pid == 0:
        os.chdir(folder)
        os.environ.update(settings)
        os.dup2(os.open(errors, os.O_CREAT | os.O_WRONLY), 2)
        create_app()
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
#: How a start in a folder, with some settings, ends: the exit code, and what was written to standard error.
Start = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    errors = tmp_path_factory.mktemp("errors")
    numbers = itertools.count()
    with subprocess.Popen(
        [sys.executable, "-c", STARTING], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, answers = process.stdin, process.stdout

        def start(folder: Path, **settings: str) -> tuple[int, str]:
            told = errors / f"{next(numbers)}"
            asked.write(json.dumps([str(folder), settings, str(told)]) + "\n")
            asked.flush()
            return int(answers.readline()), told.read_text()

        yield start


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("OBJECT_STORE", "ftp"),
        ("AUTOMATIC_RETRIES", "lost,luck"),
        ("GENERATE_COMMAND", "'open"),
        ("API_KEYS", "just-a-key"),
        *(("API_KEYS", keys) for keys in (",", "alice=", "=key", "alice= ", "alice=key,", " =key")),
        *(("AUDIT_KEYS", keys) for keys in (",", "key,", " ", ",key")),
        *(("HOST", host) for host in ("", " ", "0.0.0.0", "::")),
        ("ALLOW_ANONYMOUS", "perhaps"),
        ("RATE_PER_KEY", "0"),
        ("RETRY_CAP", "1e300"),
        ("CALLBACK_GRACE", "1e300"),
        ("JOBS_DIR", "a-file"),
        *((name, "") for name in ("OBJECT_STORE_ROOT", "JOBS_DIR", "ACTIVITIES_DIR", "RUNS_DIR", "LOGS_DIR")),
        *(
            ("OBJECT_STORE_ROOT", root)
            for root in (".", "..", "/", "jobs", "jobs/objects", "x/../activities/o")
        ),
        ("OBJECT_STORE_ROOT", "link-to-jobs/objects"),
        ("LOGS_DIR", "objects/bucket"),
        ("ALLOWED_BUCKETS", "a,m1="),
        ("ALLOWED_BUCKETS", "a/b"),
        ("UMASK", "9"),
        ("UMASK", "-1"),
    ],
)
def test_a_bad_setting_is_one_clear_line(started: Start, tmp_path: Path, name: str, value: str) -> None:
    (tmp_path / "a-file").touch()
    (tmp_path / "link-to-jobs").symlink_to("jobs")
    code, errors = started(tmp_path, **{name: value})
    assert (code, len(errors.splitlines())) == (2, 1), errors
    assert name in errors


def test_a_value_of_the_env_file_is_shown_as_it_was_written(started: Start, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=seven\n")
    code, errors = started(tmp_path)
    assert code == 2
    assert "seven" in errors


def test_storage_that_cannot_be_used_is_told_in_one_line(started: Start, tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs/journal").touch()
    code, errors = started(tmp_path)
    assert code == 74
    (line,) = errors.splitlines()
    assert "cannot start" in line
    assert "journal" in line


@pytest.mark.parametrize("left", ["", "\n", "short"])
def test_an_empty_secret_lets_nobody_make_tokens(started: Start, tmp_path: Path, left: str) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs/.secret").write_text(left)
    code, errors = started(tmp_path)
    assert code == 74
    (line,) = errors.splitlines()
    assert ".secret" in line
    assert "remove the file" in line
