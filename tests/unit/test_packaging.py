"""The wheel holds what the source tree holds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from setuptools import find_packages

from feedscript.entrypoints.starting import STARTER
from tests.unit.entrypoints.cli.shell import run

ROOT = Path(__file__).parents[2]
#: All of the folder that a deployment begins with is shipped, and nothing of these kinds elsewhere.
STARTERS = {".csv", ".example", ".service"}


def test_every_module_is_in_a_package_that_is_shipped() -> None:
    shipped = set(find_packages(str(ROOT), include=["feedscript*"]))
    modules = (path.relative_to(ROOT).parent for path in (ROOT / "feedscript").rglob("*.py"))
    assert {".".join(folder.parts) for folder in modules} == shipped


def test_every_data_file_has_a_kind_that_is_shipped() -> None:
    kinds = {path.suffix for path in (ROOT / "feedscript").rglob("*.*") if path.is_file()}
    assert (
        kinds - {".py", ".pyc", ".typed"}
        <= {
            ".yaml",
            ".html",
            ".j2",
            ".css",
            ".js",
            ".txt",
            ".json",
            ".zip",
            ".sql",
        }
        | STARTERS
    )


def test_a_deployment_and_the_demo_begin_with_what_is_shipped(tmp_path: Path) -> None:
    """`make test-consumer` runs both from a wheel; here it is held to what a wheel would hold."""
    built, here = tmp_path / "built", tmp_path / "here"
    build = "from setuptools import setup; setup()"
    quiet = [sys.executable, "-W", "ignore", "-c", build, "--quiet", "build_py", f"--build-lib={built}"]
    subprocess.run(quiet, cwd=ROOT, check=True, capture_output=True)
    assert not [path for path in built.rglob("*") if path.is_symlink()]
    shipped = built / STARTER.relative_to(ROOT)
    assert {path.name: path.read_bytes() for path in shipped.iterdir()} == {
        path.name: path.read_bytes() for path in STARTER.iterdir()
    }
    code = (
        "from pathlib import Path; from feedscript.entrypoints.starting import begin; [*begin(Path('here'))]"
    )
    environment = {**os.environ, "PYTHONPATH": str(built)}
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
    )
    assert (here / "config/merchants/example.yaml").read_bytes() == (STARTER / "merchant.yaml").read_bytes()


@pytest.mark.parametrize("folder", ["config", "file"])
def test_the_demo_empties_nothing_but_an_earlier_demo(tmp_path: Path, folder: str) -> None:
    (tmp_path / "config").mkdir()
    for kept in (tmp_path / "config/mine.yaml", tmp_path / "file"):
        kept.write_text("mine")
    refused = run("demo", "--folder", tmp_path / folder)
    assert refused.exit_code == 2
    assert str(tmp_path / folder) in refused.stderr
    assert [(path.name, path.is_file()) for path in sorted(tmp_path.rglob("*"))] == [
        ("config", False), ("mine.yaml", True), ("file", True)
    ]  # fmt: skip
