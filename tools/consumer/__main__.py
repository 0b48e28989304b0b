"""An empty environment with `feedscript[testing]` alone: `make test-consumer`.

A deployment begins there, and the demo runs.

A module of 20 lines holds a repository of its own to the contract; a wrong one is told which promise it breaks; and
mypy --strict and pyright find the examples right. Needs a package index.
"""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXAMPLES = ("sqlite_storage.py", "monitor.py", "retrying_service.py")
#: A claim that every racer wins.
WRONG = """

class Forgetful(SqliteJobRepository):
    def claim(self, affiliate_merchant_id: str, reference: str, job_id: str) -> str:
        return job_id


SqliteJobRepository = Forgetful  # type: ignore[misc]
"""


def main() -> None:
    """Build, test, tell."""
    with TemporaryDirectory(prefix="feedscript-consumer-") as folder:
        place = Path(folder)
        venv.create(place / "venv", with_pip=True)
        python = str(place / "venv/bin/python")
        _need(_run(place, python, "-m", "pip", "install", "--quiet", f"{ROOT}[testing]"), "the installation")
        _check_commands(place, python)
        modules = place / "modules"
        modules.mkdir()
        shutil.copy(HERE / "test_my_repository.py", modules)
        storage = modules / "my_storage.py"
        shutil.copy(ROOT / "examples/sqlite_storage.py", storage)

        lines = len((HERE / "test_my_repository.py").read_text().splitlines())
        held = _run(modules, python, "-m", "pytest", "-q", "--promises")
        _need(held, f"a right repository, held to the contract by {lines} lines")
        storage.write_text(storage.read_text() + WRONG)
        wrong = _run(modules, python, "-m", "pytest", "-q")
        promise = 'breaks: JobRepository.claim promises: "Atomic however many race"'
        _say(
            "a wrong repository is told its promise", wrong.returncode == 1 and promise in wrong.stdout, wrong
        )
        _check_types(place, python)


def _check_commands(place: Path, python: str) -> None:
    """What an operator begins with, where there is no repository."""
    here = place / "deployment"
    here.mkdir()
    _need(_run(here, python, "-m", "feedscript", "init"), "feedscript init")
    _need(
        _run(here, python, "-m", "feedscript", "check", "--strict"),
        "feedscript check, of what init has written",
    )
    _need(_run(here, python, "-m", "feedscript", "demo"), "feedscript demo")


def _check_types(place: Path, python: str) -> None:
    """The checkers see what a consumer's would: installed packages alone, and their `py.typed`."""
    examples = place / "examples"
    examples.mkdir()
    for name in EXAMPLES:
        shutil.copy(ROOT / "examples" / name, examples)
    _need(_run(place, python, "-m", "pip", "install", "--quiet", "mypy", "pyright"), "mypy and pyright")
    _need(_run(examples, python, "-m", "mypy", "--strict", *EXAMPLES), "mypy --strict on the examples")
    if _run(place, python, "-m", "pyright", "--version").returncode:
        print("skipped: pyright on the examples (it found no Node.js, and could not fetch one)")
        return
    checked = _run(examples, python, "-m", "pyright", "--pythonpath", python, *EXAMPLES)
    _need(checked, "pyright on the examples")


def _run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))
    }
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _need(done: subprocess.CompletedProcess[str], what: str) -> None:
    _say(what, done.returncode == 0, done)


def _say(what: str, right: bool, done: subprocess.CompletedProcess[str]) -> None:  # noqa: FBT001 - said right here
    last: Sequence[str] = done.stdout.splitlines()[-1:]
    print(f"{'ok' if right else 'FAILED'}: {what}{f' ({last[0]})' if last else ''}", flush=True)
    if not right:
        sys.exit(f"{done.stdout}\n{done.stderr}")


if __name__ == "__main__":
    main()
