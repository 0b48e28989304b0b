"""The console's pages and what can be done on them; who may ask for which is decided by the API's gate."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Flask, Response, jsonify, redirect, request, url_for

from feedscript.domain import TRANSITIONS, Activity, JobState, Phase, Reason, Stage, activity_type
from feedscript.entrypoints.console import job_page
from feedscript.entrypoints.console.asking import asked
from feedscript.entrypoints.console.configuration import add_configuration
from feedscript.entrypoints.console.figures import figures_of
from feedscript.entrypoints.console.files import LIFETIMES, add_files, add_links, files_of
from feedscript.entrypoints.console.overview import look, room
from feedscript.entrypoints.console.rendering import asset, page, problem_page
from feedscript.entrypoints.console.signing_in import SEE_OTHER, add_signing_in
from feedscript.entrypoints.container import Container
from feedscript.entrypoints.http.access import Visible, within_reach
from feedscript.entrypoints.http.answers import LogSchema
from feedscript.entrypoints.http.audit import call_is_entered, this_call
from feedscript.entrypoints.http.callers import KeyRing, actor, caller
from feedscript.entrypoints.http.links import Links
from feedscript.entrypoints.http.problems import refused
from feedscript.entrypoints.http.schemas import ActivityQuerySchema, JobQuerySchema
from feedscript.entrypoints.http.sessions import Sessions
from feedscript.entrypoints.http.views import activity_view
from feedscript.entrypoints.job_files import JobFiles
from feedscript.entrypoints.settings import Settings
from feedscript.ports import Clock
from feedscript.service import Answer, JobService

JOBS_A_PAGE, ENTRIES_A_PAGE = 50, 50
#: Of the trail, for a key that does not reach all of it.
PARTS_LOOKED_AT = 5
#: What the trail's form offers; every other type may be asked for too.
TYPES = (
    "feedscript.api.call",
    *sorted({activity_type(event) for _, event in TRANSITIONS}),
    *("feedscript.callback.received", "feedscript.callback.forged"),
)


def register_console(
    app: Flask, container: Container, ring: KeyRing, sessions: Sessions, files: JobFiles
) -> None:
    """Serve the console, and let what goes wrong on it be told on a page."""
    service: JobService = container.service()
    settings: Settings = container.settings()
    console = Blueprint("console", __name__, url_prefix="/console")
    _add_assets(console)
    add_signing_in(console, ring, sessions, settings)
    _add_overview(console, container)
    _add_jobs(console, service)
    _add_job(console, service, container.clock())
    _add_actions(console, service)
    _add_trail(console, service)
    links = Links(settings.secret(), ring, container.clock())
    add_files(console, service, files)
    add_links(console, service, files, links, settings)
    add_configuration(console, settings)
    app.register_blueprint(console)
    app.after_request(problem_page)


def _add_assets(console: Blueprint) -> None:
    @console.route("/console.css")
    def style() -> Response:
        return asset("console.css")

    @console.route("/console.js")
    def script() -> Response:
        return asset("console.js")


def _add_overview(console: Blueprint, container: Container) -> None:
    service, settings, clock = container.service(), container.settings(), container.clock()

    @console.route("", methods=["GET"])
    def overview() -> Response:
        """What is going on."""
        reach = caller().reach
        health = service.health()
        return page(
            "overview.html",
            window=look(service, reach, clock.now()),
            health=health,
            max_queued=settings.max_queued,
            waiting={name: n for name, n in health.waiting.items() if reach.has_merchant(name)},
            room=room(container.disk(), settings),
            now=clock.now(),
        )


def _add_jobs(console: Blueprint, service: JobService) -> None:
    @console.route("/jobs", methods=["GET"])
    def jobs() -> Response:
        """Jobs, newest first, by what the address asks for."""
        found = asked(JobQuerySchema(), limit=JOBS_A_PAGE)
        wanted = replace(found.wanted["wanted"], reach=caller().reach)
        listed = service.page(wanted, limit=JOBS_A_PAGE, cursor=found.wanted.get("cursor"))
        return page(
            "jobs.html",
            422 if found.wrong else 200,
            jobs=listed.jobs,
            figures=[figures_of(job) for job in listed.jobs],
            asked=found,
            states=list(JobState),
            stages=list(Stage),
            reasons=list(Reason),
            phases=list(Phase),
            older=_following(listed.cursor),
        )


def _add_job(console: Blueprint, service: JobService, clock: Clock) -> None:
    @console.route("/jobs/<job_id>", methods=["GET"])
    def job(job_id: str) -> Response:
        """All about one job."""
        found, now = service.job(job_id), clock.now()
        chosen = found.attempt(request.args.get("attempt", found.latest.number, type=int)) or found.latest
        told, older = job_page.entries(service, found, request.args.get("cursor"))
        return page(
            "job.html",
            job=found,
            now=now,
            attempts=[(each, job_page.spans(each, now), job_page.told(each)) for each in found.attempts][
                ::-1
            ],
            buttons=job_page.buttons(found),
            files=files_of(found),
            lifetimes=list(LIFETIMES),
            progress=service.observe(found).progress,
            figures=figures_of(found),
            before=job_page.run_before(service, found),
            chosen=chosen,
            log=job_page.log_piece(service, job_id, chosen.number, offset=-job_page.LOG_SHOWN),
            entries=[activity_view(each) for each in told],
            older=_following(older),
        )

    @console.route("/jobs/<job_id>/log", methods=["GET"])
    def log_piece(job_id: str) -> Response:
        """What a log has more, for the page's script."""
        attempt, offset = request.args.get("attempt", 1, type=int), request.args.get("offset", 0, type=int)
        chunk = job_page.log_piece(service, job_id, attempt, offset=max(offset, 0))
        return jsonify(LogSchema().dump(chunk))


def _add_actions(console: Blueprint, service: JobService) -> None:
    @console.route("/jobs/<job_id>/retry", methods=["POST"])
    def retry(job_id: str) -> Response:
        """Repeat the phase that failed."""
        return _done(job_id, service.repeat(job_id, actor=actor(), call=this_call(status=SEE_OTHER)))

    @console.route("/jobs/<job_id>/cancel", methods=["GET"])
    def confirm_cancel(job_id: str) -> Response:
        """Ask whether the job is to be cancelled."""
        return page("cancel.html", job=service.job(job_id))

    @console.route("/jobs/<job_id>/cancel", methods=["POST"])
    def cancel(job_id: str) -> Response:
        """End what is under way for the job."""
        return _done(job_id, service.cancel(job_id, actor=actor(), call=this_call(status=SEE_OTHER)))


def _add_trail(console: Blueprint, service: JobService) -> None:
    @console.route("/trail", methods=["GET"])
    def trail() -> Response:
        """The audit trail, newest first, by what the address asks for."""
        found = asked(ActivityQuerySchema(), limit=ENTRIES_A_PAGE)

        def listed(cursor: str | None) -> tuple[Sequence[Activity], str | None]:
            part = service.trail(found.wanted["wanted"], limit=found.wanted["limit"], cursor=cursor)
            return part.activities, part.cursor

        shown, cursor = within_reach(
            listed,
            Visible(service).activity,
            found.wanted["cursor"],
            looked_at=1 if caller().reach.everything else PARTS_LOOKED_AT,
        )
        return page(
            "trail.html",
            422 if found.wrong else 200,
            entries=[activity_view(each) for each in shown],
            asked=found,
            types=TYPES,
            older=_following(cursor),
        )


def _done(job_id: str, answer: Answer) -> Response:
    """Back to the job's page, or why nothing was done."""
    if answer.refusal is not None:
        return refused(answer.refusal, job_id=job_id, status_of_job=answer.job.state.value)
    call_is_entered()
    following: Response = redirect(url_for("console.job", job_id=job_id), SEE_OTHER)  # type: ignore[assignment]  # Flask's
    return following


def _following(cursor: str | None) -> str | None:
    """The address of the page after this one."""
    if cursor is None or request.endpoint is None:
        return None
    here = {name: text for name, text in request.args.items() if text} | (request.view_args or {})
    return url_for(request.endpoint, **{**here, "cursor": cursor})
