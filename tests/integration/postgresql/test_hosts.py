"""Several hosts, each with folders and processes of its own: one runs what another would, and nothing is run twice."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from feedscript.testing.processes import alive
from tests.integration.live_server import SERVE, LiveServer, poll, request_body, script
from tests.integration.working_host import Host, shared
from tests.postgresql_server import empty, server

LEASE = 6
PATIENCE = 4 * LEASE
#: Notes where each attempt began; the source names the file that it waits for, if it waits.
SCRIPT = """
echo "$HOST $$" >> {folder}/begun-$FEEDSCRIPT_JOB_ID.$FEEDSCRIPT_ATTEMPT
echo "here is $HOST"
file="{folder}/${{1##*/}}"; case "$1" in *go*) while [ ! -e "$file" ]; do sleep 0.05; done;; esac
echo '{{"destination_s3_path": "'$2'"}}' > "$FEEDSCRIPT_RESULT_FILE"
"""


@dataclass
class Site:
    """A server of calls, and two hosts that run one script each at a time."""

    folder: Path
    api: LiveServer
    hosts: list[Host]

    def accept(self, name: str, *, source: str = "export", merchant: str = "m1") -> str:
        body = request_body(
            affiliate_merchant_id=merchant,
            source_s3_path=f"s3://bucket/{source}",
            destination_s3_path=f"s3://bucket/{name}.csv",
        )
        answer = self.api.post("/api/feed/generate", body)
        assert answer.status_code == 202, answer.text
        job_id: str = answer.json()["job_id"]
        return job_id

    def begun(self, job_id: str, attempt: int = 1) -> tuple[str, int]:
        """On which host the attempt's script began, and its process: once."""
        ((name, pid),) = poll(lambda: self.beginnings(job_id, attempt), patience=PATIENCE)
        return name, pid

    def beginnings(self, job_id: str, attempt: int = 1) -> list[tuple[str, int]]:
        try:
            lines = (self.folder / f"begun-{job_id}.{attempt}").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [(name, int(pid)) for name, pid in map(str.split, lines)]

    def let_go(self, source: str) -> None:
        (self.folder / source).touch()

    def capacity(self) -> int:
        capacity: int = self.api.get("/ready").json()["scripts"]["capacity"]
        return capacity


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    empty(server().url())
    settings = {
        **shared(server().url(), lease=LEASE),
        "GENERATE_COMMAND": script(folder, SCRIPT.format(folder=folder)),
        "RETRY_BASE": "0.1",
        "SCRIPT_ENVIRONMENT": "HOST",
        "WORKERS": "1",
    }
    with ExitStack() as stack:
        hosts = [Host(folder, f"host{n}", **settings) for n in range(2)]
        for host in hosts:
            host.start()
            stack.callback(host.stop)
        api = stack.enter_context(LiveServer(folder, SERVE, **settings))
        made = Site(folder, api, hosts)
        poll(lambda: made.capacity() == 2)
        yield made
    empty(server().url())


def test_hosts_share_the_work_and_each_can_be_asked_for_any_log(site: Site) -> None:
    jobs = [site.accept(f"share-{n}", source="go-share", merchant=f"m{n}") for n in range(2)]
    last = site.accept("last")
    began = [site.begun(job)[0] for job in jobs]
    assert sorted(began) == ["host0", "host1"], "each has room for one"
    for job, name in zip(jobs, began, strict=True):
        log = f"/api/feed/jobs/{job}/logs"
        poll(lambda log=log, name=name: name in site.api.get(log).json().get("text", ""))
    assert site.api.job(last)["queue_position"] == 1
    site.let_go("go-share")
    for job in (*jobs, last):
        site.api.reaches(job, "generated")
        assert len(site.beginnings(job)) == 1


def test_a_script_that_outlives_its_worker_is_adopted_by_another_of_its_host(site: Site) -> None:
    job = site.accept("adopted", source="go-adopted")
    name, pid = site.begun(job)
    host = next(host for host in site.hosts if host.name == name)
    host.start()
    host.kill_first()
    site.let_go("go-adopted")
    ended = site.api.reaches(job, "generated")
    assert len(ended["attempts"]) == len(site.beginnings(job)) == 1
    assert not alive(pid)


def test_what_a_silent_host_ran_is_ended_there_and_then_repeated_elsewhere(site: Site) -> None:
    job = site.accept("silent", source="go-silent")
    name, pid = site.begun(job)
    silent = next(host for host in site.hosts if host.name == name)
    silent.send(signal.SIGSTOP)
    try:
        poll(lambda: not alive(pid), patience=PATIENCE)
        assert not site.beginnings(job, 2), "its time is not over before its script is"
        assert site.begun(job, 2)[0] != name
    finally:
        silent.send(signal.SIGCONT)
    site.let_go("go-silent")
    ended = site.api.reaches(job, "generated")
    assert [attempt.get("reason") for attempt in ended["attempts"]] == ["lost", None]
    assert name in ended["attempts"][0]["error"] or "nothing was heard" in ended["attempts"][0]["error"]
    poll(lambda: site.capacity() == 2)
    assert [len(site.beginnings(job, attempt)) for attempt in (1, 2)] == [1, 1]


def test_a_cancel_reaches_the_host_that_runs_the_script(site: Site) -> None:
    job = site.accept("cancelled", source="go-never")
    _, pid = site.begun(job)
    assert site.api.post(f"/api/feed/cancel/{job}", {}).status_code == 200
    poll(lambda: not alive(pid))
    poll(lambda: site.api.job(job)["stage"] == "settled")


def test_a_database_that_was_killed_and_comes_back_costs_no_job(site: Site) -> None:
    job = site.accept("outage", source="go-outage")
    site.begun(job)
    server().kill()
    server().come_back()
    after = poll(lambda: site.accept("after"))
    site.let_go("go-outage")
    for each in (job, after):
        attempts = site.api.reaches(each, "generated")["attempts"]
        # An outage that lasts longer than a lease costs what its host had claimed an attempt, begun or not.
        begun = [len(site.beginnings(each, attempt["number"])) for attempt in attempts]
        assert begun[-1] == 1
        assert max(begun) == 1
