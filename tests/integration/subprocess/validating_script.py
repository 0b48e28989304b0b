"""A built-in script for the tests: validates the feed that FEEDSCRIPT_SOURCE tells of, and says if it lacked a plan."""

import json
import os
import sys
from datetime import datetime
from pathlib import Path

from feedscript.entrypoints.scripts.validate import LACKING, leave_word, make_ready
from feedscript.feeds import Policy, validate, warm_up
from feedscript.feeds.validation.plans import PLANS

__all__ = ["LACKING", "main", "make_ready"]

warm_up()


def main() -> int:
    asked = json.loads(os.environ["FEEDSCRIPT_SOURCE"])
    if "word" in asked:
        Path(LACKING).write_text(asked["word"])
        return 0
    report = validate(
        asked["feed"],
        country=asked["country"],
        profile=asked["profile"],
        policy=Policy(disabled=frozenset(asked["disabled"])),
        as_of=datetime.fromisoformat(asked["as_of"]),
        workdir=Path.cwd(),
    )
    leave_word(Path.cwd())
    document = report.document()
    for volatile in ("seconds", "peak_rss_bytes"):
        assert _without(document, volatile), volatile
    sys.stdout.write(json.dumps({"lacked": PLANS.lacking is not None, "report": document}) + "\n")
    return 0


def _without(document: dict[str, object], name: str) -> bool:
    """Leave out a key, wherever it is, and tell whether it was there."""
    found = document.pop(name, None) is not None
    inner = [each for each in document.values() if isinstance(each, dict)]
    return any([found, *(_without(each, name) for each in inner)])
