"""A digest of values: of two mappings that say the same it is the same, in any process."""

import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from enum import Enum


def fingerprint(*values: object) -> str:
    """The SHA-256 in hexadecimal of frozen values: dataclasses, mappings, sequences, sets, enumerations, texts.

    The order of a mapping's keys and of a set tells nothing.
    """
    text = json.dumps([_plain(value) for value in values], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.name
    if value is None or isinstance(value, str | int | float):
        return value
    if is_dataclass(value):
        return [
            type(value).__name__,
            {each.name: _plain(getattr(value, each.name)) for each in fields(value)},
        ]
    if isinstance(value, Mapping):
        return {
            "mapping": sorted(([_plain(name), _plain(each)] for name, each in value.items()), key=json.dumps)
        }
    if isinstance(value, Set):
        return {"set": sorted((_plain(each) for each in value), key=json.dumps)}
    if isinstance(value, Sequence):
        return [_plain(each) for each in value]
    return str(value)
