"""Reading JSON bodies: strict about what JSON is, whatever content type the caller named, and bounded."""

import json
import math
from collections import Counter
from collections.abc import Iterable
from typing import Any, NoReturn

from flask import Request, g
from webargs.flaskparser import FlaskParser, abort

DEEPEST_BODY = 64
MOST_VALUES = 50_000
LONGEST_STRING = 65_536


class StrictJsonParser(FlaskParser):
    """Refuses what the json module would let through: NaN, lone surrogates, a name given twice, bottomless nesting.

    A document is refused, too, that is nested deeper than `DEEPEST_BODY`, or has more than `MOST_VALUES` values, or a
    string of more than `LONGEST_STRING` characters.
    """

    #: Each schema says itself what it does with names that it has not: by webargs' own a query's are left out.
    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 - webargs' own way
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": None,
    }

    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        try:
            document = _DECODER.decode(body.decode())
            _refuse_unbounded(document)
            if b"\\u" in body:
                # Half a surrogate is valid for the json module, but can be neither stored nor answered.
                json.dumps(document, ensure_ascii=False).encode()
        except RecursionError as error:
            raise json.JSONDecodeError("nested too deeply", "?", 0) from error
        except json.JSONDecodeError as error:
            # An empty body is not JSON either; webargs would take it for an empty object.
            raise json.JSONDecodeError(error.msg, error.doc or "?", error.pos) from error
        except UnicodeDecodeError:
            raise
        except ValueError as error:
            raise json.JSONDecodeError(str(error), "?", 0) from error
        g.body = document
        return document

    def _handle_invalid_json_error(
        self, error: json.JSONDecodeError | UnicodeDecodeError, *_: Any, **__: Any
    ) -> NoReturn:
        where = (
            f"line {error.lineno}, column {error.colno}: " if isinstance(error, json.JSONDecodeError) else ""
        )
        what = error.msg if isinstance(error, json.JSONDecodeError) else "not UTF-8"
        abort(400, exc=error, messages={"json": [f"The body is not JSON: {where}{what}"]})


def _refuse_unbounded(document: object) -> None:
    """Look at a level at a time, so that nothing grows with the depth."""
    level, values = [document], 0
    for _ in range(DEEPEST_BODY + 1):
        values += len(level)
        if values > MOST_VALUES:
            raise ValueError(f"more than {MOST_VALUES} values")
        if any(len(text) > LONGEST_STRING for text in level if isinstance(text, str)):
            raise ValueError(f"a string of more than {LONGEST_STRING} characters")
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise ValueError(f"nested more than {DEEPEST_BODY} levels deep")


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return (*value, *value.values())
    return value if isinstance(value, list) else ()


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Two readers of one document could each take another of the two (RFC 8259, 4).
    members = dict(pairs)
    if len(members) < len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise ValueError(f"{twice[:200]!r} is given twice")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number[:200]} is too large a number")
    return value


_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_once_each
)
