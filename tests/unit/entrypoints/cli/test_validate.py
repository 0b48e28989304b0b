"""`feedscript validate` and `feedscript rules`: what they print, write and exit with."""

import gzip
import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedscript.entrypoints.cli import main
from feedscript.feeds import load_profile
from feedscript.feeds.rules.catalogue import as_markdown, catalogue
from tests.unit.feeds.products import product, write_csv


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def test_a_valid_feed_exits_with_zero(tmp_path: Path) -> None:
    result = run("validate", write_csv(tmp_path / "feed.csv", [product()]))
    assert result.exit_code == 0
    assert "1 item" in result.output


def test_an_invalid_feed_exits_with_one_and_says_why(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "feed.csv", [product(price="cheap")])
    written = [tmp_path / name for name in ("r.json", "r.html", "f.jsonl.gz")]
    result = run("validate", source, "--report", written[0], "--html", written[1], "--findings", written[2])
    assert result.exit_code == 1
    assert "google.price.invalid_format" in result.output
    report = json.loads(written[0].read_text("utf-8"))
    assert report["status"] == "failed"
    assert report["artifacts"] == {"html": str(written[1]), "issues_jsonl": str(written[2])}
    assert report["source"]["sha256"] == sha256(source.read_bytes()).hexdigest()
    assert "google.price.invalid_format" in written[1].read_text("utf-8")
    assert json.loads(gzip.decompress(written[2].read_bytes()))["value"] == "cheap"


def test_a_page_alone_tells_what_it_was_made_of(tmp_path: Path) -> None:
    source, page = write_csv(tmp_path / "feed.csv", [product()]), tmp_path / "r.html"
    assert run("validate", source, "--html", page).exit_code == 0
    assert sha256(source.read_bytes()).hexdigest() in page.read_text("utf-8")


def test_warnings_fail_a_feed_only_when_asked_to(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "feed.csv", [product(title="TRAIL RUNNING SHOE")])
    assert run("validate", source).exit_code == 0
    assert run("validate", source, "--fail-on", "warning").exit_code == 1


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A partner that takes Meta's feeds, and a merchant of Germany whose feeds are to have no warning."""
    files = {
        "partners/shop.yaml": "profile: meta\n",
        "merchants/123.yaml": "validation: {country: DE, fail_on: warning}\n",
        "merchants/wrong.yaml": "validation: {severity: {}}\n",
    }
    for name, text in files.items():
        path = tmp_path / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "config"


def test_the_files_of_partner_and_merchant_say_how_a_feed_is_checked(tmp_path: Path, config: Path) -> None:
    capitals = write_csv(tmp_path / "feed.csv", [product(title="TRAIL RUNNING SHOE")])
    report = tmp_path / "r.json"
    told = ("--config", config, "--report", report)
    assert run("validate", capitals, *told).exit_code == 0
    assert run("validate", capitals, "--merchant", "123", *told).exit_code == 1
    document = json.loads(report.read_text("utf-8"))
    assert (document["profile"]["country"], document["profile"]["id"]) == ("DE", "google")
    assert run("validate", capitals, "--mapping", config / "merchants/123.yaml", *told).exit_code == 1
    run("validate", capitals, "--partner", "shop", "--country", "FR", *told)
    document = json.loads(report.read_text("utf-8"))
    assert (document["profile"]["country"], document["profile"]["id"]) == ("FR", "meta")


def test_an_option_goes_over_what_a_file_says(tmp_path: Path, config: Path) -> None:
    feed = write_csv(tmp_path / "feed.csv", [product(description="SHOE FOR TRAILS AND LONG RUNS")])
    merchant = ("--merchant", "123", "--config", config, "--country", "US")
    assert run("validate", feed, *merchant).exit_code == 1
    assert run("validate", feed, *merchant, "--fail-on", "error").exit_code == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--merchant", "132"), "123"),
        (("--merchant", "wrong"), "severity"),
        (("--partner", "shp"), "shop"),
        (("--partner", "shop", "--profile", "meta"), "--profile"),
    ],
)
def test_what_is_wrong_with_the_files_is_said(
    tmp_path: Path, config: Path, wrong: tuple[str, ...], said: str
) -> None:
    result = run("validate", write_csv(tmp_path / "feed.csv", [product()]), *wrong, "--config", config)
    assert result.exit_code == 2
    assert said in result.output


def test_dates_count_from_as_of(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "feed.csv", [product(expiration_date="2026-08-20T00:00Z")])
    assert "expiration_date" not in run("validate", source, "--as-of", "2026-08-01").output
    assert "google.expiration_date.out_of_range" in run("validate", source, "--as-of", "2026-01-01").output


@pytest.mark.parametrize(
    "wrong", [["--as-of", "soon"], ["--country", "USA"], ["--profile", "gogle"], ["--x"]]
)
def test_a_wrong_call_exits_with_two(tmp_path: Path, wrong: list[str]) -> None:
    result = run("validate", write_csv(tmp_path / "feed.csv", [product()]), *wrong)
    assert result.exit_code == 2
    assert "Error" in result.output


def test_a_feed_that_is_not_there_exits_with_three(tmp_path: Path) -> None:
    result = run("validate", tmp_path / "none.csv")
    assert result.exit_code == 3
    assert "none.csv: No such file or directory" in result.output


def test_a_report_that_cannot_be_written_exits_with_three(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "feed.csv", [product()])
    result = run("validate", source, "--report", tmp_path / "no" / "r.json")
    assert result.exit_code == 3
    assert "No such file or directory" in result.output


def test_a_command_imports_what_it_needs_itself(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "feed.csv", [product()])
    script = (
        "import atexit, sys; from feedscript.entrypoints.cli import main;"
        " unwanted = {'flask', 'requests', 'dependency_injector', 'jinja2', 'marshmallow', 'yaml', 'rich', 'difflib'};"
        " atexit.register(lambda: print(sys.modules.keys() & unwanted));"
        " main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", script, "validate", str(source)]
    kept = {"PYTHONPYCACHEPREFIX": str(tmp_path / "compiled")}
    terminal = {"FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "PYTHONDONTWRITEBYTECODE"}
    env = {name: value for name, value in os.environ.items() if name not in terminal} | kept
    # The first run may compile what is shipped; a terminal, which would be shown a bar, there is none.
    for _ in range(2):
        told = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, env=env
        )
    assert told.stdout.splitlines()[-1] == "set()"


def test_help_imports_no_engine() -> None:
    script = (
        "import atexit, sys; from feedscript.entrypoints.cli import main;"
        " unwanted = {'duckdb', 'flask', 'rich', 'marshmallow', 'yaml', 'feedscript.feeds.validation.checking'};"
        " atexit.register(lambda: print(sys.modules.keys() & unwanted)); main(['--help'])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "set()"


def test_every_command_is_listed_and_no_other_is_known() -> None:
    listed = run("--help").output
    assert all(f"  {name} " in listed for name in ("audit", "demo", "jobs", "rules", "serve", "validate"))
    assert run("validat").exit_code == 2


def test_the_catalogue_is_printed_for_people_pages_and_programs() -> None:
    google = load_profile("google")
    told = run("rules").output.splitlines()
    assert told[0].endswith(f"profile google {google.version}")
    for rule in catalogue(google):
        # Each in a line of its own, however narrow the terminal, so that it can be searched for.
        at = told.index(f"{rule.id}  {rule.severity}")
        assert told[at + 1 : at + 3] == [f"    {rule.message}", f"    → {rule.remedy}"]
    assert run("rules", "--format", "markdown").output == as_markdown(google)
    listed = json.loads(run("rules", "--format", "json").output)
    assert [each["rule_id"] for each in listed] == [rule.id for rule in catalogue(google)]
