"""What a live service makes of its configuration, and of a job's own country. Ids name the kind: part.number."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from feedscript.feeds import load_profile
from tests.integration.live_server import LiveServer, poll, request_body

FEED = (
    b"id,title,description,link,image_link,availability,price,brand,mpn,condition\n"
    b"1,A kettle,Boils water,https://shop.example/1,https://shop.example/1.jpg,in_stock,12.00 NOK,Fern,K1,new\n"
)


def configure(folder: Path, kind: str, name: str, text: str) -> None:
    place = folder / "config" / kind / f"{name}.yaml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)


def failed(server: LiveServer, **changes: Any) -> dict[str, Any]:
    """A generation that does not succeed."""
    server.put_object("bucket/export.csv", FEED)
    job_id = server.post("/api/feed/generate", request_body(**changes)).json()["job_id"]
    return server.reaches(job_id, "generated", "generation_failed")


def test_case_5_4_mistakes_of_the_configuration_are_told_at_once_and_mended_by_one_retry(
    tmp_path: Path,
) -> None:
    configure(
        tmp_path,
        "merchants",
        "m1",
        "mapping:\n  attributes:\n    titel: {colunm: a}\n    brnd: {omit: true}\n",
    )
    configure(tmp_path, "partners", "p1", "validation: {country: NO}\n")
    with LiveServer(tmp_path) as server:
        job = failed(server, partner_id="p1", job_id=1)
        assert (job["status"], job["reason"]) == ("generation_failed", "bad_config"), job
        (attempt,) = job["attempts"]
        assert poll(lambda: server.job(job["id"])["attempts"][0].get("exit_code")) == 78
        told = [(Path(m["path"]).name, m["line"], m["key"]) for m in attempt["result"]["mistakes"]]
        assert told == [
            ("p1.yaml", 1, "validation.country"),
            ("m1.yaml", 3, "mapping.attributes.titel.colunm"),
            ("m1.yaml", 3, "mapping.attributes.titel"),
            ("m1.yaml", 4, "mapping.attributes.brnd"),
        ]
        assert attempt["result"]["mistakes"][1]["near"] == ["column", "columns"]
        assert 'Put it in quotes: "NO"' in job["error"]
        assert "did you mean column" in job["error"]
        assert job["next_retry_at"] is None
        configure(tmp_path, "merchants", "m1", "{}\n")
        configure(tmp_path, "partners", "p1", 'validation: {country: "NO"}\n')
        assert server.post(f"/api/feed/retry/{job['id']}", {}).status_code == 202
        assert server.reaches(job["id"], "generated", "generation_failed")["status"] == "generated"


@pytest.mark.parametrize(
    ("mapping", "near"),
    [
        pytest.param("attributes: {title: {column: tilte}}", "'title'", id="5.4-column"),
        pytest.param(
            "attributes: {title: {operations: [unless_same_as: nothing]}}", "nothing", id="5.4-reference"
        ),
        pytest.param("attributes: {titel: {column: title}}", "title", id="5.4-attribute"),
    ],
)
def test_a_mapping_that_does_not_fit_is_bad_config(tmp_path: Path, mapping: str, near: str) -> None:
    configure(tmp_path, "merchants", "m1", f"mapping: {{{mapping}}}\n")
    with LiveServer(tmp_path) as server:
        job = failed(server)
        assert job["reason"] == "bad_config", job
        assert near in job["error"]


@pytest.mark.parametrize(
    ("partner", "own", "country"),
    [
        pytest.param(None, "NO", "NO", id="5.5-of-the-job"),
        pytest.param('"DE"', None, "DE", id="5.5-of-the-partner"),
        pytest.param('"DE"', "NO", "NO", id="5.5-the-jobs-comes-first"),
        pytest.param(None, None, "US", id="5.5-of-neither"),
    ],
)
def test_a_feed_is_validated_for_a_country(
    tmp_path: Path, partner: str | None, own: str | None, country: str
) -> None:
    if partner:
        configure(tmp_path, "partners", "p1", f"validation: {{country: {partner}}}\n")
    with LiveServer(tmp_path) as server:
        server.put_object("bucket/export.csv", FEED)
        body = request_body(partner_id="p1", country=own, destination_s3_path="s3://bucket/report.json")
        job_id = server.post("/api/feed/validate", body).json()["job_id"]
        server.reaches(job_id, "validated", "validation_failed")
        report = server.get(f"/api/feed/jobs/{job_id}/report").json()
        assert report["profile"]["country"] == country


def test_the_result_tells_whose_feed_it_is_and_its_manifest_what_was_lost(tmp_path: Path) -> None:
    """A partner without a profile (2.4), and a record lost on the way (2.1), are told at the end of the way."""
    configure(tmp_path, "merchants", "m1", "generation: {max_lost_ratio: 0.5}\n")
    with LiveServer(tmp_path) as server:
        server.put_object("bucket/export.csv", FEED + b"2,too,short\n")
        body = request_body(partner_id="nobody", destination_s3_path="s3://bucket/feed.csv", job_id=1)
        accepted = server.post("/api/feed/generate", body).json()
        job_id = accepted["job_id"]
        result = server.reaches(job_id, "generated", "generation_failed")["attempts"][-1]["result"]
        (warning,) = result["warnings"]
        assert "no profile is known for the partner 'nobody'" in warning
        assert accepted["warnings"] == [warning]
        assert result["account"]["records_lost"] == {"ragged_row": 1}
        assert (result["items_rejected"], result["rejects"]) == (0, {"total": 0, "by_rule": {}})
        assert result["rejects_s3_path"] == "s3://bucket/feed.csv.rejects.jsonl.gz"
        asked = {"affiliate_merchant_id": body["affiliate_merchant_id"], "job_id": 1}
        server.post("/api/feed/validate", {**asked, "destination_s3_path": "s3://bucket/report.json"})
        server.reaches(job_id, "validated", "validation_failed")
        report = server.get(f"/api/feed/jobs/{job_id}/report").json()
        assert report["origin"]["records_lost"] == {"ragged_row": 1}
        assert report["warnings"] == [warning]
        assert "no profile is known" in server.get(f"/api/feed/jobs/{job_id}/report?format=html").text
        assert "lost_in_generation" in {issue["code"] for issue in report["issues"]}


def test_a_failure_for_its_rejects_names_the_list_of_them(tmp_path: Path) -> None:
    with LiveServer(tmp_path) as server:
        server.put_object("bucket/export.csv", FEED.replace(b"12.00 NOK", b"much"))
        job_id = server.post("/api/feed/generate", request_body()).json()["job_id"]
        job = server.reaches(job_id, "generated", "generation_failed")
        assert (job["status"], job["reason"]) == ("generation_failed", "invalid_feed"), job
        assert "s3://bucket/feed.csv.rejects.csv.gz" in job["error"]
        result = job["attempts"][0]["result"]
        assert result["rejects_s3_path"] == "s3://bucket/feed.csv.rejects.jsonl.gz"
        assert (result["items_rejected"], result["rejects"]["total"]) == (1, 1)
        listed = tmp_path / "objects" / "bucket" / "feed.csv.rejects.csv.gz"
        assert b"google.price.invalid_format,much" in gzip.decompress(listed.read_bytes())
        assert not (tmp_path / "objects" / "bucket" / "feed.csv").exists()


def test_a_partners_file_gives_its_profile_and_pins_its_version(tmp_path: Path) -> None:
    """Generated and validated for Meta, until the pinned version is one that is not here."""
    version = load_profile("meta").version
    configure(tmp_path, "partners", "acme", f"profile: meta@{version}\n")
    with LiveServer(tmp_path) as server:
        server.put_object("bucket/export.csv", FEED)
        body = request_body(partner_id="acme", job_id=1)
        job_id = server.post("/api/feed/generate", body).json()["job_id"]
        job = server.reaches(job_id, "generated", "generation_failed")
        assert job["status"] == "generated", job
        assert job["attempts"][-1]["result"]["warnings"] == []
        assert "in stock" in (tmp_path / "objects/bucket/feed.csv").read_text()
        asked = {"affiliate_merchant_id": "m1", "job_id": 1, "destination_s3_path": "s3://bucket/report.json"}
        assert server.post("/api/feed/validate", asked).status_code == 202
        assert server.reaches(job_id, "validated", "validation_failed")["status"] == "validated"
        profile = server.get(f"/api/feed/jobs/{job_id}/report").json()["profile"]
        assert (profile["id"], profile["version"]) == ("meta", version)
        configure(tmp_path, "partners", "acme", "profile: meta@1999-01\n")
        job = failed(server, partner_id="acme", job_id=2)
        assert job["reason"] == "bad_config"
        assert (
            f"acme.yaml:1: profile: the profile meta has no version '1999-01' here; known are {version}"
            in job["error"]
        )


def test_of_a_partners_file_that_is_no_yaml_file_and_line_are_told_and_nothing_else(tmp_path: Path) -> None:
    configure(tmp_path, "partners", "p1", "profile: meta\nvalidation: [\n")
    with LiveServer(tmp_path) as server:
        server.put_object("bucket/export.csv", b"id,title\n1,A\n")
        accepted = server.post("/api/feed/generate", request_body(partner_id="p1"))
        assert accepted.status_code == 202
        assert "warnings" not in accepted.json()
        job = server.reaches(accepted.json()["job_id"], "generated", "generation_failed")
        assert (job["status"], job["reason"]) == ("generation_failed", "bad_config")
        assert "p1.yaml:3: is not YAML" in job["error"]
