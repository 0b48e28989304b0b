"""Blueprints whose bodies are read strictly, and whose every answer is in the OpenAPI document."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, cast

from flask import Flask, request
from flask_smorest import Blueprint

from feedscript.domain import FeedscriptError, RefusalCode
from feedscript.entrypoints.http.declared import Declared, Route, View, declared, refused_by_gates
from feedscript.entrypoints.http.examples import problem_example
from feedscript.entrypoints.http.parsing import StrictJsonParser
from feedscript.entrypoints.http.problems import ANYWHERE, MEDIA_TYPE, TITLES, problem
from feedscript.entrypoints.http.unknown_names import complaints
from feedscript.ports.errors import StorageBroken, StorageBusy, StorageFull, StorageUnavailable, UnreadableJob

Problem = type[FeedscriptError] | RefusalCode
#: What every route that asks the service may meet.
STORED: tuple[Problem, ...] = (StorageBusy, StorageUnavailable, StorageBroken, UnreadableJob)
NOT_JSON, TOO_LARGE = Declared(400, "not_json"), Declared(413, "too_large")
INVALID = Declared(422, "invalid_fields")


class Routes(Blueprint):  # type: ignore[misc]  # flask-smorest ships no types
    """A blueprint that documents what its routes refuse: `problems`, bad arguments, and what gates refuse."""

    ARGUMENTS_PARSER = StrictJsonParser()

    def __init__(self, name: str, *, prefix: str = "", description: str) -> None:
        super().__init__(name, __name__, url_prefix=prefix or None, description=description)
        self._prepare_doc_cbks.append(self._document)

    def route(self, rule: str, *, any_query: bool = False, **options: Any) -> Callable[[View], View]:
        """Register a view; one that reads no query refuses every name in it, unless it is to bear `any_query`."""
        register: Callable[[View], View] = super().route(rule, **options)

        def declare(view: View) -> View:
            register(view if any_query or _reads_query(view) else _without_query(view))
            return view

        return declare

    @staticmethod
    def problems(*what: Problem, stored: bool = True, body: bool = False) -> Callable[[View], View]:
        """Declare which errors and refusals the route answers, beside those of its arguments and of the gates.

        `stored` says that the route looks at stored jobs or the trail; `body`, that it reads a body by itself.
        """

        def declare(view: View) -> View:
            named: dict[str, Any] = dict(getattr(view, "_apidoc", {}))
            named["problems"] = [declared(each) for each in (*what, *(STORED if stored else ()))]
            named["problems"] += [NOT_JSON, INVALID] if body else []
            view._apidoc = named  # type: ignore[attr-defined]  # noqa: SLF001 - where flask-smorest keeps what it documents
            return view

        return declare

    def _store_endpoint_docs(
        self, endpoint: str, obj: Any, parameters: Any, tags: Any, **options: Any
    ) -> None:
        super()._store_endpoint_docs(endpoint, obj, parameters, tags, **options)
        for method, described in self._docs[endpoint].items():
            if method != "parameters":
                described["endpoint"] = endpoint

    def _document(
        self,
        operation: dict[str, Any],
        described: dict[str, Any],
        *,
        app: Flask,
        method: str,
        **_: Any,
    ) -> dict[str, Any]:
        route = Route(f"{self.name}.{described['endpoint']}", method.upper())
        problems = [*described.get("problems", ()), *_of_arguments(operation), *refused_by_gates(app, route)]
        if route.writes:
            problems += [TOO_LARGE, declared(StorageFull)]
        responses = operation["responses"]
        # flask-smorest's own, of the framework's errors, are none of this service's.
        for status in [status for status, answer in responses.items() if isinstance(answer, str)]:
            del responses[status]
        responses.update(_responses([*problems, *ANYWHERE_DECLARED]))
        operation["operationId"] = described["endpoint"]
        return operation


def _reads_query(view: Callable[..., Any]) -> bool:
    arguments = getattr(view, "_apidoc", {}).get("arguments", {})
    return any(each["in"] == "query" for each in arguments.get("parameters", ()))


def _without_query(view: View) -> View:
    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if request.args:
            return problem(422, INVALID.code, "no query is read here", errors=complaints(request.args, ()))
        return view(*args, **kwargs)

    named: dict[str, Any] = dict(getattr(view, "_apidoc", {}))
    named["problems"] = [*named.get("problems", ()), INVALID]
    checked._apidoc = named  # type: ignore[attr-defined]  # noqa: SLF001 - where flask-smorest keeps what it documents
    return cast("View", checked)


ANYWHERE_DECLARED = tuple(Declared(*each) for each in ANYWHERE)


def _of_arguments(operation: dict[str, Any]) -> list[Declared]:
    if "requestBody" in operation:
        return [NOT_JSON, INVALID]
    return [INVALID] if operation.get("parameters") else []


def _responses(problems: Iterable[Declared]) -> dict[str, Any]:
    codes: dict[int, list[str]] = {}
    for each in dict.fromkeys(problems):
        codes.setdefault(each.status, []).append(each.code)
    return {str(status): _response(status, codes[status]) for status in sorted(codes)}


def _response(status: int, codes: list[str]) -> dict[str, Any]:
    return {
        "description": f"{TITLES[status]}: {', '.join(f'`{code}`' for code in codes)}",
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in _headers(status)},
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {code: {"value": problem_example(status, code)} for code in codes},
            }
        },
    }


def _headers(status: int) -> list[str]:
    more = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}.get(status)
    return ["X-Request-ID", *([more] if more else [])]
