"""The served document: valid, whole, with examples that are right; and the check that holds every answer against it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import regress
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from feedscript.entrypoints.http.wire import HTTP_URL, ONE_LINE, S3_PATH, Country
from tests.integration.http.conftest import Api
from tests.integration.served_document import Answered, CheckedClient, ServedDocument, Undocumented, served

OPERATIONS = {
    "generate",
    "validate",
    "status",
    "retry",
    "cancel",
    "jobs",
    "activities",
    "logs",
    "report",
    "receive",
    "trail",
    "undelivered",
    "replay",
    "discard",
    "feed",
    "manifest",
    "rejects",
    "findings",
    "root",
    "ready",
    "metrics",
}


def document_of(api: Api) -> ServedDocument:
    return served(api.client.get("/api/openapi.json").text)


def operations(document: ServedDocument) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document.content["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield path, method, operation


def test_the_document_is_valid(api: Api) -> None:
    OpenAPIV31SpecValidator(document_of(api).content).validate()


def test_every_route_is_in_the_document_and_nothing_else(api: Api) -> None:
    beside = ("/api/docs", "/api/openapi.json", "/console")
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in api.client.application.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS") and not rule.rule.startswith(beside)
    }
    assert {(path, method) for path, method, _ in operations(document_of(api))} == routes


def test_operations_keep_their_ids(api: Api) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document_of(api))]
    assert sorted(ids) == sorted(OPERATIONS)


def test_every_operation_says_what_it_does_and_where_it_belongs(api: Api) -> None:
    document = document_of(api)
    tags = {tag["name"] for tag in document.content["tags"]}
    for path, _, operation in operations(document):
        assert operation["summary"], path
        assert set(operation["tags"]) <= tags, path
    assert document.content["servers"] == [{"url": "/"}]


def test_every_field_and_parameter_says_what_it_is(api: Api) -> None:
    document = document_of(api)
    silent = [
        f"{name}.{field}"
        for name, schema in document.content["components"]["schemas"].items()
        for field, each in schema.get("properties", {}).items()
        if not {"description", "$ref"} & each.keys()
    ]
    silent += [
        f"{operation['operationId']} {parameter['name']}"
        for _, _, operation in operations(document)
        for parameter in operation.get("parameters", ())
        if not {"description", "$ref"} & parameter.keys()
    ]
    assert silent == []


def test_every_body_has_an_example_and_every_example_is_valid(api: Api) -> None:
    document = document_of(api)
    for name, schema in document.content["components"]["schemas"].items():
        for example in schema.get("examples", ()):
            assert document.errors_of(example, "components", "schemas", name) == [], name
    for path, method, operation in operations(document):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for kind, content in (each for body in bodies for each in body.get("content", {}).items()):
            place = ("components", "schemas", content["schema"].get("$ref", "").rpartition("/")[2])
            if "examples" in content:
                for example in content["examples"].values():
                    assert document.errors_of(example["value"], *place) == [], (path, method)
            elif content["schema"] and kind == "application/json":
                assert document.content["components"]["schemas"][place[-1]]["examples"], (path, method)


def test_the_service_takes_its_own_examples(api: Api) -> None:
    schemas = document_of(api).content["components"]["schemas"]
    (generation,), (validation,) = (schemas[n]["examples"] for n in ("FeedRequest", "ValidateRequest"))
    answer = api.client.post("/api/feed/generate", json=generation)
    assert answer.status_code == 202
    api.executor.begin(answer.json["job_id"], 1)
    (callback,) = schemas["Callback"]["examples"]
    told = api.client.post("/api/callback/feed", json=callback | {"job_id": answer.json["job_id"]})
    assert told.json["applied"]
    assert api.client.post("/api/feed/validate", json=validation).status_code == 202


def test_what_is_sent_to_a_callback_is_in_the_document(api: Api) -> None:
    document = document_of(api)
    api.generated(callback_url="http://example.com/", partner_id="google")
    (told,) = api.notifier.notifications
    assert document.errors_of(dict(told.body), "components", "schemas", "Outcome") == []


def test_an_identity_is_an_integer_or_a_string(api: Api) -> None:
    document = document_of(api)
    place = ("components", "schemas", "FeedRequest", "properties", "job_id")
    for good in (1, "1", 1.0, None, -(2**63) + 1):
        assert document.errors_of(good, *place) == []
        assert (
            api.generate(job_id=good, destination_s3_path=f"s3://b-1/{good and int(good)}").status_code < 300
        )
    for bad in (True, 1.5, "", "x" * 201, "a\nb", 2**63):
        assert document.errors_of(bad, *place)
        assert api.generate(job_id=bad).status_code == 422


@pytest.mark.parametrize("keys", ["api", "guarded"])
def test_a_key_is_asked_for_where_keys_are_configured(keys: str, request: pytest.FixtureRequest) -> None:
    document = document_of(request.getfixturevalue(keys))
    schemes = document.content["components"]["securitySchemes"]
    assert (schemes["bearer"]["scheme"], schemes["apiKey"]["name"]) == ("bearer", "X-API-Key")
    needed = [{"bearer": []}, {"apiKey": []}] if keys == "guarded" else []
    for path, _, operation in operations(document):
        is_open = path in ("/", "/ready")
        expected = [] if is_open else needed
        if operation["operationId"] == "receive":
            expected = [*(needed or [{}]), {"attemptToken": []}]
        assert operation["security"] == expected, path
        assert ("401" in operation["responses"]) != is_open


def test_links_lead_where_they_say(api: Api) -> None:
    document = document_of(api)
    known = {operation["operationId"]: operation for _, _, operation in operations(document)}
    links = [
        link
        for operation in known.values()
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    ]
    assert {link["operationId"] for link in links} >= {"status", "cancel", "report", "replay", "jobs"}
    for link in links:
        (parameter,) = link["parameters"]
        path = next(path for path, _, op in operations(document) if op is known[link["operationId"]])
        queried = {each["name"] for each in known[link["operationId"]].get("parameters", ())}
        assert f"{{{parameter}}}" in path or parameter in queried


def patterns(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("pattern"), str):
            yield value["pattern"]
        for inner in value.values():
            yield from patterns(inner)
    if isinstance(value, list):
        for inner in value:
            yield from patterns(inner)


def test_patterns_compile_as_python_and_as_ecmascript(api: Api) -> None:
    found = set(patterns(document_of(api).content))
    assert {S3_PATH, HTTP_URL, ONE_LINE} <= found
    for pattern in found:
        re.compile(pattern)
        regress.Regex(pattern, "u")


COUNTRY = Country.DOCUMENTED["pattern"]
TEXTS = [
    (S3_PATH, "s3://bucket/a", True),
    (S3_PATH, "s3://bucket/a/...b", True),
    (S3_PATH, "s3://bucket/ø/å.csv", True),
    (S3_PATH, "s3://bucket/a/../b", False),
    (S3_PATH, "s3://bucket/a/.", False),
    (S3_PATH, "s3://bucket/a//b", False),
    (S3_PATH, "s3://bucket/a/", False),
    (S3_PATH, "s3://b/a", False),
    (S3_PATH, "s3://bucket/a\x00", False),
    (S3_PATH, "s3://bucket/" + "x" * 256, False),
    (HTTP_URL, "https://example.com/a?b#c", True),
    (HTTP_URL, "http://user@example.com/", False),
    (HTTP_URL, "http://exa mple.com/", False),
    (HTTP_URL, "ftp://example.com/", False),
    (COUNTRY, "no", True),
    (COUNTRY, "UK", True),
    (COUNTRY, "XX", False),
    (COUNTRY, "NOR", False),
    (ONE_LINE, "", True),
    (ONE_LINE, "a\tb", False),
]


@pytest.mark.parametrize(("pattern", "text", "fits"), TEXTS)
def test_patterns_mean_the_same_in_both_and_to_the_service(
    api: Api, pattern: str, text: str, *, fits: bool
) -> None:
    assert bool(re.search(pattern, text)) == fits
    assert (regress.Regex(pattern, "u").find(text) is not None) == fits
    fields = {S3_PATH: "source_s3_path", HTTP_URL: "callback_url", COUNTRY: "country", ONE_LINE: "partner_id"}
    if text:
        assert (api.generate(**{fields[pattern]: text}).status_code == 202) == fits


@pytest.mark.parametrize("pattern", [HTTP_URL, S3_PATH, ONE_LINE])
def test_every_character_means_the_same_in_both(pattern: str) -> None:
    start = {HTTP_URL: "http://a/", S3_PATH: "s3://bucket/", ONE_LINE: ""}[pattern]
    python, ecmascript = re.compile(pattern), regress.Regex(pattern, "u")
    for character in map(chr, [*range(0xD800), *range(0xE000, 0x10000)]):
        text = f"{start}b{character}"
        # Python's $ is before a last line feed too: what is matched whole counts.
        assert bool(python.fullmatch(text)) == bool(ecmascript.find(text)), hex(ord(character))


UNDOCUMENTED = [
    ("GET /ready", 418, "application/json", b"{}"),
    ("GET /", 200, "text/plain", b"ok"),
    ("GET /", 200, "application/json", b'{"ok": "yes"}'),
    ("GET /", 200, "application/json", b'{"ok": true, "more": 1}'),
    ("GET /nowhere", 404, "text/html", b"not here"),
    ("PUT /ready", 405, "application/problem+json", b"{}"),
    (
        "GET /api/feed/status/1",
        404,
        "application/problem+json",
        b'{"type": "about:blank", "title": "x", "status": 404, "code": "made_up", "detail": "x"}',
    ),
]


@pytest.mark.parametrize(("call", "status", "media_type", "body"), UNDOCUMENTED)
def test_an_answer_that_is_not_documented_is_found(
    api: Api, call: str, status: int, media_type: str, body: bytes
) -> None:
    method, path = call.split()
    with pytest.raises(Undocumented):
        document_of(api).check(Answered(method, path, status, {"Content-Type": media_type}, body))


def test_the_suites_client_checks(api: Api) -> None:
    text = document_of(api).text
    liar = Flask("liar")
    liar.add_url_rule("/api/openapi.json", view_func=lambda: text, endpoint="document")
    liar.add_url_rule("/", view_func=lambda: {"ok": "yes"}, endpoint="root")
    with pytest.raises(Undocumented, match="'yes' is not of type 'boolean'"):
        CheckedClient(liar, liar.response_class).get("/")
