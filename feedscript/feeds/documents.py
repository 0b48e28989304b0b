"""YAML documents checked by a marshmallow schema, where a mistake is told with file, line and key."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from marshmallow import Schema, ValidationError

from feedscript.feeds.errors import DocumentError

#: The parser of libyaml, where PyYAML was built with it, takes a tenth of the time.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Key = tuple[str | int, ...]
Wrong = TypeVar("Wrong", bound=DocumentError)


def load_document(path: Path, schema: Schema, wrong: type[Wrong]) -> Any:
    """Read `path` through `schema`; whatever is amiss is raised as `wrong`, naming the line at fault."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise wrong(path, None, "", f"cannot be read: {error}") from error
    try:
        root, data = _parsed(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        cause = getattr(error, "problem", None) or str(error)
        raise wrong(path, mark.line + 1 if mark else None, "", f"is not YAML: {cause}") from error
    _refuse_repeated_keys(root, path, wrong)
    if not isinstance(data, dict):
        raise wrong(path, 1, "", "must be a mapping of keys to values")
    try:
        return schema.load(data)
    except ValidationError as error:
        key, cause = first_mistake(error.messages)
        raise wrong(path, _nearest(dict(_lines(root, ())), key), ".".join(map(str, key)), cause) from error


def _parsed(text: str) -> tuple[yaml.Node | None, Any]:
    """The document as nodes, which know their lines, and as values."""
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        return root, None if root is None else loader.construct_document(root)
    finally:
        loader.dispose()


def first_mistake(messages: Any) -> tuple[Key, str]:
    """The place and the text of the first message in marshmallow's tree of them."""
    key: Key = ()
    while isinstance(messages, dict):
        step = next(iter(messages))
        if step not in {"_schema", "value", "key"}:
            key = (*key, step)
        messages = messages[step]
    return key, str(messages[0] if isinstance(messages, list) else messages)


def _lines(node: yaml.Node | None, key: Key) -> Iterator[tuple[Key, int]]:
    if node is None:
        return
    yield key, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield (*key, name.value), name.start_mark.line + 1
            # The key's own line says more than the line where its block begins.
            yield from (
                found for found in _lines(value, (*key, name.value)) if found[0] != (*key, name.value)
            )
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*key, index))


def _nearest(lines: dict[Key, int], key: Key) -> int | None:
    while key not in lines and key:
        key = key[:-1]
    return lines.get(key)


def _refuse_repeated_keys(node: yaml.Node | None, path: Path, wrong: type[Wrong]) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for name, value in node.value:
            if name.value in seen:
                raise wrong(path, name.start_mark.line + 1, str(name.value), "is given twice")
            seen.add(name.value)
            _refuse_repeated_keys(value, path, wrong)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_repeated_keys(value, path, wrong)
