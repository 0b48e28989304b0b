"""A script of one's own in several languages, run by the service as its users run it."""

import shutil
import sys
from collections.abc import Iterator

import pytest

from tests.integration.live_merchant import Merchant, dispatching
from tests.integration.live_server import ROOT, LiveServer

SCRIPTS = {"py": sys.executable, "sh": "sh", "mjs": "node", "pl": "perl"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("scripts")
    settings = {
        "GENERATE_COMMAND": dispatching(folder),
        "HOME": str(folder),
        "OBJECT_STORE_ROOT": str(folder / "objects"),
        "SCRIPT_ENVIRONMENT": "OBJECT_STORE_ROOT",
        "MAX_RETRIES": "0",
    }
    with LiveServer(folder, **settings) as server:
        yield server


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_script_of_ones_own_makes_the_feed_and_tells_what_failed(server: LiveServer, language: str) -> None:
    program = shutil.which(SCRIPTS[language])
    if program is None:
        pytest.skip(f"{SCRIPTS[language]} is not installed")
    merchant = Merchant(server)
    merchant.script(f'exec {program} {ROOT}/examples/scripts/copy_feed.{language} "$@"')
    merchant.put("export.csv", b"id,title\n1,Shoe\n")
    destination = merchant.at("a folder/feed.csv")
    job = merchant.generated(destination_s3_path=destination)
    assert (job["status"], job["error"]) == ("generated", None)
    assert job["job_data"]["result"] == {"destination_s3_path": destination}
    assert [path.name for path in (merchant.folder / "a folder").iterdir()] == ["feed.csv"]
    assert (merchant.folder / "a folder/feed.csv").read_bytes() == b"id,title\n1,Shoe\n"

    job = merchant.generated(source_s3_path=merchant.at("nothing.csv"))
    assert job["status"] == "generation_failed"
    assert job["reason"] in ("source_unavailable", "invalid_feed")
    assert f"no {merchant.at('nothing.csv')}" in job["error"]
