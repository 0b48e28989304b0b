"""Settings that cannot be used are told in one line, whatever is wrong with them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(program: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **settings},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
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
def test_a_bad_setting_is_one_clear_line(tmp_path: Path, name: str, value: str) -> None:
    (tmp_path / "a-file").touch()
    (tmp_path / "link-to-jobs").symlink_to("jobs")
    ended = run("from feedscript.entrypoints.http import create_app; create_app()", tmp_path, **{name: value})
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert name in ended.stderr


def test_a_value_of_the_env_file_is_shown_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=seven\n")
    ended = run("from feedscript.entrypoints.settings import settings_or_exit as s; s()", tmp_path)
    assert ended.returncode == 2
    assert "seven" in ended.stderr


def test_storage_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs/journal").touch()
    ended = run("from feedscript.entrypoints.http import create_app; create_app()", tmp_path)
    assert ended.returncode == 74
    (line,) = ended.stderr.splitlines()
    assert "cannot start" in line
    assert "journal" in line


@pytest.mark.parametrize("left", ["", "\n", "short"])
def test_an_empty_secret_lets_nobody_make_tokens(tmp_path: Path, left: str) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs/.secret").write_text(left)
    ended = run("from feedscript.entrypoints.http import create_app; create_app()", tmp_path)
    assert ended.returncode == 74
    (line,) = ended.stderr.splitlines()
    assert ".secret" in line
    assert "remove the file" in line
