"""JSON objects made of values, in SQL."""

from collections.abc import Mapping

from feedscript.feeds.engine.sql import literal


def object_of_parts(value: str, parts: list[str]) -> str:
    """A JSON object of the parts between colons that are there; the last takes what is left."""
    split = f"string_split({value}, ':')"
    texts = [f"{split}[{place}]" for place in range(1, len(parts))]
    texts.append(f"array_to_string({split}[{len(parts)}:], ':')")
    return _object({name: f"nullif({text}, '')" for name, text in zip(parts, texts, strict=True)})


def object_of_members(members: Mapping[str, str]) -> str:
    """The text of a JSON object of the members that are there (SQL by name); NULL where none is."""
    return f"nullif({_object(members)}::VARCHAR, '{{}}')" if members else "NULL::VARCHAR"


def _object(members: Mapping[str, str]) -> str:
    listed = ", ".join(f"{literal(name)}, {text}" for name, text in members.items())
    # A patch leaves out what is NULL.
    return f"json_merge_patch('{{}}', json_object({listed}))"
