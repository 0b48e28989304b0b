"""What could not be told, over HTTP; and callback addresses that are refused with the request."""

from pathlib import Path

import pytest

from feedscript.adapters.files import Disk
from feedscript.adapters.webhooks import FolderLetterBox
from feedscript.adapters.webhooks.outbox import Outbox
from feedscript.ports import Notification
from tests.integration.http.conftest import Api

ID = "j1/1/generated"


def give_up(folder: Path, job_id: str = "j1") -> None:
    outbox = Outbox(FolderLetterBox(folder / "jobs_dir" / "outbox", Disk()))
    outbox.take_in(
        Notification(
            id=f"{job_id}/1/generated",
            job_id=job_id,
            url="http://example.com/?key=hush",
            body={},
            affiliate_merchant_id="m1",
        )
    )
    name = f"{job_id}%2F1%2Fgenerated"
    letter = outbox.read(name)
    assert letter is not None
    outbox.give_up(name, letter.given_up("HTTP 418"))


def test_it_is_listed_without_its_secrets_and_without_what_was_answered(api: Api, tmp_path: Path) -> None:
    give_up(tmp_path)
    answer = api.client.get("/api/webhooks")
    (shown,) = answer.json["notifications"]
    assert (shown["id"], shown["state"], shown["tries"]) == (ID, "dead", 1)
    assert "418" not in answer.text
    assert "hush" not in answer.text
    assert api.client.get("/api/webhooks?affiliate_merchant_id=m2").json["notifications"] == []
    assert api.client.get("/api/webhooks?state=waiting").json["notifications"] == []
    assert api.client.get("/api/webhooks?state=sent").status_code == 422


@pytest.mark.parametrize(("action", "status", "waiting"), [("replay", 202, 1), ("discard", 200, 0)])
def test_it_is_replayed_or_discarded_once(
    api: Api, tmp_path: Path, action: str, status: int, waiting: int
) -> None:
    give_up(tmp_path)
    address = f"/api/webhooks/{action}/j1%2F1%2Fgenerated"
    assert api.client.post(address).status_code == status
    assert api.client.post(address).json["code"] == "unknown_notification"
    assert len(api.client.get("/api/webhooks?state=waiting").json["notifications"]) == waiting
    assert api.client.get("/api/webhooks").json["notifications"] == []


def test_an_address_that_is_never_called_is_refused_with_the_request(api: Api) -> None:
    api.notifier.refused.add("http://10.0.0.1/")
    answer = api.generate(callback_url="http://10.0.0.1/")
    assert answer.status_code == 422
    assert "calls no such address" in answer.json["errors"]["callback_url"][0]


def test_the_document_tells_what_is_sent(api: Api) -> None:
    document = api.client.get("/api/openapi.json").json
    sent = document["webhooks"]["outcome"]["post"]
    assert {each["name"] for each in sent["parameters"]} == {
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    }
    job_id = api.generated(callback_url="http://example.com/", partner_id="google")
    (told,) = api.notifier.notifications
    assert (told.job_id, told.body["state"], told.body["partner_id"]) == (job_id, "generated", "google")
    assert set(told.body) == set(document["components"]["schemas"]["Outcome"]["properties"])
