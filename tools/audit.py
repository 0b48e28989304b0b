"""What is known against the packages of a deployment: `make lint` asks the advisory service about `requirements.lock`.

An advisory fails. What could not be asked about, offline or behind a mirror that has no advisories, is said by name and
fails nothing.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements.lock"
WITHIN = 120.0
#: Advisories that do not concern this service, each with why: {"GHSA-...": "the feature is not used"}.
ACCEPTED: Mapping[str, str] = {}


@dataclass
class Audit:
    """What came of it: advisories as lines, and the packages that nobody could tell anything about."""

    advisories: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)


def read_audit(report: Mapping[str, Any], accepted: Mapping[str, str] = ACCEPTED) -> Audit:
    """What pip-audit's JSON says.

    >>> read_audit({"dependencies": [{"name": "a", "skip_reason": "not found"}]}).unasked
    ['a']
    """
    audit = Audit()
    for package in report["dependencies"]:
        if "skip_reason" in package:
            audit.unasked.append(package["name"])
        for advisory in package.get("vulns", ()):
            names = {advisory["id"], *advisory.get("aliases", ())}
            if not names & accepted.keys():
                mended = ", ".join(advisory["fix_versions"]) or "no version yet"
                audit.advisories.append(
                    f"{package['name']} {package['version']}: {advisory['id']}, mended in {mended}"
                )
    return audit


def main() -> int:
    """Ask, tell, and answer the exit status."""
    asked = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--disable-pip"]
    asked += ["--format", "json", "--progress-spinner", "off"]
    try:
        ran = subprocess.run(asked, capture_output=True, text=True, timeout=WITHIN, check=False)
    except subprocess.TimeoutExpired:
        return _tell_not_done(f"no answer within {WITHIN:g} s")
    try:
        report = json.loads(ran.stdout)
    except ValueError:
        return _tell_not_done((ran.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1])
    audit = read_audit(report)
    for line in audit.advisories:
        print(f"audit: {line}")
    if len(audit.unasked) == len(report["dependencies"]):
        return _tell_not_done("the advisory service knows none of the packages here")
    if audit.unasked:
        print(f"audit: NOT ASKED about, for the service does not know them: {', '.join(audit.unasked)}")
    if not audit.advisories:
        asked_about = len(report["dependencies"]) - len(audit.unasked)
        print(f"audit: no advisory against {asked_about} packages of {LOCK.name}")
    return 1 if audit.advisories else 0


def _tell_not_done(why: str) -> int:
    print(f"audit: NOT DONE, the advisories were not reached: {why}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
