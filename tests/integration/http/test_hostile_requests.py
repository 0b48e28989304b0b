"""Whatever a request has in it: an answer below 500, as a problem document, with the headers that every answer has."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from feedscript.entrypoints.http.parsing import DEEPEST_BODY, LONGEST_STRING, MOST_VALUES
from tests.integration.http.conftest import Api, make_api
from tests.integration.live_server import request_body

TIMES = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "0999-06-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999-14:00",
    "2026-01-01",
    "2026-01-01T00:00:00",
)
NUMBERS = (0, -1, 1, 3, 4, 200, 201, 1000, 2**31, 2**63 - 1, 2**63, 10**30, "1e3", "0x10", "")
PARAMETERS = (
    *(
        "status",
        "affiliate_merchant_id",
        "partner_id",
        "reference",
        "type",
        "created_after",
        "created_before",
    ),
    *("limit", "cursor", "actor", "since", "until", "job_id", "attempt", "offset", "format", "state"),
)
VALUES = st.one_of(
    st.sampled_from((*TIMES, *map(str, NUMBERS), "json", "html", "generating", "feed_generation", "dead")),
    st.text(max_size=300),
    st.binary(max_size=20).map(lambda raw: raw.decode("latin-1")),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.sampled_from(TIMES),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    *(
        "job_id",
        "affiliate_merchant_id",
        "source_s3_path",
        "destination_s3_path",
        "callback_url",
        "partner_id",
    ),
    *("country", "type", "status", "result", "err", "reason", "attempt"),
)


def problems(answer: TestResponse) -> None:
    assert answer.status_code < 500, answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Request-ID"]
    is_page = answer.request.path.startswith("/console")
    if answer.status_code >= 400 and answer.request.method != "HEAD" and not is_page:
        assert answer.mimetype == "application/problem+json"
        assert {"code", "detail", "title", "status"} <= answer.json.keys()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return make_api(tmp_path_factory.mktemp("api"))


@pytest.fixture(scope="module")
def routes(shared: Api) -> list[tuple[str, str]]:
    """Every route of the application with every method that it takes, so that a new one is tried too."""
    rules = shared.client.application.url_map.iter_rules()
    return [(method, rule.rule) for rule in rules for method in sorted(rule.methods or ())]


@given(data=st.data())
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_parameter_and_no_body_gives_a_500(
    shared: Api, routes: list[tuple[str, str]], data: st.DataObject
) -> None:
    job_id = shared.generate(job_id="one").json["job_id"]
    method, rule = data.draw(st.sampled_from(routes))
    named = st.sampled_from([job_id, "one"]) | VALUES
    path = "/".join(
        quote(data.draw(named), safe="") or "x" if part.startswith("<") else part for part in rule.split("/")
    )
    query = data.draw(st.dictionaries(st.sampled_from(PARAMETERS), VALUES, max_size=3))
    body = data.draw(
        st.none()
        | st.binary(max_size=40)
        | JSON.map(lambda document: json.dumps(document).encode())
        | st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6).map(
            lambda part: json.dumps({**request_body(), "job_id": job_id, **part}).encode()
        )
    )
    problems(shared.client.open(path, method=method, query_string=query, data=body))


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("asked", ["feed/jobs?created_after", "feed/jobs?created_before"])
def test_a_listing_is_narrowed_by_any_time(api: Api, asked: str, time: str) -> None:
    api.generate()
    answer = api.client.get(f"/api/{asked}={quote(time)}")
    problems(answer)
    if answer.status_code == 200:
        assert len(answer.json["jobs"]) == (asked.endswith("after") is (time < "2"))


def test_the_trail_since_a_year_of_three_digits_is_all_of_it(api: Api) -> None:
    api.generate()
    for year in ("0001", "0999"):
        assert api.client.get(f"/api/activities?since={year}-01-01T00:00:00Z").json["activities"]


def test_a_log_is_read_past_what_a_file_system_can_count_to(tmp_path: Path) -> None:
    from feedscript.adapters.subprocess.script_log import read_log_file

    (tmp_path / "log").write_text("hello")
    for offset in (6, 2**44 - 1, 2**44, 2**63 - 1):
        chunk = read_log_file(tmp_path / "log", offset=offset, limit=10, over=True, cap=100)
        assert chunk is not None
        assert (chunk.text, chunk.next_offset) == ("", offset)


@pytest.mark.parametrize("content", [b"not json", b"", b"\xff", b"[" * 100_000])
def test_a_report_that_is_no_json_is_no_report(api: Api, content: bytes) -> None:
    job_id = api.validate(destination_s3_path="s3://bucket/report.json").json["job_id"]
    api.objects.objects["s3://bucket/report.json"] = content
    api.executor.begin(job_id, 1)
    api.executor.end(job_id, 1, exit_code=0, result={"report_s3_path": "s3://bucket/report.json"})
    answer = api.client.get(f"/api/feed/jobs/{job_id}/report")
    assert (answer.status_code, answer.json["code"]) == (404, "no_report")
    problems(answer)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ('"affiliate_merchant_id": "m2"', "given twice"),
        ('"result": {"a": 1, "b": {"c": 1, "c": 2}}', "given twice"),
        ('"x": ' + "[" * (DEEPEST_BODY + 1) + "]" * (DEEPEST_BODY + 1), "levels deep"),
        ('"x": ' + '{"a":' * 100_000 + "1" + "}" * 100_000, "nested"),
        ('"x": [' + "1," * MOST_VALUES + "1]", "values"),
        ('"x": "' + "y" * (LONGEST_STRING + 1) + '"', "characters"),
        ('"' + "y" * (LONGEST_STRING + 1) + '": 1', "characters"),
    ],
    ids=["twice", "twice within", "deep", "very deep", "wide", "long", "long name"],
)
def test_a_body_without_bounds_is_refused_for_what_is_wrong_with_it(api: Api, more: str, why: str) -> None:
    answer = api.client.post("/api/feed/generate", data=json.dumps(request_body())[:-1] + f", {more}}}")
    assert answer.status_code == 400
    assert why in answer.json["detail"]
    assert len(answer.text) < 1000


def test_a_body_at_its_bounds_is_taken(tmp_path: Path) -> None:
    api = make_api(tmp_path, lenient_bodies=True)
    deep: Any = 1
    for _ in range(DEEPEST_BODY - 1):
        deep = [deep]
    more = {"deep": deep, "wide": [1] * (MOST_VALUES - 100), "long": "y" * LONGEST_STRING}
    assert api.generate(**more).status_code == 202


def test_an_address_of_more_than_8192_characters_is_refused(api: Api) -> None:
    assert api.client.get("/api/feed/jobs?x=" + "y" * 9000).status_code == 414
    assert api.client.get("/" + "y" * 9000).status_code == 414


def test_a_report_sends_no_form_and_is_of_no_origin(api: Api) -> None:
    job_id = api.validate(destination_s3_path="s3://bucket/report.json").json["job_id"]
    api.objects.objects["s3://bucket/report.html"] = b"<h1>Report"
    api.executor.begin(job_id, 1)
    api.executor.end(job_id, 1, exit_code=0, result={"html_s3_path": "s3://bucket/report.html"})
    policy = api.client.get(f"/api/feed/jobs/{job_id}/report?format=html").headers["Content-Security-Policy"]
    assert "form-action 'none'" in policy
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
