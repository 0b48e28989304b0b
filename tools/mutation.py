"""Mutate the domain with mutmut, and tell each mutant that its tests let live and nobody has explained.

python -m tools.mutation; answers 1 where there is one. What is printed behind a survivor is its explanation.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
MUTMUT = str(Path(sys.executable).parent / "mutmut")
SETTINGS = """
[mutmut]
source_paths=feedscript/domain
also_copy=
    feedscript
    tests
    docs
    tools
pytest_add_cli_args_test_selection=tests/unit/domain
"""
#: Changes that no test can tell, by what is in the line before or after.
EXPLAINED = {
    "assert_never(": "no state, command or event is left to come here; mypy holds that",
    "case _:": "as above",
    "maxsplit=1": "of the parts the first alone is taken",
    'ending in ("", ".JSON")': "places are compared in small letters",
    "artifacts(None, destination)": "whatever is no generation is a validation",
    "artifacts(None, report_beside(": "as above",
    "would_replace(job, request, None)": "as above",
    "would_replace(None, request, Phase.VALIDATION)": "what follows is about the job's own feed anyway",
    "exit_code or 0": "a script that a signal ended has no code; 0 and 1 are both no reason's code",
}


def main() -> int:
    """Run mutmut in a copy of the project, and look at what lives."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        ignored = shutil.ignore_patterns(
            ".*", "__pycache__", "_build", "_made", "objects", "jobs", "activities"
        )
        shutil.copytree(ROOT, copy, ignore=ignored)
        with (copy / "setup.cfg").open("a", encoding="utf-8") as file:
            file.write(SETTINGS)
        subprocess.run([MUTMUT, "run"], cwd=copy, check=True, stdout=subprocess.DEVNULL)
        results = _told(copy, "results", "--all", "true")
        unexplained = [*_looked_at(copy, results)]
    print(f"{len(results)} mutants; {len(unexplained)} live unexplained")  # noqa: T201 - what the tool is for
    return 1 if unexplained or not results else 0


def _looked_at(copy: Path, results: list[str]) -> "list[str]":
    """The names of the mutants that live without an explanation; tells all that live."""
    unexplained = []
    for name, _, state in (line.strip().partition(": ") for line in results):
        # A mutant that makes a test run for ever is found as well as one that makes it fail.
        if state in ("killed", "timeout"):
            continue
        change = [line for line in _told(copy, "show", name) if re.match(r"[-+](?![-+])", line)]
        why = _explanation(change)
        print(f"{name} ({state}): {why or 'UNEXPLAINED'}", *change, sep="\n    ")  # noqa: T201 - as above
        if why is None or state != "survived":
            unexplained.append(name)
    return unexplained


def _explanation(change: list[str]) -> str | None:
    before, after = ([line[1:].strip() for line in change if line[0] == sign] for sign in "-+")
    reworded = [line.replace("XX", "") for line in after] == before
    in_capitals = [*map(str.lower, after)] == [*map(str.lower, before)]
    # A message has several words; what has one is a name, an ending or an address.
    if (reworded or in_capitals) and any(
        re.search(r"""["'][^"']*\w \w[^"']*["']""", line) for line in before
    ):
        return "the wording of a message"
    return next(
        (why for part, why in EXPLAINED.items() if any(part in line for line in before + after)), None
    )


def _told(copy: Path, *command: str) -> list[str]:
    done = subprocess.run([MUTMUT, *command], cwd=copy, check=True, capture_output=True, text=True)
    return [line for line in done.stdout.splitlines() if line.strip()]


if __name__ == "__main__":
    sys.exit(main())
