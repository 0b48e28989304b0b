"""A night in the life of whoever looks after the service: what each trouble looks like, and how it is put right.

What is asserted of log, command line, `/ready`, `/metrics` and console is what the operators' page tells
(docs/how-to/night.md): every phrase has to be on both. Nobody touches a file of the service.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from feedscript.entrypoints.cli import main
from tests.integration.live_merchant import Merchant, dispatching
from tests.integration.live_server import ROOT, LiveServer, poll

PAGE = " ".join((ROOT / "docs" / "how-to" / "night.md").read_text("utf-8").split())
#: Says for a while that it connects, and then nothing more, until the shop is up again.
HANGS = """
[ -e "$HOME/{0}.down" ] || {{ echo '{{}}' > "$FEEDSCRIPT_RESULT_FILE"; exit 0; }}
echo "connecting to the shop"
while [ -e "$HOME/{0}.alive" ]; do echo '{{"message": "connecting"}}' > "$FEEDSCRIPT_PROGRESS_FILE"; sleep 0.1; done
exec sleep 600
"""
FAILS = """
[ ! -e "$HOME/{0}.down" ] || {{ echo "no export for tonight at the shop's server"; exit 70; }}
echo '{{}}' > "$FEEDSCRIPT_RESULT_FILE"
"""
BUSY = """
while [ -e "$HOME/{0}.down" ]; do echo at work; sleep 0.05; done
echo '{{}}' > "$FEEDSCRIPT_RESULT_FILE"
"""
FEED = b"id,title\n1,Mug\n"
MISTAKEN = "source: {encodng: utf-8}\nmapping:\n  attributes:\n    titel: {column: name}\n"


@dataclass
class Night:
    """The service at night, and the ways to look at it."""

    server: LiveServer
    settings: dict[str, str]

    def feedscript(self, *arguments: str) -> Result:
        at = {"FEEDSCRIPT_URL": self.server.base} if arguments[0] == "jobs" else {}
        return CliRunner(env={**self.settings, **at}).invoke(main, arguments)

    def log(self) -> str:
        return (self.server.folder / "server.log").read_text()

    def ready(self, query: str = "") -> dict[str, Any]:
        document: dict[str, Any] = self.server.get(f"/ready{query}").json()
        return document

    def figure(self, name: str) -> float:
        """The metric of that name and of those labels; 0 where there is none yet."""
        found = re.search(
            rf"^feedscript_{re.escape(name)} (.*)$", self.server.get("/metrics").text, re.MULTILINE
        )
        return float(found[1]) if found else 0.0

    def console(self, path: str = "") -> str:
        """The words of a page."""
        page = self.server.get(f"/console{path}").text
        return unescape(" ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split()))

    def merchant(self, script: str = "") -> Merchant:
        """A merchant of this trouble alone, whose script is in trouble while `NAME.down` is there."""
        found = Merchant(self.server)
        self.down(found).touch()
        found.script(script.format(found.name))
        return found

    def down(self, merchant: Merchant) -> Path:
        return self.server.folder / f"{merchant.name}.down"

    def settled(self, job_id: str) -> dict[str, Any]:
        return poll(lambda: job if (job := self.server.job(job_id))["stage"] == "settled" else None)


def says(text: str, *phrases: str) -> None:
    """What is read here, and on the operators' page, whatever the line's length."""
    flat = " ".join(text.split())
    for phrase in phrases:
        assert phrase in flat, f"{phrase!r} is not said: {flat}"
        assert phrase in PAGE, f"{phrase!r} is not on the page"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("night")
    settings = {
        "GENERATE_COMMAND": dispatching(folder),
        "HOME": str(folder),
        "WORKERS": "1",
        "STALL_TIMEOUT": "4",
        "STUCK_AFTER": "0",  # any script at work is named by /ready, however lately it was heard
        "SCRIPT_KILL_GRACE": "0",
        "MAX_CONCURRENT_SCRIPTS": "2",
        "MAX_QUEUED": "2",
    }
    with LiveServer(folder, **settings) as server:
        places = ("JOBS_DIR", "ACTIVITIES_DIR", "RUNS_DIR", "LOGS_DIR", "CONFIG_DIR")
        own = {name: str(folder / name.removesuffix("_DIR").lower()) for name in places}
        yield Night(server, {**settings, **own, "OBJECT_STORE_ROOT": str(folder / "objects")})


def test_a_script_hangs(night: Night) -> None:
    merchant = night.merchant(HANGS)
    alive = night.down(merchant).with_suffix(".alive")
    alive.touch()
    job_id = merchant.generate(job_id="hung", partner_id="google").json()["job_id"]
    (stuck,) = poll(lambda: [each for each in night.ready()["stuck_jobs"] if each["job_id"] == job_id])
    assert stuck["stage"] == "running"
    says(night.feedscript("jobs", "list", "--merchant", merchant.name).stdout, "generating running")
    says(
        night.feedscript("jobs", "logs", "hung", "--merchant", merchant.name).stdout, "connecting to the shop"
    )
    alive.unlink()
    assert night.settled(job_id)["reason"] == "stalled"
    why = "no output and no progress for 4 s; its log ends: connecting to the shop"
    says(night.log(), "WARNING feedscript.jobs: job", f"generation 1 failed, stalled: {why}")
    says(night.feedscript("jobs", "list", "--reason", "stalled").stdout, f"stalled: {why}")
    says(night.console(), "Failures by reason", f"stalled: {why}")
    says(night.console(f"/jobs/{job_id}"), "Retry the generation")
    ended = 'attempts_ended_total{outcome="failed",partner="google",phase="feed_generation",reason="stalled"}'
    assert night.figure(ended) >= 1
    says(f"feedscript_{ended}", f"feedscript_{ended}")
    night.down(merchant).unlink()
    retried = night.feedscript("jobs", "retry", job_id, "--wait")
    assert (retried.exit_code, retried.stdout) == (0, f"{job_id}: generated\n"), retried.output


def test_a_file_of_the_configuration_has_mistakes(night: Night) -> None:
    merchant = night.merchant()
    merchant.put("feed.csv", FEED)
    merchant.configure(MISTAKEN)
    asked = {"source_s3_path": merchant.at("feed.csv"), "destination_s3_path": merchant.at("report.json")}
    job = merchant.validated(job_id="mistaken", **asked)
    assert job["reason"] == "bad_config"
    unknown = "source.encodng: Unknown field (did you mean encoding?)"
    second = "mapping.attributes.titel: profile google has no attribute 'titel' (did you mean title?)"
    says(night.log(), "validation 1 failed, bad_config:")
    says(night.feedscript("jobs", "show", job["id"]).stdout, "bad_config", unknown, second)
    checked = night.feedscript("check", "--offline")
    assert checked.exit_code == 1
    says(checked.stdout, unknown, second, "2 errors, 0 warnings")
    says(night.console("/configuration"), "2 mistakes", f"line 1: {unknown.replace(': U', ' : U')}")
    assert night.ready()["ready"], "one merchant's file keeps nobody else's work from being done"
    merchant.configure("mapping:\n  attributes:\n    title: {column: title}\n")
    assert night.feedscript("check", "--offline").exit_code == 0
    retried = night.feedscript("jobs", "retry", job["id"], "--wait", "--json")
    assert '"reason": "invalid_feed"' in retried.stdout, "it is checked now, and is no good feed"


def test_a_bucket_is_away(night: Night) -> None:
    merchant = night.merchant()
    job = merchant.validated(job_id="away", source_s3_path=merchant.at("feed.csv"))
    assert job["reason"] == "source_unavailable"
    why = f"{merchant.at('feed.csv')}: there is no bucket {merchant.name}"
    assert why in job["error"]
    says(night.log(), "failed, source_unavailable: s3://", "there is no bucket")
    says(night.feedscript("jobs", "list", "--reason", "source_unavailable").stdout, "there is no bucket")
    says(night.console(f"/jobs/{job['id']}"), "source unavailable:", "there is no bucket")
    looked = night.feedscript("check", "--bucket", merchant.name)
    says(looked.stdout, "warning objects: s3://", "its volume is away", "0 errors,")
    merchant.put("feed.csv", FEED)
    retried = night.feedscript("jobs", "retry", job["id"], "--wait", "--json")
    assert '"reason": "invalid_feed"' in retried.stdout, "it is read now"


def test_three_in_a_row_fail(night: Night) -> None:
    merchant = night.merchant(FAILS)
    names = ("first", "second", "third")
    jobs = [
        merchant.generated(job_id=name, destination_s3_path=merchant.at(f"{name}.csv"), partner_id="google")
        for name in names
    ]
    error = "no export for tonight at the shop's server"
    says(night.log(), f"generation 1 failed, script_error: exit code 70; its log ends: {error}")
    table = night.feedscript(
        "jobs", "list", "--merchant", merchant.name, "--status", "generation_failed"
    ).stdout
    assert [line.split()[0] for line in table.splitlines()[1:]] == [job["id"] for job in reversed(jobs)]
    says(table, error)
    overview = night.console()
    assert f"{merchant.name} google generation failed" in overview
    says(overview, "3 of 3")
    ended = 'attempts_ended_total{outcome="failed",partner="google",phase="feed_generation",reason="script_error"}'
    assert night.figure(ended) >= len(jobs)
    night.down(merchant).unlink()
    retried = night.feedscript("jobs", "retry", *(job["id"] for job in jobs), "--wait")
    assert retried.exit_code == 0, retried.output
    assert retried.stdout.count("generated") == len(jobs)


@contextmanager
def filled(night: Night) -> Iterator[tuple[Merchant, list[str]]]:
    """Two scripts at work that go on until told, and two jobs that wait for them."""
    merchant = night.merchant(BUSY)
    told = []
    try:
        for number in range(4):
            poll(lambda: night.ready()["scripts"]["running"] == min(len(told), 2))
            accepted = merchant.generate(
                job_id=f"q{number}", destination_s3_path=merchant.at(f"{number}.csv")
            )
            told.append(accepted.json()["job_id"])
        poll(lambda: night.ready()["scripts"]["queued"] == 2)
        # That a script has begun is counted before it is written down.
        poll(lambda: all(night.server.job(job_id)["stage"] == "running" for job_id in told[:2]))
        yield merchant, told
    finally:
        night.down(merchant).unlink(missing_ok=True)
        for job_id in told:
            night.settled(job_id)


def test_the_queue_is_full(night: Night) -> None:
    with filled(night) as (merchant, waiting):
        asked = {"job_id": "one more", "destination_s3_path": merchant.at("more.csv")}
        refused = merchant.generate(**asked)
        assert (refused.status_code, refused.json()["code"]) == (429, "queue_full")
        assert int(refused.headers["Retry-After"]) > 0
        why = (
            "2 jobs wait already, as many as may (MAX_QUEUED); call again when some are done, or cancel some"
        )
        says(refused.json()["detail"], why)
        says(
            night.log(),
            "is turned away, queue_full: as many wait as may (MAX_QUEUED, MAX_QUEUED_PER_MERCHANT)",
        )
        scripts = night.ready()["scripts"]
        assert (scripts["running"], scripts["queued"], scripts["max_queued"]) == (2, 2, 2)
        assert [night.figure(f"scripts_{name}") for name in ("running", "queued")] == [2, 2]
        says(night.console(), "Scripts running 2 of 2 Waiting 2 as many as may: no new jobs")
        table = night.feedscript("jobs", "list", "--stage", "queued").stdout
        assert [line.split()[0] for line in table.splitlines()[1:]] == [*reversed(waiting[2:])]
        cancelled = night.feedscript("jobs", "cancel", waiting[3])
        assert (cancelled.exit_code, cancelled.stdout) == (0, f"{waiting[3]}: generation_failed\n")
        poll(lambda: night.ready()["scripts"]["queued"] == 1)
        assert merchant.generate(**asked).status_code == 202, "there is room again"
