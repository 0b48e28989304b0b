"""No forbidden address is connected to where every address would answer: in a network namespace of the test's own."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.integration.live_server import ROOT

ENCLOSED = ("unshare", "--net") if sys.platform == "linux" else ()


def _can_enclose() -> bool:
    if not shutil.which("unshare") or not shutil.which("ip"):
        return False
    command = [*ENCLOSED, "ip", "link", "set", "lo", "up"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _can_enclose(), reason="needs root, unshare and ip: a network namespace of its own")
def test_nothing_forbidden_is_connected_to_where_all_addresses_answer() -> None:
    command = [*ENCLOSED, sys.executable, "-m", "tests.integration.webhooks.enclosed"]
    ended = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert (told["taken"], told["forbidden"]) == ([], [])
    # The listener would have seen them: it has seen these.
    assert len(told["public"]) == len(told["seen"]) == 3
