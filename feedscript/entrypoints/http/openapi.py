"""The OpenAPI document: what is not said by the routes, the schemas and the gates themselves."""

from enum import StrEnum
from functools import cached_property
from typing import Any

from flask import Flask
from flask_smorest import Api
from marshmallow import fields, validate

from feedscript import __version__
from feedscript.domain import JobState, Outcome, Phase, Reason, Stage
from feedscript.entrypoints.http.access import CALLBACK, KEY_SCHEMES, TOKEN_SCHEMES
from feedscript.entrypoints.http.answers import ProblemSchema
from feedscript.entrypoints.http.examples import EXAMPLES
from feedscript.entrypoints.http.outcome_schemas import OutcomeSchema
from feedscript.ports import DeliveryState

DESCRIPTION = """Turns merchants' exports into the product feeds that partners accept, checks them, and keeps the trail.

Every error is a problem document (RFC 9457) with a `code` for programs: each response's examples name the codes that
it may have. What is no address here is 404 `unknown_address`, a method that it does not take 405 `wrong_method`.
Where no keys are configured none is asked for."""
#: By their names in the document.
ENUMERATIONS: dict[type[StrEnum], str] = {
    Phase: "Phase",
    JobState: "JobState",
    Outcome: "AttemptOutcome",
    Reason: "Reason",
    Stage: "Stage",
    DeliveryState: "DeliveryState",
}
HEADERS = {
    "X-Request-ID": ("The call's id, as the audit trail has it", {"type": "string"}),
    "Retry-After": ("Seconds after which to repeat the call", {"type": "string", "pattern": "^[0-9]+$"}),
    "WWW-Authenticate": ("What is asked for", {"type": "string"}),
}
OUTCOME_HEADERS = {
    "webhook-id": "The same however often the outcome is sent: whoever has seen it needs to do nothing",
    "webhook-timestamp": "Seconds since 1970 of this try; refuse what is older than five minutes",
    "webhook-signature": "One or more v1,BASE64 with spaces between (Standard Webhooks); where secrets are set",
}


class DocumentedApi(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """OpenAPI 3.1 alone, without what flask-smorest would add for services that leave their errors to it."""

    DEFAULT_ERROR_RESPONSE_NAME = None
    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask, *, public_url: str, keys_asked_for: bool) -> None:
        app.config.update(
            API_TITLE="feedscript",
            API_VERSION=__version__,
            OPENAPI_VERSION="3.1.0",
            OPENAPI_URL_PREFIX="/api",
            OPENAPI_JSON_PATH="openapi.json",
            API_SPEC_OPTIONS={
                "info": {
                    "description": DESCRIPTION,
                    "license": {"name": "MIT", "identifier": "MIT"},
                },
                "servers": [{"url": public_url or "/"}],
            },
        )
        self._keys_asked_for = keys_asked_for
        super().__init__(app)

    @cached_property
    def document(self) -> dict[str, Any]:
        """The document as it is served."""
        return _finished(self.spec.to_dict(), keys_asked_for=self._keys_asked_for)

    def _init_spec(self, **options: Any) -> None:
        super()._init_spec(**options)
        self.ma_plugin.converter.add_attribute_function(_as_taken)
        components = self.spec.components
        for enumeration, name in ENUMERATIONS.items():
            components.schema(name, {"type": "string", "enum": [each.value for each in enumeration]})
        components.schema("Problem", schema=ProblemSchema)
        components.schema("Outcome", schema=OutcomeSchema)
        for name, (description, schema) in HEADERS.items():
            components.header(name, {"description": description, "schema": schema})
        for name, scheme in (KEY_SCHEMES | TOKEN_SCHEMES).items():
            components.security_scheme(name, scheme)
        self.spec.options["webhooks"] = {"outcome": {"post": _outcome()}}

    def _register_responses(self) -> None:
        """Document no errors of the framework's: `Routes` documents what is answered here."""

    def _register_etag_headers(self) -> None:
        """None are used."""

    def _register_pagination_header(self) -> None:
        """None is used: a page has its cursor in its body."""

    def _register_error_handlers(self) -> None:
        """Errors are this package's own business."""

    def _openapi_json(self) -> Any:
        return self._app.json.response(self.document)


def _as_taken(_: Any, field: fields.Field[Any], ret: dict[str, Any], **__: Any) -> dict[str, Any]:
    """What a field says of itself, and enumerations with their type: what apispec does not tell."""
    told = dict(getattr(field, "DOCUMENTED", {}))
    if "pattern" in ret:
        del told["pattern"]
    if isinstance(field, fields.Enum):
        return _enumerated(field, ret)
    if "type" in told and field.allow_none:
        kinds = told["type"]
        told["type"] = [*([kinds] if isinstance(kinds, str) else kinds), "null"]
    return told


def _enumerated(field: fields.Enum[Any], ret: dict[str, Any]) -> dict[str, Any]:
    """A reference to the enumeration; where only some of it is taken, to none."""
    del ret["enum"]
    chosen = [v.choices for v in field.validators if isinstance(v, validate.OneOf)]
    if chosen:
        told: dict[str, Any] = {"type": "string", "enum": [each.value for each in chosen[0]]}
    else:
        told = {"$ref": f"#/components/schemas/{ENUMERATIONS[field.enum]}"}
    return {"anyOf": [told, {"type": "null"}]} if field.allow_none else told


def _finished(document: dict[str, Any], *, keys_asked_for: bool) -> dict[str, Any]:
    """The document with security, links and examples, which follow from what the routes have said."""
    schemas = document["components"]["schemas"]
    for name, example in EXAMPLES.items():
        schemas[name]["examples"] = [example]
    operations = [
        each for path in document["paths"].values() for each in path.values() if isinstance(each, dict)
    ]
    links = _links(document)
    for operation in operations:
        if "401" in operation["responses"]:
            operation["security"] = _security(operation["operationId"], keys_asked_for=keys_asked_for)
        else:
            operation["security"] = []
        for status, answer in operation["responses"].items():
            if status.startswith("2"):
                answer.setdefault("headers", {})["X-Request-ID"] = {
                    "$ref": "#/components/headers/X-Request-ID"
                }
                following = links.get(_schema_of(answer))
                if following:
                    answer["links"] = following
    return document


def _security(operation: str, *, keys_asked_for: bool) -> list[dict[str, list[str]]]:
    keys = KEY_SCHEMES if keys_asked_for else {}
    tokens = TOKEN_SCHEMES if operation == CALLBACK.rpartition(".")[2] else {}
    anyone: list[dict[str, list[str]]] = [{}] if tokens and not keys else []
    return anyone + [{name: []} for name in (*keys, *tokens)]


def _schema_of(answer: dict[str, Any]) -> str:
    content = answer["content"].get("application/json", {})
    return str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]


def _links(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What follows an answer, by its schema: what can be done with a job or an outcome, and the next page."""
    operations = {
        operation["operationId"]: (path, operation)
        for path, methods in document["paths"].items()
        for operation in methods.values()
        if isinstance(operation, dict)
    }

    def to_those_with(parameter: str, place: str) -> dict[str, Any]:
        return {
            name: _link(name, parameter, place)
            for name, (path, _) in operations.items()
            if f"{{{parameter}}}" in path
        }

    return {
        "Accepted": to_those_with("job_id", "job_id"),
        "JobPage": to_those_with("job_id", "jobs/0/id") | {"next": _link("jobs", "cursor", "cursor")},
        "ActivityPage": {"next": _link("trail", "cursor", "cursor")},
        "UndeliveredPage": to_those_with("notification_id", "notifications/0/id")
        | {"next": _link("undelivered", "cursor", "cursor")},
    }


def _link(operation: str, parameter: str, place: str) -> dict[str, Any]:
    return {"operationId": operation, "parameters": {parameter: f"$response.body#/{place}"}}


def _outcome() -> dict[str, Any]:
    return {
        "operationId": "outcome",
        "tags": ["webhooks"],
        "summary": "Told to the request's callback_url when an attempt has ended",
        "description": "At least once, over a day: any 2xx is taken for received, 410 ends the tries, "
        "Retry-After is heeded, redirects are not followed.",
        "security": [],
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": name != "webhook-signature",
                "description": description,
                "schema": {"type": "string"},
            }
            for name, description in OUTCOME_HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Outcome"}}},
        },
        "responses": {
            "2XX": {"description": "Received"},
            "410": {"description": "Nobody is there any more: not tried again"},
            "default": {"description": "Tried again later"},
        },
    }
