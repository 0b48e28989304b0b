"""The domain's face is what was written down of it: what goes or changes in it is decided, not found by its users.

After a change that was meant: `python -m tests.unit.domain.test_face`, and a line in the changelog.
"""

import inspect
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from feedscript import domain

WRITTEN = Path(__file__).with_name("face.txt")


def face() -> list[str]:
    return [f"{name}{_told(getattr(domain, name))}" for name in domain.__all__]


def _told(thing: Any) -> str:
    if inspect.isclass(thing) and issubclass(thing, Enum):
        return f": {', '.join(str(each.value) for each in thing)}"
    if inspect.isclass(thing) and is_dataclass(thing):
        return f"({', '.join(map(_field, fields(thing)))})"
    if inspect.isfunction(thing):
        return f"({', '.join(map(_parameter, inspect.signature(thing).parameters.values()))})"
    if members := get_args(thing):
        return f" = {' | '.join(each.__name__ for each in members)}"
    return f": {type(thing).__name__}"


def _field(each: "Field[Any]") -> str:
    optional = each.default is not MISSING or each.default_factory is not MISSING
    return f"{each.name}=" if optional else each.name


def _parameter(each: inspect.Parameter) -> str:
    named = "*" if each.kind is inspect.Parameter.KEYWORD_ONLY else ""
    return f"{named}{each.name}{'' if each.default is inspect.Parameter.empty else '='}"


def test_the_face_is_as_it_was_written_down() -> None:
    assert face() == WRITTEN.read_text().splitlines()


def test_the_face_is_sorted_and_says_what_each_part_is() -> None:
    assert domain.__all__ == sorted(
        domain.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name)
    )
    named = (getattr(domain, name) for name in domain.__all__)
    assert [each.__name__ for each in named if hasattr(each, "__name__") and not inspect.getdoc(each)] == []


if __name__ == "__main__":
    WRITTEN.write_text("".join(f"{line}\n" for line in face()))
