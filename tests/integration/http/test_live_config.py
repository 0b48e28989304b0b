"""What a live service makes of its configuration, and of a job's own country. Ids name the kind: part.number."""

import gzip
import json
from pathlib import Path

import pytest

from feedscript.feeds import load_profile
from tests.integration.live_merchant import Merchant
from tests.integration.live_server import ROOT, LiveServer, poll

FEED = (
    b"id,title,description,link,image_link,availability,price,brand,mpn,condition\n"
    b"1,A kettle,Boils water,https://shop.example/1,https://shop.example/1.jpg,in_stock,12.00 NOK,Fern,K1,new\n"
)


@pytest.fixture
def merchant(merchant: Merchant) -> Merchant:
    merchant.put("export.csv", FEED)
    return merchant


@pytest.fixture
def partners_merchant(partnered: LiveServer) -> Merchant:
    """A merchant of the server on which partners have files; the partner of the merchant's name is its own."""
    merchant = Merchant(partnered)
    merchant.put("export.csv", FEED)
    return merchant


def test_case_5_4_mistakes_of_the_configuration_are_told_at_once_and_mended_by_one_retry(
    partners_merchant: Merchant,
) -> None:
    merchant, server = partners_merchant, partners_merchant.server
    merchant.configure("mapping:\n  attributes:\n    titel: {colunm: a}\n    brnd: {omit: true}\n")
    merchant.configure("validation: {country: NO}\n", "partners")
    job = merchant.generated(partner_id=merchant.name, job_id=1)
    assert (job["status"], job["reason"]) == ("generation_failed", "bad_config"), job
    (attempt,) = job["attempts"]
    assert poll(lambda: server.job(job["id"])["attempts"][0].get("exit_code")) == 78
    told = [(Path(m["path"]).parts[-2], m["line"], m["key"]) for m in attempt["result"]["mistakes"]]
    assert {Path(m["path"]).stem for m in attempt["result"]["mistakes"]} == {merchant.name}
    assert told == [
        ("partners", 1, "validation.country"),
        ("merchants", 3, "mapping.attributes.titel.colunm"),
        ("merchants", 3, "mapping.attributes.titel"),
        ("merchants", 4, "mapping.attributes.brnd"),
    ]
    assert attempt["result"]["mistakes"][1]["near"] == ["column", "columns"]
    assert 'Put it in quotes: "NO"' in job["error"]
    assert "did you mean column" in job["error"]
    assert job["next_retry_at"] is None
    merchant.configure("{}\n")
    merchant.configure('validation: {country: "NO"}\n', "partners")
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
def test_a_mapping_that_does_not_fit_is_bad_config(merchant: Merchant, mapping: str, near: str) -> None:
    merchant.configure(f"mapping: {{{mapping}}}\n")
    job = merchant.generated()
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
    merchant: Merchant, partners_merchant: Merchant, partner: str | None, own: str | None, country: str
) -> None:
    if partner:
        merchant = partners_merchant
        merchant.configure(f"validation: {{country: {partner}}}\n", "partners")
    wanted = {"partner_id": merchant.name, "country": own, "destination_s3_path": merchant.at("report.json")}
    job = merchant.validated(**wanted)
    assert merchant.report(job["id"])["profile"]["country"] == country


def test_the_result_tells_whose_feed_it_is_and_its_manifest_what_was_lost(merchant: Merchant) -> None:
    """A partner without a profile (2.4), and a record lost on the way (2.1), are told at the end of the way."""
    merchant.configure("generation: {max_lost_ratio: 0.5}\n")
    merchant.put("export.csv", FEED + b"2,too,short\n")
    server = merchant.server
    accepted = merchant.generate(partner_id="nobody", job_id=1).json()
    job_id = accepted["job_id"]
    result = server.reaches(job_id, "generated", "generation_failed")["attempts"][-1]["result"]
    (warning,) = result["warnings"]
    assert "no profile is known for the partner 'nobody'" in warning
    assert accepted["warnings"] == [warning]
    assert result["account"]["records_lost"] == {"ragged_row": 1}
    assert (result["items_rejected"], result["rejects"]) == (0, {"total": 0, "by_rule": {}})
    assert result["rejects_s3_path"] == merchant.at("feed.csv.rejects.jsonl.gz")
    asked = {"affiliate_merchant_id": merchant.name, "job_id": 1}
    server.post("/api/feed/validate", {**asked, "destination_s3_path": merchant.at("report.json")})
    server.reaches(job_id, "validated", "validation_failed")
    report = merchant.report(job_id)
    assert report["origin"]["records_lost"] == {"ragged_row": 1}
    assert report["warnings"] == [warning]
    assert "no profile is known" in server.get(f"/api/feed/jobs/{job_id}/report?format=html").text
    assert "lost_in_generation" in {issue["code"] for issue in report["issues"]}


def test_a_failure_for_its_rejects_names_the_list_of_them(merchant: Merchant) -> None:
    merchant.put("export.csv", FEED.replace(b"12.00 NOK", b"much"))
    job = merchant.generated()
    assert (job["status"], job["reason"]) == ("generation_failed", "invalid_feed"), job
    assert merchant.at("feed.csv.rejects.csv.gz") in job["error"]
    result = job["attempts"][0]["result"]
    assert result["rejects_s3_path"] == merchant.at("feed.csv.rejects.jsonl.gz")
    assert (result["items_rejected"], result["rejects"]["total"]) == (1, 1)
    listed = merchant.folder / "feed.csv.rejects.csv.gz"
    assert b"google.price.invalid_format,much" in gzip.decompress(listed.read_bytes())
    assert not (merchant.folder / "feed.csv").exists()


def test_a_partners_file_gives_its_profile_and_pins_its_version(partners_merchant: Merchant) -> None:
    """Generated and validated for Meta, until the pinned version is one that is not here."""
    merchant, version = partners_merchant, load_profile("meta").version
    merchant.configure(f"profile: meta@{version}\n", "partners", "acme")
    job = merchant.generated(partner_id="acme", job_id=1)
    assert job["status"] == "generated", job
    assert job["attempts"][-1]["result"]["warnings"] == []
    assert "in stock" in (merchant.folder / "feed.csv").read_text()
    asked = {"affiliate_merchant_id": merchant.name, "job_id": 1}
    asked["destination_s3_path"] = merchant.at("report.json")
    assert merchant.server.post("/api/feed/validate", asked).status_code == 202
    assert merchant.server.reaches(job["id"], "validated", "validation_failed")["status"] == "validated"
    profile = merchant.report(job["id"])["profile"]
    assert (profile["id"], profile["version"]) == ("meta", version)
    merchant.configure("profile: meta@1999-01\n", "partners", "acme")
    job = merchant.generated(partner_id="acme", job_id=2)
    assert job["reason"] == "bad_config"
    assert (
        f"acme.yaml:1: profile: the profile meta has no version '1999-01' here; known are {version}"
        in job["error"]
    )


def test_of_a_partners_file_that_is_no_yaml_file_and_line_are_told_and_nothing_else(
    partners_merchant: Merchant,
) -> None:
    merchant = partners_merchant
    merchant.configure("profile: meta\nvalidation: [\n", "partners", "no-yaml")
    accepted = merchant.generate(partner_id="no-yaml")
    assert accepted.status_code == 202
    assert "warnings" not in accepted.json()
    job = merchant.server.reaches(accepted.json()["job_id"], "generated", "generation_failed")
    assert (job["status"], job["reason"]) == ("generation_failed", "bad_config")
    assert "no-yaml.yaml:3: is not YAML" in job["error"]


def test_a_partner_of_a_profile_of_ones_own_is_served(partners_merchant: Merchant) -> None:
    """Its feed is made and valid; a mistake in the profile is told where it stands, and no path of the machine."""
    merchant, text = partners_merchant, (ROOT / "examples/own_partner.yaml").read_text()
    merchant.configure(text, "profiles")
    merchant.configure(f"profile: ../profiles/{merchant.name}.yaml\n", "partners")
    job = merchant.generated(partner_id=merchant.name, job_id=1)
    assert job["status"] == "generated", job
    assert (merchant.folder / "feed.csv").read_text().startswith("sku;Product Name;deep_link;picture;stock;")
    told = {"id": "my-network", "version": "2026-11"}
    assert json.loads((merchant.folder / "feed.csv.manifest.json").read_bytes())["profile"] == told
    asked = {"affiliate_merchant_id": merchant.name, "job_id": 1}
    asked["destination_s3_path"] = merchant.at("report.json")
    assert merchant.server.post("/api/feed/validate", asked).status_code == 202
    assert merchant.server.reaches(job["id"], "validated", "validation_failed")["status"] == "validated"
    report = merchant.report(job["id"])
    assert told.items() <= report["profile"].items()
    assert [each for each in report["issues"] if each["severity"] == "error"] == []
    merchant.configure(text.replace("unique:", "uniqe:"), "profiles")
    job = merchant.generated(partner_id=merchant.name, job_id=2)
    assert (job["status"], job["reason"]) == ("generation_failed", "bad_config"), job
    (mistake,) = job["attempts"][0]["result"]["mistakes"]
    assert (mistake["path"], mistake["line"]) == (f"config/profiles/{merchant.name}.yaml", 11)
    assert (mistake["key"], mistake["near"]) == ("attributes.0.uniqe", [])
    assert str(merchant.server.folder) not in job["error"]
