"""What a job has made: downloads, the search through its findings, and links for somebody without a key."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, g, request, url_for

from feedscript.domain import FeedscriptError, Job, NoReport, UnknownJob
from feedscript.entrypoints.console.job_page import LOG_SHOWN, reports
from feedscript.entrypoints.console.rendering import page
from feedscript.entrypoints.http.callers import caller
from feedscript.entrypoints.http.feed import report_of
from feedscript.entrypoints.http.files import sent
from feedscript.entrypoints.http.links import Links
from feedscript.entrypoints.http.problems import problem
from feedscript.entrypoints.job_files import DAMAGE, Handed, JobFile, JobFiles, NoFile, address_of
from feedscript.entrypoints.settings import Settings
from feedscript.service import JobService

LIFETIMES = {"1 hour": timedelta(hours=1), "1 day": timedelta(days=1), "7 days": timedelta(days=7)}
FOUND_SHOWN, LOOKED_THROUGH = 100, 200_000
REPORT, REPORT_JSON, LOG = "report", "report.json", "log"
TITLES = {
    JobFile.FEED: "Feed",
    JobFile.MANIFEST: "Manifest",
    JobFile.REJECTS: "Items left out (JSON Lines)",
    JobFile.REJECTS_CSV: "Items left out (CSV)",
    JobFile.DELTAS: "Changes against the feed before (JSON Lines)",
    REPORT: "Report",
    REPORT_JSON: "Report (JSON)",
    JobFile.FINDINGS: "All findings (JSON Lines)",
    JobFile.FINDINGS_CSV: "All findings (CSV)",
    LOG: "Log",
}


def files_of(job: Job) -> dict[str, str]:
    """The titles of what there is to be had of the job, by name."""
    there = {name for name in JobFile if address_of(job, name) is not None}
    there_too = {REPORT, REPORT_JSON} if reports(job) else set()
    return {name: title for name, title in TITLES.items() if name in there | there_too | {LOG}}


def add_files(console: Blueprint, service: JobService, files: JobFiles) -> None:
    """The routes to what jobs have made."""

    @console.route("/jobs/<job_id>/files/<what>", methods=["GET"])
    def file(job_id: str, what: str) -> Response:
        """One of the job's files."""
        return _handed_out(service, files, job_id, what)

    @console.route("/jobs/<job_id>/report", methods=["GET"])
    def report(job_id: str) -> Response:
        """The newest report, as its validation wrote it."""
        return _handed_out(service, files, job_id, REPORT)

    @console.route("/jobs/<job_id>/findings", methods=["GET"])
    def findings(job_id: str) -> Response:
        """The rules that items failed, and a search through all findings."""
        job, search = service.job(job_id), request.args.get("search", "")[:200]
        kept = address_of(job, JobFile.FINDINGS) is not None
        found = None
        if kept and search:
            try:
                found = files.findings(job_id, search=search, most=FOUND_SHOWN, looked_through=LOOKED_THROUGH)
            except DAMAGE as error:
                raise NoReport(job_id, f"its list of findings cannot be read: {error}") from error
        document = _document(service, job_id)
        return page("findings.html", job=job, report=document, search=search, found=found, kept=kept)


def add_links(
    console: Blueprint, service: JobService, files: JobFiles, links: Links, settings: Settings
) -> None:
    """The routes by which links are made, and to what they lead."""

    @console.route("/jobs/<job_id>/links", methods=["POST"])
    def share(job_id: str) -> Response:
        """Make a link to one of the job's files."""
        job, what = service.job(job_id), request.form.get("file", "")
        lasts = LIFETIMES.get(request.form.get("lasts", ""), LIFETIMES["1 day"])
        if what not in files_of(job):
            raise NoFile(job_id, what[:50])
        text, until = links.make(job_id, what, caller(), lasts)
        base = settings.public_url.rstrip("/") or request.host_url.rstrip("/")
        address = base + url_for("console.shared", token=text)
        return page("link.html", job=job, title=TITLES[what], address=address, until=until)

    @console.route("/shared/<token>", methods=["GET"])
    def shared(token: str) -> Response:
        """What a link leads to."""
        link = links.read(token)
        try:
            job = service.job(link.job_id) if link else None
        except FeedscriptError:
            job = None
        if link is None or job is None or not links.reaches(link, job):
            return problem(404, "no_file", "this link is none, or none any more")
        g.caller = link.maker  # the trail is to name whoever has handed it out
        return _handed_out(service, files, link.job_id, link.file)


def _handed_out(service: JobService, files: JobFiles, job_id: str, what: str) -> Response:
    served: dict[str, Callable[[], Response]] = {
        REPORT: lambda: report_of(service, job_id, html=True),
        REPORT_JSON: lambda: report_of(service, job_id, html=False),
        LOG: lambda: sent(_log(service, job_id, request.args.get("attempt", type=int))),
    }
    if what in served:
        return served[what]()
    if what not in set(JobFile):
        raise NoFile(job_id, what[:50])
    return sent(files.hand_out(job_id, JobFile(what)))


def _log(service: JobService, job_id: str, attempt: int | None) -> Handed:
    number = attempt or service.job(job_id).latest.number
    first = service.log(job_id, number, offset=0, limit=LOG_SHOWN)

    def pieces() -> Iterator[bytes]:
        chunk = first
        while chunk.text:
            yield chunk.text.encode()
            chunk = service.log(job_id, number, offset=chunk.next_offset, limit=LOG_SHOWN)

    return Handed(pieces(), f"{job_id}-{number}.log", "text/plain")


def _document(service: JobService, job_id: str) -> dict[str, Any] | None:
    """The newest report, where it is one of the built-in validation's: another script's has a form of its own."""
    try:
        document = json.loads(service.report_document(job_id))
    except UnknownJob:
        raise
    except FeedscriptError:
        return None
    built_in = isinstance(document, dict) and {"report_version", "issues", "summary"} <= document.keys()
    return document if built_in else None
