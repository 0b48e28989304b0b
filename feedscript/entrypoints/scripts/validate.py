"""The built-in validate script: a feed is checked by its partner's profile, and the report put at the destination."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from feedscript.domain import EX_DATAERR, Outcome, Reason
from feedscript.entrypoints.scripts.assignment import (
    Assignment,
    Conclusion,
    Workplace,
    carry_out,
    teller,
)
from feedscript.feeds import render_html, validate
from feedscript.feeds.engine.endings import MANIFEST_ENDING
from feedscript.feeds.validation.plans import PLANS, Shape
from feedscript.ports.errors import ObjectNotFound, ObjectStoreFailed

#: No manifest of ours comes near it.
MANIFEST_BYTES = 16 * 1024 * 1024
#: In this file of its folder a script leaves word of what it found nobody had made ready; see `make_ready`.
LACKING = "lacking.json"


def main() -> int:
    """Run the attempt that the environment tells of."""
    return carry_out(_validate)


def make_ready(lacking: Mapping[str, Any]) -> None:
    """Make ready what a script lacked, in the process that forks them, for those that come after it."""
    if shape := Shape.read(lacking):
        PLANS.make(shape)


def leave_word(folder: Path) -> None:
    """Leave word in a script's folder of what it lacked, if anything."""
    if PLANS.lacking:
        (folder / LACKING).write_text(json.dumps(PLANS.lacking.document()))


def _validate(assignment: Assignment, place: Workplace) -> Conclusion:
    source, findings = place.folder / "source", place.folder / "findings.jsonl.gz"
    place.fetch(assignment.source, source)
    report = validate(
        source,
        uri=assignment.source,
        profile=place.config.profile,
        country=assignment.country or place.config.country or "US",
        policy=place.policy,
        options=place.config.source,
        limits=place.limits,
        findings=findings if place.config.findings else None,
        progress=teller(assignment),
        workdir=place.folder,
        manifest=_manifest(assignment, place),
    )
    leave_word(place.folder)
    beside = assignment.destination.removesuffix(".json")
    artifacts = {"html": f"{beside}.html"}
    if place.config.findings:
        artifacts["issues_jsonl"] = f"{beside}.findings.jsonl.gz"
        place.objects.publish(findings, artifacts["issues_jsonl"])
    job = {
        "job_id": assignment.job_id,
        "affiliate_merchant_id": assignment.affiliate_merchant_id,
        "partner_id": assignment.partner_id or None,
    }
    document = report.document() | {
        "job": job,
        "artifacts": artifacts,
        "warnings": list(place.config.warnings),
    }
    _publish(place, "report.html", render_html(document), artifacts["html"])
    _publish(place, "report.json", json.dumps(document, ensure_ascii=False, indent=1), assignment.destination)
    result = {
        "destination_s3_path": assignment.destination,
        "report_s3_path": assignment.destination,
        "html_s3_path": artifacts["html"],
        "findings_s3_path": artifacts.get("issues_jsonl"),
        "headline": report.headline(),
        "bytes_read": report.source.bytes,
        "status": report.status,
        "warnings": document["warnings"],
        "summary": document["summary"],
    }
    if report.valid:
        return Conclusion(Outcome.SUCCESS, result=result)
    return Conclusion(Outcome.FAILED, EX_DATAERR, Reason.INVALID_FEED, report.headline(), result)


def _manifest(assignment: Assignment, place: Workplace) -> Path | None:
    """The manifest beside a generated feed; None where there is none, or none that may be read."""
    path = place.folder / "manifest.json"
    try:
        path.write_bytes(place.objects.read(assignment.source + MANIFEST_ENDING, limit=MANIFEST_BYTES))
    except (ObjectNotFound, ObjectStoreFailed):
        return None
    return path


def _publish(place: Workplace, name: str, text: str, uri: str) -> None:
    path: Path = place.folder / name
    path.write_text(text, encoding="utf-8")
    place.objects.publish(path, uri)


if __name__ == "__main__":
    sys.exit(main())
