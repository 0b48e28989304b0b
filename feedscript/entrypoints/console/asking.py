"""What a page's address asks for: the API's own schemas, filled in by a form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form holds, as it was given; what the schema makes of it; and what is wrong with it, by field."""

    given: Mapping[str, str]
    wanted: Mapping[str, Any]
    wrong: Mapping[str, str]


def asked(schema: Schema, **preset: Any) -> Asked:
    """Read the address by a schema; fields that are left empty ask for nothing, and `preset` stands for the rest.

    Where something is wrong nothing of it is asked for: the listing is shown as if the form were empty.
    """
    given = {name: text for name, text in request.args.items() if text and name in schema.fields}
    try:
        return Asked(given, schema.load(preset | {name: _instant(text) for name, text in given.items()}), {})
    except ValidationError as error:
        messages = error.messages if isinstance(error.messages, dict) else {"form": error.messages}
        wrong = {name: " ".join(map(str, _flat(told))) for name, told in messages.items()}
        return Asked(given, schema.load(dict(preset)), wrong)


def _instant(text: str) -> str:
    """A day, as a browser's date field gives it, as its beginning in UTC."""
    return f"{text}T00:00:00Z" if DAY.fullmatch(text) else text


def _flat(told: object) -> list[object]:
    if isinstance(told, dict):
        return [message for messages in told.values() for message in _flat(messages)]
    return list(told) if isinstance(told, list) else [told]
