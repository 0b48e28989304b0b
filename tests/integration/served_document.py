"""What a service answers, held against the OpenAPI document that it serves."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from requests import Response
from werkzeug.test import TestResponse

URN = "urn:served"
#: Pages for people, and the document itself.
BESIDE = ("/api/docs", "/api/openapi.json", "/console")


class Undocumented(AssertionError):
    """An answer that the document knows nothing of."""


@dataclass(frozen=True)
class Answered:
    """An answer, however it came."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0]

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status} {self.media_type} {self.body[:300]!r}"


@dataclass(frozen=True)
class ServedDocument:
    """The document, as its text; `check` raises `Undocumented` for an answer that is not in it."""

    text: str

    @cached_property
    def content(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.text)
        return document

    @cached_property
    def _registry(self) -> Any:
        return Registry().with_resource(URN, Resource(self.content, DRAFT202012))

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], str]]:
        def pattern(path: str) -> str:
            named = re.escape(path).replace(r"\{notification_id\}", ".+")
            return re.sub(r"\\{\w+\\}", "[^/]+", named)

        return [(re.compile(pattern(path)), path) for path in sorted(self.content["paths"])]

    def errors_of(self, value: object, *pointer: str) -> list[str]:
        """What is wrong with a value by the schema that lies at the pointer."""
        validator = self._validator("/".join(step.replace("~", "~0").replace("/", "~1") for step in pointer))
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    @cache  # noqa: B019 - documents are few, and kept
    def _validator(self, steps: str) -> Any:
        return Draft202012Validator({"$ref": f"{URN}#/{steps}"}, registry=self._registry)

    def check(self, answered: Answered) -> None:
        if answered.method == "OPTIONS" or answered.path.startswith(BESIDE):
            return
        template = next((path for pattern, path in self._paths if pattern.fullmatch(answered.path)), None)
        method = answered.method.lower().replace("head", "get")
        if template is None or method not in self.content["paths"][template]:
            self._check_beside(answered)
            return
        responses = self.content["paths"][template][method]["responses"]
        status = str(answered.status)
        if status not in responses:
            raise Undocumented(f"this status is not documented: {answered}")
        content = responses[status]["content"]
        if answered.media_type not in content:
            raise Undocumented(f"this media type is not documented: {answered}")
        if answered.method == "HEAD" or not answered.media_type.endswith(("/json", "+json")):
            return
        body = json.loads(answered.body)
        place = ("paths", template, method, "responses", status, "content", answered.media_type, "schema")
        errors = self.errors_of(body, *place)
        if errors:
            raise Undocumented(f"{errors[0]}: {answered}")
        if (
            answered.media_type == "application/problem+json"
            and body["code"] not in (content[answered.media_type]["examples"])
        ):
            raise Undocumented(f"this code is not documented: {answered}")

    def _check_beside(self, answered: Answered) -> None:
        """What is no operation: a problem document says so."""
        if answered.media_type != "application/problem+json":
            raise Undocumented(f"no operation, and no problem: {answered}")
        if answered.method == "HEAD":
            return
        errors = self.errors_of(json.loads(answered.body), "components", "schemas", "Problem")
        if errors:
            raise Undocumented(f"{errors[0]}: {answered}")


@lru_cache(maxsize=16)
def served(text: str) -> ServedDocument:
    return ServedDocument(text)


def check_live(text: str, answer: Response) -> None:
    """Hold what a running server has answered against the document that it serves."""
    assert answer.request.method is not None
    served(text).check(
        Answered(
            method=answer.request.method,
            path=unquote(urlsplit(answer.url).path),
            status=answer.status_code,
            headers=answer.headers,
            body=answer.content,
        )
    )


class CheckedClient(FlaskClient):
    """A client to whom nothing may be answered that is not documented."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        answer = super().open(*args, **options)
        path = answer.request.path
        if not path.startswith(BESIDE):
            answered = Answered(
                answer.request.method, path, answer.status_code, answer.headers, answer.get_data()
            )
            self._document.check(answered)
        return answer

    @cached_property
    def _document(self) -> ServedDocument:
        # As anybody gets it, but by a client that does not check.
        return served(FlaskClient(self.application, self.response_wrapper).get("/api/openapi.json").text)
