"""The built-in validate script: a feed is checked by its partner's profile, and the report put at the destination."""

import json
from pathlib import Path

from feedscript.domain import EX_DATAERR, Outcome, Reason
from feedscript.entrypoints.scripts.assignment import Assignment, Conclusion, carry_out, teller
from feedscript.feeds import render_html, validate
from feedscript.ports import ObjectStore


def main() -> int:
    """Run the attempt that the environment tells of."""
    return carry_out(_validate)


def _validate(assignment: Assignment, objects: ObjectStore, work: Path) -> Conclusion:
    source = work / "source"
    objects.fetch(assignment.source, source)
    report = validate(source, uri=assignment.source, progress=teller(assignment), workdir=work)
    page_uri = f"{assignment.destination.removesuffix('.json')}.html"
    document = report.document() | {
        "job": {
            "job_id": assignment.job_id,
            "affiliate_merchant_id": assignment.affiliate_merchant_id,
            "partner_id": assignment.partner_id or None,
        },
    }
    document["artifacts"] = document.get("artifacts", {}) | {"html": page_uri}
    _publish(objects, work / "report.html", render_html(document), page_uri)
    _publish(
        objects,
        work / "report.json",
        json.dumps(document, ensure_ascii=False, indent=1),
        assignment.destination,
    )
    result = {
        "destination_s3_path": assignment.destination,
        "report_s3_path": assignment.destination,
        "html_s3_path": page_uri,
        "headline": report.headline(),
        "status": report.status,
        "summary": document["summary"],
    }
    if report.valid:
        return Conclusion(Outcome.SUCCESS, result=result)
    return Conclusion(Outcome.FAILED, EX_DATAERR, Reason.INVALID_FEED, report.headline(), result)


def _publish(objects: ObjectStore, path: Path, text: str, uri: str) -> None:
    path.write_text(text, encoding="utf-8")
    objects.publish(path, uri)
