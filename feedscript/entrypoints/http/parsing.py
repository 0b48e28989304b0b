"""Reading JSON bodies: strict about what JSON is, whatever content type the caller named."""

import json
import math
from typing import Any, NoReturn

from flask import Request, g
from webargs.flaskparser import FlaskParser, abort


class StrictJsonParser(FlaskParser):
    """Refuses what the json module would let through: NaN, lone surrogates, bottomless nesting."""

    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        try:
            document = _DECODER.decode(body.decode())
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


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number} is too large a number")
    return value


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
