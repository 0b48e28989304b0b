"""The lock of a deployment and the audit: what is locked fits what is asked for, and what the audit says is heeded."""

import re
from configparser import ConfigParser
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.audit import read_audit

ROOT = Path(__file__).parents[2]
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+) ", re.MULTILINE)


def lock() -> str:
    return (ROOT / "requirements.lock").read_text()


def asked_for() -> list[Requirement]:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    lines = config["options"]["install_requires"].splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def test_the_lock_has_every_dependency_in_its_range() -> None:
    locked = {canonicalize_name(name): version for name, version in LOCKED.findall(lock())}
    for wanted in asked_for():
        assert wanted.specifier.contains(locked[canonicalize_name(wanted.name)]), wanted


def test_everything_in_the_lock_has_hashes_and_no_host() -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock())[1:]
    assert len(entries) >= len(asked_for())
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in lock()


def audited(**vulnerable: Any) -> dict[str, Any]:
    return {
        "dependencies": [
            {"name": "quiet", "version": "1", "vulns": []},
            {"name": "unknown", "skip_reason": "Dependency not found"},
            {"name": "bad", "version": "2.0", "vulns": [vulnerable]},
        ]
    }


def test_an_advisory_is_told_with_what_mends_it() -> None:
    audit = read_audit(audited(id="GHSA-1", aliases=["CVE-1"], fix_versions=["2.1"]))
    assert audit.advisories == ["bad 2.0: GHSA-1, mended in 2.1"]
    assert audit.unasked == ["unknown"]


def test_an_accepted_advisory_is_none() -> None:
    told = audited(id="GHSA-1", aliases=["CVE-1"], fix_versions=[])
    assert read_audit(told, {"CVE-1": "not used"}).advisories == []
    assert read_audit(told, {"CVE-2": "not used"}).advisories == ["bad 2.0: GHSA-1, mended in no version yet"]
