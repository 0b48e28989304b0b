"""Placeholders in the lines that stand before and behind the items: `TRL|{items}`."""

import re
from collections.abc import Mapping

from feedscript.feeds.engine.errors import BadConfig
from feedscript.feeds.profiles.written import FeedFile

#: The number of items in the file, which nobody has to give.
ITEMS = "items"

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class NamesMissing(BadConfig):
    """A partner's file has lines with names for which nobody gave a value.

    Attributes: `names`.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        said = ", ".join(names)
        super().__init__(
            f"this partner's file begins or ends with a line that tells {said}:"
            f" give {said} in the merchant's or the partner's file, under generation: names:"
        )
        self.names = names


def placeholders(*templates: str | None) -> tuple[str, ...]:
    """The names that the templates ask for, each once.

    >>> placeholders("HDR|{mid}|{company}", "TRL|{items}")
    ('mid', 'company')
    """
    found = (name for template in templates if template for name in _PLACEHOLDER.findall(template))
    return tuple(dict.fromkeys(name for name in found if name != ITEMS))


def refuse_missing(file: FeedFile, names: Mapping[str, str]) -> None:
    """Raise NamesMissing where the file asks for a name that is not given."""
    missing = tuple(name for name in placeholders(file.preamble, file.trailer) if name not in names)
    if missing:
        raise NamesMissing(missing)


def filled(template: str, names: Mapping[str, str], items: int, delimiter: str = "") -> str:
    """The template with its names' values, line breaks and delimiters in them as spaces.

    >>> filled("TRL|{items}", {}, 3)
    'TRL|3'
    >>> filled("HDR|{company}", {"company": "A|B"}, 3, "|")
    'HDR|A B'
    """
    values = {**names, ITEMS: str(items)}
    parting = "|".join(["\r\n", "[\r\n]", *([re.escape(delimiter)] if delimiter else [])])
    return _PLACEHOLDER.sub(lambda found: re.sub(parting, " ", values[found[1]]), template)
