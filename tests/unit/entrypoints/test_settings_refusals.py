"""Settings that cannot be used are told in one line, whatever is wrong with them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("name", "value"),
    [("API_KEYS", "just-a-key"), ("RETRY_CAP", "1e300"), ("CALLBACK_GRACE", "1e300"), ("JOBS_DIR", "a-file")],
)
def test_a_bad_setting_is_one_clear_line(tmp_path: Path, name: str, value: str) -> None:
    (tmp_path / "a-file").touch()
    ended = subprocess.run(
        [sys.executable, "-c", "from feedscript.entrypoints.http import create_app; create_app()"],
        env={**os.environ, name: value},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert name in ended.stderr


def test_a_value_of_the_env_file_is_shown_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=seven\n")
    ended = subprocess.run(
        [sys.executable, "-c", "from feedscript.entrypoints.settings import settings_or_exit as s; s()"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert "seven" in ended.stderr
