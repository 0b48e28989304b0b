"""Which profile a request's partner means, and what the caller is told before any script starts."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from feedscript.entrypoints.http import create_app
from tests.integration.http.conftest import Api, make_api
from tests.integration.live_merchant import configure


def api_over(folder: Path, **settings: Any) -> Api:
    return make_api(folder, config_dir=folder / "config", **settings)


def test_without_a_partner_it_is_googles_feed_and_nothing_is_said(tmp_path: Path) -> None:
    configure(tmp_path, "partners", "other", "profile: meta\n")
    answer = api_over(tmp_path).generate()
    assert answer.status_code == 202
    assert "warnings" not in answer.json


def test_a_partner_whom_nobody_knows_is_said_to_get_the_default_profile(tmp_path: Path) -> None:
    api = api_over(tmp_path)
    answer = api.generate(partner_id="mtea", job_id=1)
    assert answer.status_code == 202
    (warning,) = answer.json["warnings"]
    assert "no profile is known for the partner 'mtea' (did you mean meta?)" in warning
    assert "feed of the profile google" in warning
    job = api.status(answer.json["job_id"])
    assert job["warnings"] == [warning]
    assert job["attempts"][0]["warnings"] == [warning]
    again = api.generate(partner_id="mtea", job_id=1)
    assert (again.status_code, again.json["warnings"]) == (200, [warning])


def test_beside_files_of_partners_one_that_has_none_is_refused_with_near_names(tmp_path: Path) -> None:
    configure(tmp_path, "partners", "acme", "profile: meta\n")
    api = api_over(tmp_path)
    answer = api.generate(partner_id="acem", job_id=1)
    assert (answer.status_code, answer.json["code"]) == (422, "unknown_partner")
    assert answer.json["near"] == ["acme"]
    assert "there is no partner 'acem' (did you mean acme?)" in answer.json["errors"]["partner_id"][0]
    assert api.validate(partner_id="acem").json["code"] == "unknown_partner"
    assert api.client.get("/api/feed/jobs").json["jobs"] == []
    # The reference is as free as before, and a file is seen as soon as it is there.
    configure(tmp_path, "partners", "acem", "profile: google\n")
    assert api.generate(partner_id="acem", job_id=1).status_code == 202


def test_a_shipped_profile_needs_no_file_even_beside_others(tmp_path: Path) -> None:
    configure(tmp_path, "partners", "acme", "profile: meta\n")
    answer = api_over(tmp_path).generate(partner_id="meta")
    assert answer.status_code == 202
    assert "warnings" not in answer.json


def test_a_file_that_names_no_profile_is_a_partner_of_the_default_one(tmp_path: Path) -> None:
    configure(tmp_path, "partners", "acme", 'validation: {country: "DE"}\n')
    (warning,) = api_over(tmp_path).generate(partner_id="acme").json["warnings"]
    assert "partners/acme.yaml of the configuration (profile: ...)" in warning


@pytest.mark.parametrize("name", ["../merchants/m1", "a/b", "ä", "x" * 200, ".", "con\\x", "*"])
def test_no_partners_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    configure(tmp_path, "merchants", "m1", "{}\n")
    (warning,) = api_over(tmp_path).generate(partner_id=name).json["warnings"]
    assert "no profile is known" in warning
    configure(tmp_path, "partners", "acme", "profile: meta\n")
    assert api_over(tmp_path).generate(partner_id=name).json["code"] == "unknown_partner"


def test_an_unknown_partner_is_refused_whatever_the_merchants_file_names(tmp_path: Path) -> None:
    configure(tmp_path, "merchants", "m1", "profile: meta\n")
    api = api_over(tmp_path)
    assert "warnings" not in api.generate(partner_id="acme").json
    configure(tmp_path, "partners", "other", "profile: meta\n")
    assert api.generate(partner_id="acme").json["code"] == "unknown_partner"


@pytest.mark.parametrize("name", ["feed.xlsx", "feed.csv.rar", "feed.json.gz"])
def test_a_destination_must_end_as_a_file_of_the_partner_does(tmp_path: Path, name: str) -> None:
    configure(tmp_path, "partners", "acme", "profile: meta\n")
    api = api_over(tmp_path)
    answer = api.generate(partner_id="acme", destination_s3_path=f"s3://bucket/{name}")
    assert (answer.status_code, answer.json["code"]) == (422, "wrong_ending")
    assert ".csv" in answer.json["endings"]
    (cause,) = answer.json["errors"]["destination_s3_path"]
    assert name in cause
    assert ".csv" in cause
    # A report is no feed.
    assert api.validate(partner_id="acme", destination_s3_path=f"s3://bucket/{name}").status_code == 202


def test_mistakes_of_a_partners_file_are_the_scripts_to_tell(tmp_path: Path) -> None:
    configure(tmp_path, "partners", "acme", "profile: mtea\n")
    assert api_over(tmp_path).generate(partner_id="acme").status_code == 202


def test_of_an_operators_own_script_nothing_is_known(tmp_path: Path) -> None:
    configure(tmp_path, "partners", "acme", "profile: meta\n")
    api = api_over(tmp_path, generate_command=("true",))
    answer = api.generate(partner_id="nobody", destination_s3_path="s3://bucket/feed.xlsx")
    assert answer.status_code == 202
    assert "warnings" not in answer.json


def test_a_validation_without_a_partner_has_the_one_of_its_generation(tmp_path: Path) -> None:
    api = api_over(tmp_path)
    job_id = api.generated(job_id=1, partner_id="nobody")
    wanted = {"affiliate_merchant_id": "m1", "job_id": 1, "destination_s3_path": "s3://bucket/report.json"}
    answer = api.client.post("/api/feed/validate", json=wanted)
    assert (answer.json["job_id"], len(answer.json["warnings"])) == (job_id, 1)


def test_a_retry_looks_again(tmp_path: Path) -> None:
    api = api_over(tmp_path)
    job_id = api.generate(partner_id="nobody").json["job_id"]
    api.executor.begin(job_id, 1)
    api.executor.end(job_id, 1, exit_code=65)
    configure(tmp_path, "partners", "other", "profile: meta\n")
    assert api.client.post(f"/api/feed/retry/{job_id}").json["code"] == "unknown_partner"
    configure(tmp_path, "partners", "nobody", "profile: meta\n")
    answer = api.client.post(f"/api/feed/retry/{job_id}")
    assert answer.status_code == 202
    assert "warnings" not in answer.json
    assert api.status(job_id)["warnings"] == []


def test_the_warning_outlives_the_server(tmp_path: Path) -> None:
    api = api_over(tmp_path)
    job_id = api.generate(partner_id="nobody").json["job_id"]
    later = create_app(api_over(tmp_path).container).test_client()
    (warning,) = later.get(f"/api/feed/status/{job_id}").json["warnings"]
    assert "'nobody'" in warning


def test_the_serving_process_brings_no_engine_to_tell_partners_apart(tmp_path: Path) -> None:
    configure(tmp_path, "partners", "acme", "profile: meta\n")
    script = (
        "import sys; from pathlib import Path; from feedscript.domain import FeedRequest, Phase;"
        " from feedscript.entrypoints.partners import ConfiguredPartners;"
        " request = FeedRequest(affiliate_merchant_id='m1', source='s3://bucket/a', destination='s3://bucket/b.csv',"
        " partner_id='acme'); print(ConfiguredPartners(Path(sys.argv[1])).warnings(Phase.GENERATION, request),"
        " 'duckdb' in sys.modules)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "config")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "() False\n"
