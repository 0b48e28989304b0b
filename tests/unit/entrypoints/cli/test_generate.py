"""`feedscript generate`: what it writes, prints and exits with."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.entrypoints.cli.shell import run
from tests.unit.feeds.products import product, write_csv


def export(folder: Path, **changes: str) -> Path:
    """An export in the merchant's own words."""
    return write_csv(
        folder / "export.csv",
        [product(1, title="A &amp; B", availability="In Stock", **changes), product(2, **changes)],
    )


def config_of(folder: Path) -> Path:
    """The folder of configuration, which may be empty."""
    config = folder / "config"
    config.mkdir(exist_ok=True)
    return config


def configure(folder: Path, kind: str, name: str, text: str) -> None:
    path = folder / "config" / kind / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_an_export_becomes_googles_feed_and_the_summary_tells_what_was_repaired(tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    result = run("generate", export(tmp_path), feed, "--config", config_of(tmp_path))
    assert result.exit_code == 0, result.output
    assert feed.read_text("utf-8").splitlines()[1].startswith("SKU-1,A & B,")
    assert "a feed of google" in result.output
    assert "2 of 2 items written" in result.output
    assert "1  title: plain_text   A &amp; B  ->  A & B" in result.output
    manifest = json.loads((tmp_path / "feed.csv.manifest.json").read_text("utf-8"))
    assert (manifest["items"], manifest["feed"]) == (2, "feed.csv")
    # What the generation tells, its validation finds.
    assert run("validate", feed).exit_code == 0


@pytest.mark.parametrize("option", ["--partner", "--profile"])
def test_a_partner_gets_its_own_words(tmp_path: Path, option: str) -> None:
    feed = tmp_path / "meta.csv"
    result = run("generate", export(tmp_path), feed, option, "meta", "--config", config_of(tmp_path))
    assert result.exit_code == 0, result.output
    assert ",in stock," in feed.read_text("utf-8")
    assert run("validate", feed, "--profile", "meta").exit_code == 0


def test_the_files_of_partner_and_merchant_are_heeded(tmp_path: Path) -> None:
    configure(tmp_path, "partners", "acme", "profile: meta\n")
    configure(tmp_path, "merchants", "m1", "mapping: {attributes: {brand: {constant: Own}}}\n")
    feed, options = tmp_path / "feed.csv", ("--partner", "acme", "--config", config_of(tmp_path))
    assert run("generate", export(tmp_path), feed, *options, "--merchant", "m1").exit_code == 0
    assert ",in stock," in feed.read_text("utf-8")
    assert ",Own," in feed.read_text("utf-8")
    elsewhere = tmp_path / "own.yaml"
    elsewhere.write_text("mapping: {attributes: {brand: {constant: Other}}}\n", "utf-8")
    assert run("generate", export(tmp_path), feed, *options, "--mapping", elsewhere).exit_code == 0
    assert ",Other," in feed.read_text("utf-8")


def test_what_a_merchant_gives_and_a_partner_has_not_is_left_out(tmp_path: Path) -> None:
    """One merchant's file serves every partner: an attribute of the canonical product is no mistake."""
    own = tmp_path / "own.yaml"
    own.write_text("mapping: {attributes: {adult: {constant: 'no'}}}\n", "utf-8")
    for profile, has in (("google", True), ("meta", False)):
        feed = tmp_path / f"{profile}.csv"
        assert run("generate", export(tmp_path), feed, "--profile", profile, "--mapping", own).exit_code == 0
        assert ("adult" in feed.read_text("utf-8").splitlines()[0].split(",")) is has


def test_a_partner_whom_nobody_knows_is_said_or_refused(tmp_path: Path) -> None:
    options = ("--partner", "acem", "--config", config_of(tmp_path))
    said = run("generate", export(tmp_path), tmp_path / "feed.csv", *options)
    assert said.exit_code == 0
    assert "no profile is known for the partner 'acem'" in said.stderr
    configure(tmp_path, "partners", "acme", "profile: meta\n")
    refused = run("generate", export(tmp_path), tmp_path / "feed.csv", *options)
    assert refused.exit_code == 2
    assert "there is no partner 'acem' (did you mean acme?)" in refused.stderr


def test_a_preview_writes_nothing_and_shows_values_before_and_after(tmp_path: Path) -> None:
    source, feed = export(tmp_path), tmp_path / "feed.csv"
    before = sorted(tmp_path.iterdir())
    result = run("generate", source, feed, "--profile", "meta", "--preview", 1)
    assert result.exit_code == 0, result.output
    assert sorted(tmp_path.iterdir()) == before
    lines = result.output.splitlines()
    at = lines.index("title: from title, by plain_text, truncate")
    assert lines[at + 1] == "    A &amp; B  ->  A & B"
    at = next(place for place, line in enumerate(lines) if line.startswith("availability: from availability"))
    assert lines[at + 1] == "    In Stock  ->  in stock"
    assert lines[at + 2] == ""


def test_a_preview_shows_what_is_still_missing(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "export.csv", [{"id": "1", "odd": "x"}])
    result = run("generate", source, tmp_path / "feed.csv", "--preview", 3)
    assert result.exit_code == 0
    assert "Nothing gives what every item must have: title, description, link" in result.output
    assert "Nothing is taken from 1 column: odd" in result.output


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--profile", "mtea"], "'mtea'"),
        (["--preview", "0"], "--preview"),
        (["--partner", "meta", "--profile", "meta"], "give one of them"),
        (["--merchant", "m2"], "none is known"),
        (["--merchant", "../secrets"], "no file in"),
        (["--mapping", "{folder}/none.yaml"], "none.yaml"),
        (["--mapping", "{folder}/bad.yaml"], "bad.yaml:1: mapping.attributes.titel"),
        (["--encoding", "klingon"], "klingon"),
        (["--partner", ""], "leave the option out"),
        (["--merchant", ""], "leave the option out"),
    ],
)
def test_a_wrong_call_or_file_exits_with_two(tmp_path: Path, wrong: list[str], told: str) -> None:
    (tmp_path / "bad.yaml").write_text("mapping: {attributes: {titel: {column: x}}}\n", "utf-8")
    options = [each.format(folder=tmp_path) for each in wrong]
    result = run("generate", export(tmp_path), tmp_path / "feed.csv", *options)
    assert result.exit_code == 2, result.output
    assert told in result.stderr
    assert not (tmp_path / "feed.csv").exists()


@pytest.mark.parametrize("more", [[], ["--preview", "1"]])
def test_a_destination_that_no_partner_takes_exits_with_two(tmp_path: Path, more: list[str]) -> None:
    result = run("generate", export(tmp_path), tmp_path / "feed.xlsx", *more)
    assert result.exit_code == 2
    assert "feed.xlsx ends in .xlsx, but a feed of google is named .csv" in result.stderr


def test_the_source_is_never_replaced(tmp_path: Path) -> None:
    source = export(tmp_path)
    before = source.read_bytes()
    result = run("generate", source, tmp_path / "." / "export.csv")
    assert result.exit_code == 2
    assert "is the source itself" in result.stderr
    assert source.read_bytes() == before


def test_what_no_feed_may_be_made_of_exits_with_one_and_leaves_the_old_feed(tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text("old", "utf-8")
    lacking = write_csv(tmp_path / "lacking.csv", [{"id": "1", "title": "A"}])
    empty = tmp_path / "empty.csv"
    empty.write_text("id,title,description,link,image_link,availability,price\n", "utf-8")
    for source, told in (
        (lacking, "no column of the source is known to hold description"),
        (empty, "no item"),
    ):
        result = run("generate", source, feed)
        assert result.exit_code == 1, result.output
        assert told in result.stderr
    assert feed.read_text("utf-8") == "old"


def test_what_cannot_be_read_or_written_exits_with_three(tmp_path: Path) -> None:
    assert run("generate", tmp_path / "none.csv", tmp_path / "feed.csv").exit_code == 3
    assert run("generate", tmp_path, tmp_path / "feed.csv").exit_code == 3
    blocked = export(tmp_path) / "feed.csv"
    assert run("generate", export(tmp_path), blocked).exit_code == 3


def test_help_brings_no_engine_and_lists_what_each_command_does() -> None:
    script = (
        "import sys; from feedscript.entrypoints.cli import main; main(['--help'], standalone_mode=False);"
        " print(sorted({'duckdb', 'flask', 'yaml', 'marshmallow', 'rich'} & sys.modules.keys()))"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.splitlines()[-1] == "[]"
    for name in ("generate", "mapping", "profiles"):
        assert f"  {name} " in told
        assert run(name, "--help").exit_code == 0
