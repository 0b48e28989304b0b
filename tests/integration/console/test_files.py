"""A job's files over HTTP, and links to them: what is there, whose it is, and for how long."""

import gzip
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from feedscript.domain import key_id
from feedscript.entrypoints.console.files import TITLES
from feedscript.testing.fakes import NOON
from tests.integration.console.test_sessions import Office, make_office
from tests.integration.http.conftest import Api
from tests.integration.http.test_access import filled, routes

FINDINGS = [
    {
        "rule_id": "r",
        "severity": "error",
        "attribute": "a",
        "item": n,
        "line": n,
        "item_id": f"i{n}",
        "value": "=1+1",
    }
    for n in range(3)
]
REPORTED = {
    "report_s3_path": "s3://bucket/report.json",
    "html_s3_path": "s3://bucket/report.html",
    "findings_s3_path": "anything",
}


def put(api: Api, folder: Path, uri: str, content: bytes) -> None:
    path = folder / "put"
    path.write_bytes(content)
    api.objects.publish(path, uri)


def checked(api: Api, folder: Path) -> str:
    """A job that was generated, and whose validation has left a report and its findings."""
    job_id = api.generated(destination_s3_path="s3://bucket/feed.csv")
    api.validate(job_id=job_id, destination_s3_path="s3://bucket/report.json")
    api.executor.begin(job_id, 2)
    api.executor.end(job_id, 2, exit_code=65, result=REPORTED)
    lines = b"".join(json.dumps(each).encode() + b"\n" for each in FINDINGS)
    put(api, folder, "s3://bucket/report.findings.jsonl.gz", gzip.compress(lines))
    put(api, folder, "s3://bucket/report.html", b"<h1>Failed</h1>")
    put(api, folder, "s3://bucket/feed.csv", b"id\n1\n")
    return job_id


def test_files_are_had_by_their_jobs(api: Api, tmp_path: Path) -> None:
    job_id = checked(api, tmp_path)
    jobs = f"/api/feed/jobs/{job_id}"
    assert api.client.get(f"{jobs}/feed").data == b"id\n1\n"
    assert len(api.client.get(f"{jobs}/findings").text.splitlines()) == 3
    assert json.loads(api.client.get(f"{jobs}/findings?search=I1 error").text) == FINDINGS[1]
    rows = api.client.get(f"{jobs}/findings?format=csv").text.splitlines()
    assert rows[1] == "r,error,a,0,0,i0,'=1+1", "no formula for a spreadsheet"
    for missing in ("manifest", "rejects"):
        answer = api.client.get(f"{jobs}/{missing}")
        assert (answer.status_code, answer.json["code"]) == (404, "no_file")
    assert not list((tmp_path / "runs_dir").glob(".handed*")), "nothing is left of it"


def test_a_list_that_is_damaged_is_told_of(api: Api, tmp_path: Path) -> None:
    job_id = checked(api, tmp_path)
    put(api, tmp_path, "s3://bucket/report.findings.jsonl.gz", b"\x1f\x8bnonsense")
    answer = api.client.get(f"/console/jobs/{job_id}/findings?search=x")
    assert answer.status_code == 404
    assert "cannot be read" in answer.text


@pytest.mark.parametrize("what", ["source", "../secret", "feed.csv", "x" * 300])
def test_nothing_else_is_handed_out(api: Api, tmp_path: Path, what: str) -> None:
    assert api.client.get(f"/console/jobs/{checked(api, tmp_path)}/files/{what}").status_code == 404


def test_no_file_of_another_merchants_on_any_route(tmp_path: Path) -> None:
    """Two keys of two merchants, by the header and by a session, over every route that names a job with files."""
    office = make_office(tmp_path)
    tenants = office.tenants
    office.browser.environ_base["HTTP_X_API_KEY"] = tenants.texts["m1"]
    job_id = checked(tenants.api, tmp_path)
    del office.browser.environ_base["HTTP_X_API_KEY"]
    named = [filled(rule, job_id) for _, method, rule in routes(tenants.api) if method == "GET"]
    ours = {path for path in named if job_id in path}
    ours |= {f"/console/jobs/{job_id}/files/{name}" for name in TITLES}
    ours |= {f"/api/feed/jobs/{job_id}/report?format=html", f"/api/feed/status/{job_id}?wait=60"}
    found = {path for path in ours if tenants.call("m1", "GET", path).status_code == 200}
    assert len(found) >= 15
    for path in ours:
        assert tenants.call("m2", "GET", path).status_code == 404, path
    office.sign_in("m2")
    for path in ours:
        assert office.browser.get(path).status_code == (404 if path.startswith("/console") else 401), path
    form = {"csrf": office.form_token(), "file": "report", "lasts": "1 hour"}
    for action in ("links", "cancel", "retry"):
        assert office.browser.post(f"/console/jobs/{job_id}/{action}", data=form).status_code == 404, action
    assert tenants.call("m2", "GET", "/metrics").status_code == 403
    assert office.browser.get("/metrics").status_code == 401


def linked(office: Office, job_id: str, file: str = "report", lasts: str = "1 hour") -> str:
    form = {"csrf": office.form_token(f"/console/jobs/{job_id}"), "file": file, "lasts": lasts}
    page = office.browser.post(f"/console/jobs/{job_id}/links", data=form)
    found = re.search(r'value="http://[^/"]+(/console/shared/[^"]+)"', page.text)
    assert found, page.text
    return found[1]


def test_a_link_ends_by_its_time_and_with_its_makers_key(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    key = office.tenants.texts["m1"]
    office.browser.environ_base["HTTP_X_API_KEY"] = key
    job_id = checked(office.tenants.api, tmp_path)
    del office.browser.environ_base["HTTP_X_API_KEY"]
    office.sign_in("m1")
    link = linked(office, job_id)
    office.browser.post("/console/sign-out", data={"csrf": office.form_token()})
    assert office.browser.get(link).text == "<h1>Failed</h1>"
    assert "sandbox" in office.browser.get(link).headers["Content-Security-Policy"]
    entries = office.tenants.call("all", "GET", "/api/activities").json["activities"]
    assert any(entry["data"]["actor"].startswith("link of key:m1/") for entry in entries)
    assert link.rpartition("/")[2] not in str(entries), "whoever reads the trail could use it"
    office.clock.at = NOON + timedelta(minutes=61)
    assert office.browser.get(link).status_code == 404
    office.clock.at = NOON
    office.tenants.keys.revoke(key_id((2).to_bytes(8, "big")), NOON)
    assert office.browser.get(link).status_code == 404
