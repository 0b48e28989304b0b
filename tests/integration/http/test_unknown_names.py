"""Names that mean nothing here are refused, in a query and in a body, with the one that is likely meant."""

from pathlib import Path
from typing import Any

import pytest

from tests.integration.http.conftest import Api, make_api
from tests.integration.http.test_access import filled, routes
from tests.integration.live_server import request_body

BODIES = ("/api/feed/generate", "/api/feed/validate", "/api/callback/feed")
FREE = {"/", "/metrics", "/api/openapi.json"}


#: Pages for people, whose addresses are made by links and forms.
PAGES = ("swagger_ui", "console", "docs")


def errors(answer: Any) -> dict[str, list[str]]:
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_fields"), answer.text
    found: dict[str, list[str]] = answer.json["errors"]
    return found


@pytest.mark.parametrize(
    ("path", "name", "meant"),
    [
        (BODIES[0], "source_path", "source_s3_path"),
        (BODIES[0], "Partner-ID", "partner_id"),
        (BODIES[0], "thn", "then"),
        (BODIES[1], "desination_s3_path", "destination_s3_path"),
        (BODIES[2], "results", "result"),
    ],
)
def test_a_misspelt_field_is_told_what_is_meant(api: Api, path: str, name: str, meant: str) -> None:
    (told,) = errors(api.client.post(path, json=request_body(**{name: "x"})))[name]
    assert f"did you mean {meant}" in told
    assert api.client.get("/api/feed/jobs").json["jobs"] == [], "nothing was started"


def test_what_is_like_nothing_is_told_what_there_is(api: Api) -> None:
    (told,) = errors(api.generate(colour="blue"))["colour"]
    assert "known are" in told
    assert "country" in told
    assert "then" in errors(api.validate(then="validate")), "nothing follows a validation"


def test_very_many_unknown_names_are_told_in_a_short_answer(api: Api) -> None:
    answer = api.generate(**{f"{n}-{'x' * 500}": n for n in range(500)})
    assert "480 more" in errors(answer)["..."]
    assert len(answer.text) < 50_000


@pytest.mark.parametrize(
    ("query", "name", "meant"),
    [("stat=generated", "stat", "status"), ("merchant_id=m1", "merchant_id", "affiliate_merchant_id")],
)
def test_a_misspelt_name_in_a_query_does_not_list_everything(
    api: Api, query: str, name: str, meant: str
) -> None:
    (told,) = errors(api.client.get(f"/api/feed/jobs?{query}"))[name]
    assert f"did you mean {meant}" in told


def test_no_route_leaves_out_a_name_of_its_query(api: Api) -> None:
    job_id = api.generate().json["job_id"]
    for endpoint, method, rule in routes(api):
        if method in ("GET", "POST") and rule not in FREE and not endpoint.startswith(PAGES):
            answer = api.client.open(f"{filled(rule, job_id)}?no_such_name=1", method=method)
            assert "no_such_name" in errors(answer), (method, rule)
    assert api.status(job_id)["status"] == "generating"
    for free in FREE:
        assert api.client.get(f"{free}?no_such_name=1").status_code == 200


def test_lenient_bodies_leave_them_out_and_queries_do_not(tmp_path: Path) -> None:
    api = make_api(tmp_path, lenient_bodies=True)
    answer = api.generate(colour="blue", status="validated")
    assert answer.status_code == 202
    job = api.client.get(f"/api/feed/status/{answer.json['job_id']}")
    assert "blue" not in job.text
    assert job.json["status"] == "generating"
    assert "thing" in errors(api.client.get("/api/feed/jobs?thing=1"))
