"""One adversarial file in a process of its own: what the engine says of it, as a line of JSON."""

import json
import resource
import sys
from pathlib import Path

from feedscript.feeds import FeedError, Limits, validate
from feedscript.feeds.generation import generate

_SHOWN = 2_000
#: What takes more has failed anyhow, and is not to take the machine's: far beyond what is looked for.
_MOST_ADDRESSED = 8 << 30


def _most_memory() -> int:
    """The most bytes that this program has held: `ru_maxrss` has what its parent held before it began, too."""
    told = Path("/proc/self/status").read_text().partition("VmHWM:")[2]
    return int(told.split()[0]) * 1024


def _validated(source: Path, limits: Limits, folder: Path) -> dict[str, object]:
    report = validate(source, limits=limits, workdir=folder).document()
    codes = sorted({issue["code"] for issue in report["issues"]})
    return {"status": report["status"], "codes": codes, "stopped": report["stopped_reason"]}


def _generated(source: Path, limits: Limits, folder: Path) -> dict[str, object]:
    generate(source, folder / "made.csv", limits=limits)
    return {"status": "generated", "codes": [], "stopped": None}


def main() -> None:
    """Validate or generate from a file under the limits that the arguments tell."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_ADDRESSED, _MOST_ADDRESSED))
    task, source, folder, said = sys.argv[1:]
    limits = Limits(**json.loads(said))
    answer: dict[str, object]
    try:
        answer = (_validated if task == "validate" else _generated)(Path(source), limits, Path(folder))
    except FeedError as error:
        answer = {"status": "refused", "codes": [type(error).__name__], "stopped": str(error)[:_SHOWN]}
    sys.stdout.write(json.dumps(answer | {"peak": _most_memory()}))


if __name__ == "__main__":
    main()
