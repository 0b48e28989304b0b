"""What a destination may not be: a source, a report, what goes beside a feed, what is another merchant's."""

import threading
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from feedscript.domain import place_of
from tests.integration.http.conftest import Api, make_api


def taken(answer: TestResponse) -> str:
    assert (answer.status_code, answer.json["code"]) == (409, "destination_taken"), answer.text
    assert answer.json["errors"]["destination_s3_path"]
    detail: str = answer.json["detail"]
    return detail


def places(source: str, destination: str, **more: Any) -> dict[str, Any]:
    return {
        "source_s3_path": f"s3://bucket/{source}",
        "destination_s3_path": f"s3://bucket/{destination}",
        **more,
    }


@pytest.mark.parametrize(
    ("source", "destination"),
    [
        ("a.html", "a.json"),
        ("a.findings.jsonl.gz", "a"),
        ("feed.csv", "feed.csv.manifest.json"),
        ("FEED.csv", "feed.csv.Manifest.json"),
        ("feed.csv", "feed.csv.rejects.csv.gz"),
        ("caf\u00e9.html", "cafe\u0301.json"),
    ],
)
def test_a_report_replaces_neither_its_feed_nor_what_goes_beside_it(
    api: Api, source: str, destination: str
) -> None:
    assert "would replace the feed" in taken(api.validate(**places(source, destination)))


@pytest.mark.parametrize(
    ("source", "destination"),
    [("FEED.csv", "feed.csv"), ("feed.csv.manifest.json", "feed.csv"), ("o.csv.rejects.jsonl.gz", "O.csv")],
)
def test_a_feed_does_not_replace_its_source(api: Api, source: str, destination: str) -> None:
    assert "would replace its source" in taken(api.generate(**places(source, destination)))


def test_a_report_does_not_replace_the_feed_of_its_job(api: Api) -> None:
    api.generated(job_id=1)
    other = places("other.csv", "feed.csv.manifest.json", job_id=1)
    assert "the job's feed" in taken(api.validate(**other))
    assert api.validate(**places("feed.csv", "feed.csv", job_id=1)).status_code == 202, "goes beside it"


def test_what_one_merchant_writes_no_other_replaces(api: Api) -> None:
    first = api.generate(**places("m1.csv", "feed.csv"))
    assert first.status_code == 202
    m2 = {"affiliate_merchant_id": "m2"}
    assert "another merchant's feed" in taken(api.generate(**places("m2.csv", "feed.csv", **m2)))
    assert "another merchant's feed" in taken(api.generate(**places("m2.csv", "Feed.CSV", **m2)))
    assert "another merchant's source" in taken(api.generate(**places("m2.csv", "m1.csv", **m2)))
    assert "would replace" in taken(api.validate(**places("m2.csv", "feed.csv.manifest.json", **m2)))
    assert "another merchant's feed" in taken(api.validate(**places("m2.csv", "feed.csv", **m2)))
    assert api.generate(**places("m2.csv", "m2/feed.csv", **m2)).status_code == 202
    api.client.post(f"/api/feed/cancel/{first.json['job_id']}")
    assert api.generate(**places("m1b.csv", "feed.csv")).status_code == 202, "its own feed, anew"
    assert api.container.places().owner(place_of("s3://bucket/feed.csv.manifest.json")) is None


def test_a_merchants_own_feeds_and_reports_do_not_replace_each_other(api: Api) -> None:
    first = api.validate(**places("feed.csv", "report.json"))
    assert first.status_code == 202
    assert api.validate(**places("feed.csv", "report.csv")).status_code == 202
    assert "this merchant's report" in taken(api.generate(**places("a.csv", "report.csv")))
    assert "would replace" in taken(api.validate(**places("a.csv", "report.html")))
    assert "would replace" in taken(api.validate(**places("a.csv", "report.csv.findings.jsonl.gz")))
    api.client.post(f"/api/feed/cancel/{first.json['job_id']}")
    assert api.validate(**places("feed.csv", "report.json")).status_code == 202


def test_whose_a_destination_is_outlives_the_process(tmp_path: Path) -> None:
    assert make_api(tmp_path).generate(**places("a.csv", "feed.csv")).status_code == 202
    other = places("b.csv", "feed.csv", affiliate_merchant_id="m2/../%")
    taken(make_api(tmp_path).generate(**other))


def test_of_many_that_race_for_a_destination_one_merchant_has_it(api: Api) -> None:
    answers: dict[str, int] = {}

    def ask(merchant: str) -> None:
        client = api.client.application.test_client()
        body = places("a.csv", "feed.csv", affiliate_merchant_id=merchant)
        answers[merchant] = client.post("/api/feed/generate", json=body).status_code

    threads = [threading.Thread(target=ask, args=(f"m{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers.values()) == [202] + [409] * 7
    owner = api.container.places().owner(place_of("s3://bucket/feed.csv"))
    assert answers[owner.affiliate_merchant_id] == 202


@pytest.mark.parametrize("place", ["html_s3_path", "report_s3_path"])
@pytest.mark.parametrize(
    "uri",
    [
        "s3://bucket/secret.html",
        "s3://other/report.html",
        "s3://bucket/report.json/../secret",
        "s3://bucket/report.json.d/secret",
        "s3://bucket/Report.html",
        "s3://bucket/report2.html",
        "/etc/passwd",
        7,
        ["s3://bucket/report.html"],
    ],
)
def test_a_report_elsewhere_is_not_read_and_said_to_be_ignored(api: Api, place: str, uri: object) -> None:
    job_id = api.validate(**places("feed.csv", "report.json")).json["job_id"]
    if isinstance(uri, str):
        api.objects.objects[uri] = b'{"a secret": 1}'
    body = {"job_id": job_id, "type": "feed_validation", "status": "success", "result": {place: uri, "n": 1}}
    assert api.client.post("/api/callback/feed", json=body).json["applied"]
    form = "html" if place == "html_s3_path" else "json"
    answer = api.client.get(f"/api/feed/jobs/{job_id}/report?format={form}")
    assert (answer.status_code, answer.json["code"]) == (404, "no_report")
    assert api.status(job_id)["attempts"][0]["result"] == {"n": 1, "ignored": {place: uri}}
    assert "ignored" in api.client.get(f"/api/feed/jobs/{job_id}/activities").text


def test_buckets_are_for_all_merchants_or_for_one(tmp_path: Path) -> None:
    api = make_api(tmp_path, allowed_buckets=("shared", "m1=mine"))
    mine = {"source_s3_path": "s3://shared/a.csv", "destination_s3_path": "s3://mine/feed.csv"}
    assert api.generate(**mine).status_code == 202
    for field, path, merchant in (
        ("destination_s3_path", "s3://mine/f.csv", "m2"),
        ("source_s3_path", "s3://mine/a.csv", "m2"),
        ("source_s3_path", "s3://other/a.csv", "m1"),
    ):
        body = {**mine, "destination_s3_path": "s3://shared/f.csv", field: path}
        answer = api.generate(affiliate_merchant_id=merchant, **body)
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_feeds_that_differ_by_the_day_alone_are_one_merchants(api: Api) -> None:
    m2 = {"affiliate_merchant_id": "m2"}
    first = api.generate(**places("m1.csv", "feed-20261130.csv"))
    assert first.status_code == 202
    meanwhile = api.generate(**places("m1.csv", "feed-20261201.csv"))
    assert (meanwhile.json["code"], meanwhile.json["job_id"]) == ("destination_busy", first.json["job_id"])
    assert "s3://bucket/feed-yyyymmdd.csv, as s3://bucket/feed-20261201.csv would" in meanwhile.json["detail"]
    api.client.post(f"/api/feed/cancel/{first.json['job_id']}")
    assert api.generate(**places("m1.csv", "feed-20261201.csv")).status_code == 202
    assert "another merchant's feed" in taken(api.generate(**places("m2.csv", "feed-20261202.csv", **m2)))
    beside = places("m2.csv", "feed-YYYYMMDD.csv.numbers.json", **m2)
    assert "would replace" in taken(api.validate(**beside))
    assert api.generate(**places("m2.csv", "feed-2026-12-02.csv", **m2)).status_code == 202
    report = places("m1.csv", "feed-20261202.csv.json", **m2)
    assert api.validate(**report).status_code == 202, "a report is of no series"
