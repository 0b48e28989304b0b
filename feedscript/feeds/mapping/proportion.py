"""How much a mapping may say: each thing that is said the engine plans by itself, for every row or for none.

A person's mapping says some hundred things. One that says a hundred thousand would keep the engine planning for hours,
and take the memory of the machine, before a row is read.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from marshmallow import ValidationError

from feedscript.feeds.mapping.conditions import Comparison
from feedscript.feeds.mapping.conditions_schema import NUMBERS
from feedscript.feeds.mapping.template import Part

MOST_SAID = 1_000
"""Of how many columns, operations, conditions and parts of templates the attributes and inputs of a mapping may speak,
and its row steps as well."""
MOST_ATTRIBUTES = 500
"""How many attributes a mapping may give, and how many inputs."""
MOST_OPERATIONS = 50
"""How many operations an attribute may have."""
LONGEST_VALUE = 10_000
"""How many characters a constant may have: no partner takes half of it."""
LONGEST_NAME = 500
"""How many characters the name of a column may have in a mapping."""


def said(document: Any) -> int:
    """How many rules, operations, conditions and parts of templates there are in something that a document made.

    A filter counts as a part, and a comparison of numbers, which are looked for in the text first, as four.
    """
    if isinstance(document, tuple):
        return sum(map(said, document))
    if isinstance(document, Mapping):
        return sum(map(said, document.values()))
    if isinstance(document, Part):
        return 1 + len(document.filters)
    if isinstance(document, Comparison):
        return 1 + sum(4 if name in NUMBERS else 1 for name, _ in document.tests)
    if is_dataclass(document):
        return 1 + sum(said(getattr(document, field.name)) for field in fields(document))
    return 0


def in_proportion(document: Any) -> None:
    """Raise ValidationError where a document says more than it may."""
    if (number := said(document)) > MOST_SAID:
        raise ValidationError(
            f"says {number} things (rules, operations, conditions, parts of templates), where {MOST_SAID} is the most"
        )
