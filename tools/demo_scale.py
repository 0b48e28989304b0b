"""Two hosts, two servers of calls, PostgreSQL and an S3 emulator, all on this machine: `make demo-scale`.

200 feeds are ordered, and in the middle of it one host loses its power. Needs Debian's `postgresql`.
"""

import itertools
import logging
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3
import pytest
import requests

from tests.faults import processes
from tests.integration.live_server import SERVE, LiveServer, poll
from tests.integration.working_host import Host, shared
from tests.postgresql_server import server
from tests.s3_server import CREDENTIALS, REGION, empty_bucket, s3_server

FEEDS, MERCHANTS, PARTNERS = 200, 10, ("google", "meta")
HOSTS, AT_A_TIME = 2, 2
BUCKET = "merchants"
LEASE = 8.0
GIVE_UP_AFTER = 600.0
SAMPLE = Path(__file__).parents[1] / "samples" / "merchant-export.csv"


def main() -> None:
    """Start everything, order, pull the plug, wait, count."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # the emulator's line for every call
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="feedscript-scale-")))
        try:
            url = server().url()
        except pytest.skip.Exception as missing:
            sys.exit(f"demo-scale: {missing}")
        endpoint = stack.enter_context(s3_server())
        empty_bucket(endpoint, BUCKET)
        boto3.client("s3", endpoint_url=endpoint, region_name=REGION).upload_file(
            str(SAMPLE), BUCKET, "export.csv"
        )
        settings = {
            **shared(url, lease=LEASE, capacity=AT_A_TIME),
            **CREDENTIALS,
            "OBJECT_STORE": "s3",
            "S3_ENDPOINT": endpoint,
            "S3_REGION": REGION,
            "RETRY_BASE": "0.5",
            "WORKERS": "1",
        }
        servers = [LiveServer(_made(folder / f"calls{n}"), SERVE, **settings) for n in range(2)]
        for each in servers:
            stack.enter_context(each)
        callback = f"{servers[0].base}/api/callback/feed"
        hosts = [Host(folder, f"host{n}", **settings, CALLBACK_URL=callback) for n in range(HOSTS)]
        for host in hosts:
            host.start()
            stack.callback(host.stop)
        poll(lambda: _ready(servers[0])["capacity"] == HOSTS * AT_A_TIME)
        _say(
            f"calls at {' and '.join(each.base for each in servers)}; {HOSTS} hosts, {AT_A_TIME} scripts each"
        )
        _run(servers, hosts)


def _run(servers: list[LiveServer], hosts: list[Host]) -> None:
    begun = time.monotonic()
    jobs = [_order(servers[n % 2], n) for n in range(FEEDS)]
    _say(f"{len(jobs)} feeds are ordered, in {time.monotonic() - begun:.1f} s")
    cut = False
    for turn in itertools.count():
        counts = {state: _count(servers[turn % 2], state) for state in ("generated", "generation_failed")}
        done = counts["generated"]
        if turn % 4 == 0 or done == FEEDS:
            _say(f"{done} of {FEEDS} are generated; at work and waiting: {_work(servers[0])}")
        if done == FEEDS:
            break
        if not cut and done >= FEEDS // 2:
            _lose_power(hosts.pop())
            cut = True
        if time.monotonic() - begun > GIVE_UP_AFTER:
            sys.exit(f"demo-scale: not done after {GIVE_UP_AFTER:g} s: {counts}")
        time.sleep(0.5)
    attempts = [servers[0].job(job)["attempts"] for job in jobs]
    again = sum(len(each) > 1 for each in attempts)
    _say(
        f"all done in {time.monotonic() - begun:.1f} s, one host dead since the middle; "
        f"{again} feeds took a second attempt, as the first was lost with its host"
    )
    if again > AT_A_TIME:
        sys.exit("demo-scale: more were lost than the host ran")


def _order(api: LiveServer, n: int) -> str:
    partner = PARTNERS[n % len(PARTNERS)]
    body = {
        "job_id": f"order-{n}",
        "affiliate_merchant_id": f"merchant-{n % MERCHANTS}",
        "partner_id": partner,
        "source_s3_path": f"s3://{BUCKET}/export.csv",
        "destination_s3_path": f"s3://{BUCKET}/merchant-{n % MERCHANTS}/{n}-{partner}.csv",
    }
    answer = api.post("/api/feed/generate", body)
    answer.raise_for_status()
    job_id: str = answer.json()["job_id"]
    return job_id


def _lose_power(host: Host) -> None:
    """Everything on the host ends at once, and nobody starts it again."""
    for worker in host.workers:
        processes.kill([worker.pid, *processes.runners(host.folder), *processes.scripts(host.folder)])
        worker.wait()
    host.workers.clear()
    _say(f"{host.name} has lost its power")


def _count(api: LiveServer, state: str) -> int:
    found, cursor = 0, ""
    while True:
        answer = requests.get(
            f"{api.base}/api/feed/jobs",
            params={
                "status": state,
                "limit": 100,
                "compact": "true",
                **({"cursor": cursor} if cursor else {}),
            },
            timeout=30,
        ).json()
        found += len(answer["jobs"])
        cursor = answer["cursor"] or ""
        if not cursor:
            return found


def _ready(api: LiveServer) -> dict[str, int]:
    scripts: dict[str, int] = api.get("/ready").json()["scripts"]
    return scripts


def _work(api: LiveServer) -> str:
    scripts = _ready(api)
    return f"{scripts['running']}, {scripts['queued']}"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _say(text: str) -> None:
    sys.stdout.write(f"demo-scale: {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
