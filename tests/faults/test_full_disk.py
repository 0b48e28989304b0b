"""A small file system filled to the last byte or inode: new jobs are refused, what runs ends, and room mends all."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.extent import extent
from tests.faults.oracle import check_story, jobs_on_disk, unfinished
from tests.integration.live_server import LiveServer, poll, request_body, script

FILL_POINTS = extent("FILL_POINTS", short=3, long=100)
SCRIPT = Path(__file__).with_name("user_script.py")
PAGE = 4096


def may_mount() -> bool:
    """Whether a process may mount in a namespace of its own."""
    command = ["unshare", "-Urm", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


pytestmark = pytest.mark.skipif(not may_mount(), reason="needs to mount a tmpfs (root, or unshare -Urm)")


class SmallServer(LiveServer):
    """A server whose folder is a small tmpfs, in a mount namespace of its own that goes with it."""

    def __init__(self, folder: Path, outside: Path, options: str) -> None:
        mount = f"mount -t tmpfs -o {options} tmpfs {folder} && cd {folder}"
        command = ("unshare", "-Urm", "sh", "-c", f"{mount} && exec {sys.executable} -m feedscript serve")
        wait = f"while [ ! -e {outside}/go-$FEEDSCRIPT_JOB_ID ]; do sleep 0.02; done"
        super().__init__(
            folder,
            command,
            WORKERS="2",
            MIN_FREE_BYTES=str(1024 * 1024),
            MAX_CONCURRENT_SCRIPTS="2",
            GENERATE_COMMAND=script(outside, f"{wait}; exec {sys.executable} -I -S {SCRIPT}"),
            SCRIPT_ENVIRONMENT="MARKS",
            MARKS=str(outside / "marks"),
        )

    @property
    def inside(self) -> Path:
        """The folder as the server sees it."""
        assert self._process is not None
        return Path(f"/proc/{self._process.pid}/root{self.folder}")


@contextlib.contextmanager
def full_of_bytes(folder: Path, spare: int) -> Iterator[None]:
    """Fill the file system but for `spare` pages."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * PAGE)
    with filler.open("r+b") as file:
        file.truncate(max(0, filler.stat().st_size - spare * PAGE))
    yield
    filler.unlink()


@contextlib.contextmanager
def full_of_files(folder: Path, spare: int) -> Iterator[None]:
    """Use up all inodes but for `spare`."""
    fillers = folder / "fillers"
    fillers.mkdir()
    made = []
    with contextlib.suppress(OSError):
        while True:
            path = fillers / str(len(made))
            path.touch()
            made.append(path)
    for _ in range(min(spare, len(made))):
        made.pop().unlink()
    yield
    for path in made:
        path.unlink()
    fillers.rmdir()


@pytest.mark.parametrize(
    ("options", "full"),
    [("size=16m", full_of_bytes), ("size=64m,nr_inodes=1500", full_of_files)],
    ids=["bytes", "inodes"],
)
def test_a_full_disk_refuses_new_jobs_and_ends_old_ones(tmp_path: Path, options: str, full: object) -> None:
    folder, outside = tmp_path / "small", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    with SmallServer(folder, outside, options) as server:
        for n in range(FILL_POINTS):
            fill_once(server, outside, full, n)
        poll(lambda: not unfinished(jobs_on_disk(server.inside)) and recorded(server.inside))
        assert len(jobs_on_disk(server.inside)) == 2 * FILL_POINTS
        check_story(server.inside)


def recorded(folder: Path) -> bool:
    """Whether every script's end is on the trail: the job's file is read-only from then on."""
    ended = all(a["exited_at"] for job in jobs_on_disk(folder).values() for a in job["attempts"])
    files = (folder / "jobs").glob("*/*/*/*.json")
    return ended and all(path.stat().st_mode & 0o777 == 0o400 for path in files)


def fill_once(server: LiveServer, outside: Path, full: object, n: int) -> None:
    body = request_body(source_s3_path="s3://bucket/callback")
    running = server.post("/api/feed/generate", {**body, "job_id": f"running-{n}"})
    assert running.status_code == 202, running.text
    job_id = running.json()["job_id"]
    poll(lambda: server.job(job_id)["attempts"][0].get("started_at"))
    assert isinstance(server, SmallServer)
    with full(server.inside, n % 40):  # type: ignore[operator]  # one of the two above
        other = {**body, "job_id": f"new-{n}", "destination_s3_path": f"s3://bucket/new-{n}.csv"}
        refused = server.post("/api/feed/generate", other)
        assert (refused.status_code, refused.json()["code"]) == (507, "storage_full"), refused.text
        assert server.get("/ready").status_code == 503
        assert server.job(job_id)["status"] == "generating"
        (outside / f"go-{job_id}").touch()
        server.reaches(job_id, "generated")
        # The script's own end finds room too.
        poll(lambda: server.job(job_id)["attempts"][0].get("exited_at"))
    again = server.post("/api/feed/generate", other)
    assert again.status_code == 202, again.text
    (outside / f"go-{again.json()['job_id']}").touch()
    server.reaches(again.json()["job_id"], "generated")
