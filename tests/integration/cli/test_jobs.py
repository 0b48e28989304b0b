"""`feedscript jobs`: the same questions to a running service, and to the folders that it keeps."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedscript.entrypoints.cli import main
from tests.integration.live_server import LiveServer, free_port, poll, script

ID = "0199c3f0-0000-7000-8000-000000000000"
SCRIPT = """
echo "from $1"
case "$1" in
  *bad*) printf 'no\\033[2Jfeed\\n' >&2; exit 65;;
  *hang*) echo hanging; exec sleep 600;;
esac
echo '{"destination_s3_path": "'$2'", "headline": "3 of 3 items"}' > "$FEEDSCRIPT_RESULT_FILE"
"""


class Shell:
    """`feedscript jobs`, told where to look by its environment."""

    def __init__(self, **environment: str) -> None:
        self.environment = environment

    def __call__(self, *arguments: str) -> Result:
        return CliRunner(env=self.environment).invoke(main, ["jobs", *arguments])

    def run(self, source: str, *more: str) -> Result:
        place = f"s3://bucket/{source}-feed.csv"
        asked = ("--merchant", "m1", "--source", f"s3://bucket/{source}", "--destination", place)
        return self("run", "generate", *asked, *more)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("served")
    settings = {"SCRIPT_KILL_GRACE": "0", "MAX_CONCURRENT_SCRIPTS": "8"}
    with LiveServer(folder, GENERATE_COMMAND=script(folder, SCRIPT), **settings) as running:
        yield running


@pytest.fixture(params=["service", "folders"])
def jobs(request: pytest.FixtureRequest, server: LiveServer) -> Shell:
    folders = {name: str(server.folder / name.removesuffix("_DIR").lower()) for name in FOLDERS}
    return Shell(**({"FEEDSCRIPT_URL": server.base} if request.param == "service" else folders))


FOLDERS = ("JOBS_DIR", "ACTIVITIES_DIR", "RUNS_DIR", "LOGS_DIR")


def test_a_job_is_run_and_its_outcome_is_the_exit_code(jobs: Shell) -> None:
    good = jobs.run("good", "--wait", "--partner", "meta")
    assert good.exit_code == 0, good.output
    assert "3 of 3 items" in good.stdout
    assert "generating" in good.stderr
    bad = jobs.run("bad", "--wait", "--json")
    assert bad.exit_code == 1, bad.output
    document = json.loads(bad.stdout)
    assert (document["status"], document["reason"]) == ("generation_failed", "invalid_feed")
    assert document["attempts"][0]["exit_code"] == 65


def test_one_call_is_one_job_however_often_it_is_made(jobs: Shell) -> None:
    name = f"once-{len(jobs.environment)}"
    first, again = (jobs.run("good", "--reference", name, "--wait", "--json") for _ in range(2))
    assert (first.exit_code, again.exit_code) == (0, 0), again.output
    assert json.loads(first.stdout)["id"] == json.loads(again.stdout)["id"]


def test_a_listing_is_narrowed_and_says_why_jobs_failed(jobs: Shell) -> None:
    bad, good = (jobs.run(source, "--wait", "--json", "--partner", "meta") for source in ("bad", "good"))
    bad_id, good_id = (json.loads(each.stdout)["id"] for each in (bad, good))
    table = jobs(
        "list", "--status", "generation_failed", "--status", "validating", "--reason", "invalid_feed"
    ).stdout
    (line,) = [line for line in table.splitlines() if line.startswith(bad_id)]
    assert "invalid_feed" in line
    assert good_id not in table
    assert "\x1b" not in table
    assert "⟨U+001B⟩" in table
    lines = jobs("list", "--partner", "meta", "--limit", "2", "--json").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [good_id, bad_id]
    cut = jobs("list", "--limit", "1")
    assert len(cut.stdout.splitlines()) == 2
    assert "more than these 1" in cut.stderr
    everything = [json.loads(line)["id"] for line in jobs("list", "--all", "--json").stdout.splitlines()]
    assert {bad_id, good_id} <= set(everything)
    assert len(everything) == len(set(everything))
    waiting = jobs("list", "--stage", "waiting_for_callback", "--reason", "lost", "--status", "generated")
    assert waiting.stderr == "no job is of that kind\n"
    none = jobs("list", "--merchant", "nobody")
    assert (none.exit_code, none.stdout) == (0, "")


def test_a_job_is_shown_by_its_id_and_by_its_reference(jobs: Shell) -> None:
    name = f"shown-{len(jobs.environment)}"
    job = json.loads(jobs.run("bad", "--reference", name, "--wait", "--json").stdout)
    told = jobs("show", name).stdout
    assert told == jobs("show", job["id"]).stdout
    for each in (
        job["id"],
        "generation_failed",
        "invalid_feed",
        "s3://bucket/bad",
        "s3://bucket/bad-feed.csv",
    ):
        assert each in told
    assert "\x1b" not in told
    assert json.loads(jobs("show", name, "--json").stdout)["id"] == job["id"]
    assert jobs("show", name, "--merchant", "m2").exit_code == 4


def test_a_log_is_passed_on_as_it_is(jobs: Shell) -> None:
    job = json.loads(jobs.run("bad", "--wait", "--json").stdout)["id"]
    assert (
        jobs("logs", job).stdout == jobs("logs", job, "-f").stdout == "from s3://bucket/bad\nno\x1b[2Jfeed\n"
    )
    assert jobs("logs", job, "--attempt", "2").exit_code == 4


def test_what_hangs_is_followed_ended_and_repeated(jobs: Shell) -> None:
    def begun() -> str:
        # Refused while the script of the other way's job, which was cancelled, is still at work.
        return jobs.run("hang").stdout.strip()

    job = poll(begun)
    poll(lambda: "hanging" in jobs("logs", job).stdout)
    late = jobs.run("hang", "--reference", job, "--wait", "--timeout", "0.1")
    assert late.exit_code == 124
    assert "goes on" in late.stderr
    followed: list[Result] = []
    follower = threading.Thread(target=lambda: followed.append(Shell(**jobs.environment)("logs", job, "-f")))
    ended = jobs("cancel", job, job)
    assert ended.stdout == f"{job}: generation_failed\n"
    assert ended.exit_code == 1, "the second time there was nothing to end"
    follower.start()
    follower.join(30)
    assert followed[0].stdout == "from s3://bucket/hang\nhanging\n"
    assert jobs("retry", job, "--json").exit_code == 0
    assert jobs("retry", job).exit_code == 1, "it is under way"
    assert jobs("cancel", job).exit_code == 0


@pytest.mark.parametrize("command", [("show",), ("logs",), ("retry",), ("cancel",)])
def test_a_job_that_is_not_there_is_exit_4(jobs: Shell, command: tuple[str, ...]) -> None:
    for name in (ID, "no/such job", "..", ""):
        ended = jobs(*command, name)
        assert ended.exit_code == 4, ended.output
        assert "no job" in ended.stderr


def test_what_is_wrong_with_a_request_is_told_by_field(jobs: Shell) -> None:
    ended = jobs("run", "generate", "--merchant", "m1", "--destination", "s3://bucket/x.csv")
    assert ended.exit_code == 2
    assert "source_s3_path" in ended.stderr
    assert (
        jobs(
            "run", "generate", "--merchant", "m1", "--destination", "x", "--source", "s3://bucket/i"
        ).exit_code
        == 2
    )
    assert jobs("retry", ID, "--timeout", "3").exit_code == 2


def test_a_reference_of_several_merchants_is_asked_about(jobs: Shell, server: LiveServer) -> None:
    for merchant in ("m1", "m2"):
        body = {"job_id": "both", "affiliate_merchant_id": merchant, "source_s3_path": "s3://bucket/good"}
        assert server.post(
            "/api/feed/generate", {**body, "destination_s3_path": f"s3://bucket/{merchant}.csv"}
        ).ok
    asked = jobs("show", "both")
    assert asked.exit_code == 2
    assert "m1" in asked.stderr
    assert "m2" in asked.stderr
    assert jobs("show", "both", "--merchant", "m2").exit_code == 0


def test_a_service_that_is_away_or_another_one_is_exit_3() -> None:
    away = Shell()("list", "--url", f"http://127.0.0.1:{free_port()}")
    assert away.exit_code == 3
    assert "does not answer" in away.stderr
    assert "running there?" in away.stderr
    with _another_service() as base:
        other = Shell()("list", "--url", base)
    assert other.exit_code == 3
    assert "not as feedscript does" in other.stderr


def test_an_address_that_is_none_is_exit_2() -> None:
    for url in ("localhost:3000", "ftp://x", "http://", "http://x:port", "http://x/?q"):
        assert Shell()("list", "--url", url).exit_code == 2


def test_keys_are_read_from_a_file_or_the_environment(tmp_path: Path) -> None:
    with LiveServer(tmp_path, API_KEYS="ops=the-key") as guarded:
        bare = Shell()("list", "--url", guarded.base)
        assert bare.exit_code == 5
        assert "--key-file" in bare.stderr
        key = tmp_path / "key"
        key.write_text("the-key\n")
        assert Shell()("list", "--url", guarded.base, "--key-file", str(key)).exit_code == 0
        assert Shell(FEEDSCRIPT_KEY="the-key")("list", "--url", guarded.base).exit_code == 0
        wrong = Shell(FEEDSCRIPT_KEY="another")("list", "--url", guarded.base)
        assert wrong.exit_code == 5
        assert "another key" in wrong.stderr
    key.write_text("two words")
    assert Shell()("list", "--url", "http://127.0.0.1:1", "--key-file", str(key)).exit_code == 2
    assert Shell()("list", "--url", "http://127.0.0.1:1", "--key-file", str(tmp_path / "none")).exit_code == 2
    assert Shell()("list", "--key-file", str(key)).exit_code == 2


def test_in_folders_without_a_service_a_job_waits_and_says_so(tmp_path: Path) -> None:
    places = {name: str(tmp_path / name.lower()) for name in FOLDERS}
    for name in ("JOBS_DIR", "ACTIVITIES_DIR"):
        Path(places[name]).mkdir()
    shell = Shell(**places)
    begun = shell.run("good")
    assert begun.exit_code == 0, begun.output
    assert "when one is started" in begun.stderr
    assert not Path(places["RUNS_DIR"]).exists()
    late = shell.run("good", "--reference", begun.stdout.strip(), "--wait", "--timeout", "0.1")
    assert late.exit_code == 124
    assert shell("cancel", begun.stdout.strip()).exit_code == 0
    retried = shell("retry", begun.stdout.strip())
    assert "when one is started" in retried.stderr


class _another_service:  # noqa: N801 - a context manager
    """An HTTP server that is no feedscript."""

    def __enter__(self) -> str:
        class Page(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"<html>hello</html>")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
