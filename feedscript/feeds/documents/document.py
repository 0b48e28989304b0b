"""YAML documents checked by a marshmallow schema, where every mistake is told with file, line and key."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import yaml
from marshmallow import Schema, ValidationError, fields

from feedscript.feeds.documents.yaml_places import Key, Places, misread, parsed
from feedscript.feeds.engine.errors import DocumentError, Mistake
from feedscript.feeds.engine.unknown_names import UnknownName

Wrong = TypeVar("Wrong", bound=DocumentError)

LARGEST = 1 << 20
"""How many bytes a document may have: a person wrote it."""

_UNKNOWN, _ONE_OF = "Unknown field.", "Must be one of: "
_NO_TEXT = ("Not a valid string.", "Field may not be null.")
#: Steps of marshmallow's tree of messages that are no steps of the document.
_MARKS = ("_schema", "value", "key")


@dataclass(frozen=True)
class Document:
    """What a schema made of a document (None where it has mistakes), its mistakes, and where it says what.

    `given` is what the document says, as YAML reads it, whether right or wrong.
    """

    path: Path
    value: Any
    mistakes: tuple[Mistake, ...]
    places: Places
    given: Any = None

    def given_at(self, *key: str) -> Any:
        """What is given at the key, even in a document with mistakes; None where nothing is."""
        within = self.given
        for step in key:
            within = within.get(step) if isinstance(within, dict) else None
        return within

    def mistake(self, key: Key, cause: str) -> Mistake:
        """A mistake at the key, which nobody but the caller can see."""
        near, known = (cause.near, cause.known) if isinstance(cause, UnknownName) else ((), ())
        return Mistake(
            self.path, self.places.line(key), ".".join(map(str, key)), str(cause), near=near, known=known
        )


def load_document(path: Path, schema: Schema, wrong: type[Wrong]) -> Any:
    """Read `path` through `schema`; whatever is amiss is raised as `wrong`, naming each line at fault."""
    document = read_document(path, schema)
    if document.mistakes:
        raise wrong(*document.mistakes)
    return document.value


def read_document(path: Path, schema: Schema) -> Document:
    """Read `path` through `schema`, with all of its mistakes."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            return _unreadable(path, None, f"has more than {LARGEST} bytes, which no document may have")
        root, data, faults = parsed(content.decode("utf-8").replace("\r\n", "\n"))
    except (OSError, UnicodeDecodeError) as error:
        return _unreadable(path, None, f"cannot be read: {error}")
    except RecursionError:
        return _unreadable(path, None, "is nested too deeply")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        cause = getattr(error, "problem", None) or str(error)
        return _unreadable(path, mark.line + 1 if mark else None, f"is not YAML: {cause}")
    told = tuple(Mistake(path, line, key, cause) for line, key, cause in faults)
    if data is None and not told:
        data = {}
    document = Document(path, None, told, Places(root), data)
    if not isinstance(data, dict):
        return document if told else _unreadable(path, 1, "must be a mapping of keys to values")
    try:
        return replace(document, value=schema.load(data))
    except ValidationError as error:
        found = (
            document.mistake(key, _explained(schema, document.places, key, cause, of_name=of_name))
            for key, cause, of_name in _causes(error.messages, (), document.places)
        )
        return replace(document, mistakes=tuple(sorted((*told, *found), key=_line)))


def _unreadable(path: Path, line: int | None, cause: str) -> Document:
    return Document(path, None, (Mistake(path, line, "", cause),), Places(None))


def _line(mistake: Mistake) -> int:
    return mistake.line or 0


def _causes(
    messages: Any, key: Key, places: Places, *, of_name: bool = False
) -> Iterator[tuple[Key, str, bool]]:
    """Every message in marshmallow's tree of them, with its key, and whether it is of the key's name."""
    if isinstance(messages, dict):
        for step, inner in messages.items():
            mark = step in _MARKS and (*key, step) not in places
            within = key if mark else (*key, step)
            yield from _causes(inner, within, places, of_name=mark and step == "key")
    else:
        for cause in messages if isinstance(messages, list) else [messages]:
            yield key, cause, of_name


def _explained(schema: Schema, places: Places, key: Key, cause: str, *, of_name: bool) -> str:
    """The cause with what the file and the schema add to it: what was meant, and what may be said."""
    if cause == _UNKNOWN:
        known = _known_names(schema, key[:-1])
        return UnknownName("Unknown field", str(key[-1]), known) if known else cause
    node = places.scalar(key, of_name=of_name)
    if cause in _NO_TEXT:
        return misread(node) or cause
    if cause.startswith(_ONE_OF) and node is not None:
        choices = cause.removeprefix(_ONE_OF).removesuffix(".").split(", ")
        return UnknownName(f"Must be one of the known, not {node.value!r}", node.value, choices)
    return cause


def _known_names(schema: Schema, key: Key) -> list[str]:
    """The names that may be given at the key; none where the schema does not tell."""
    within: Schema | fields.Field[Any] | None = schema
    for step in key:
        within = _nested(within)
        if isinstance(within, Schema):
            within = within.load_fields.get(step)
        elif isinstance(within, fields.Dict):
            within = within.value_field
        elif isinstance(within, fields.List):
            within = within.inner
        else:
            return []
    within = _nested(within)
    return sorted(within.load_fields) if isinstance(within, Schema) else []


def _nested(within: Schema | fields.Field[Any] | None) -> Schema | fields.Field[Any] | None:
    return within.schema if isinstance(within, fields.Nested) else within
