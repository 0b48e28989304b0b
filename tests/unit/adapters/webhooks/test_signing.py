"""Signatures as the receivers' own library checks them."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from feedscript.adapters.webhooks import BadSecret, Signing


def secret(letter: str, length: int = 32) -> str:
    return "whsec_" + base64.b64encode(letter.encode() * length).decode()


OLD, NEW, OTHER = secret("o"), secret("n"), secret("x")


def signed(entries: list[str], body: bytes, *, merchant: str = "m1", age: int = 0) -> dict[str, str]:
    at = datetime.now(UTC) - timedelta(seconds=age)
    return Signing.parse(entries).headers("j1/1/generated", merchant, body, at=at)


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_whatever_the_body_the_receiver_can_verify_it(body: dict[str, object]) -> None:
    content = json.dumps(body).encode()
    assert Webhook(NEW).verify(content, signed([NEW], content)) == body


@pytest.mark.parametrize("held", [OLD, NEW])
def test_while_secrets_rotate_those_who_hold_either_can_verify(held: str) -> None:
    assert Webhook(held).verify(b"{}", signed([NEW, OLD], b"{}")) == {}


@pytest.mark.parametrize(
    ("held", "body", "age"),
    [
        pytest.param(OTHER, b"{}", 0, id="another secret"),
        pytest.param(NEW, b"[]", 0, id="another body"),
        pytest.param(NEW, b"{}", 301, id="older than five minutes"),
    ],
)
def test_what_is_not_right_is_refused(held: str, body: bytes, age: int) -> None:
    with pytest.raises(WebhookVerificationError):
        Webhook(held).verify(body, signed([NEW], b"{}", age=age))


def test_the_id_and_the_time_are_signed_too() -> None:
    headers = signed([NEW], b"{}")
    for name, changed in (
        ("webhook-id", "j2"),
        ("webhook-timestamp", str(int(headers["webhook-timestamp"]) + 1)),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(NEW).verify(b"{}", headers | {name: changed})


def test_a_merchants_own_secret_takes_the_place_of_the_general_one() -> None:
    entries = [NEW, f"m1={OTHER}"]
    assert Webhook(OTHER).verify(b"{}", signed(entries, b"{}")) == {}
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(b"{}", signed(entries, b"{}"))
    assert Webhook(NEW).verify(b"{}", signed(entries, b"{}", merchant="m2")) == {}


def test_without_secrets_there_is_no_signature() -> None:
    assert set(signed([], b"{}")) == {"webhook-id", "webhook-timestamp"}


@pytest.mark.parametrize(
    "entry", ["", "sesame", "whsec_", "whsec_sesame!", "m1=", secret("a", 23), secret("a", 65), NEW[6:]]
)
def test_a_secret_of_another_form_is_told_without_being_shown(entry: str) -> None:
    with pytest.raises(BadSecret) as told:
        Signing.parse([entry])
    assert "24 to 64" in str(told.value)
    assert len(entry) <= len("whsec_") or entry not in str(told.value)
