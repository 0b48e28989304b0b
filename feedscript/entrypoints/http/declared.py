"""What a route can refuse, declared where it is refused: the OpenAPI document is built from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask

from feedscript.domain import FeedscriptError, RefusalCode
from feedscript.entrypoints.http.problems import CONFLICT, STATUS_OF_ERROR

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Route:
    """A route as a gate sees it: `endpoint` is Flask's name for it, `method` is in capitals."""

    endpoint: str
    method: str

    @property
    def writes(self) -> bool:
        """Whether the call may change something."""
        return self.method == "POST"


@dataclass(frozen=True, slots=True)
class Declared:
    """A problem that may be answered."""

    status: int
    code: str


def declared(what: type[FeedscriptError] | RefusalCode) -> Declared:
    """How an error, or a decision against a command, is answered."""
    if isinstance(what, RefusalCode):
        return Declared(CONFLICT, what.value)
    return Declared(*STATUS_OF_ERROR[what])


def refuses(
    status: int, code: str, *, where: Callable[[Route], bool] = lambda _: True
) -> Callable[[View], View]:
    """Declare that a gate (a function before every request) answers this problem on the routes `where` it is true."""

    def declare(gate: View) -> View:
        known = getattr(gate, "refuses", ())
        gate.refuses = (*known, (Declared(status, code), where))  # type: ignore[attr-defined]  # kept on the gate
        return gate

    return declare


def refused_by_gates(app: Flask, route: Route) -> list[Declared]:
    """What the application's gates may answer on a route."""
    gates = app.before_request_funcs.get(None, ())
    return [problem for gate in gates for problem, where in getattr(gate, "refuses", ()) if where(route)]
