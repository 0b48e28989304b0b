"""Templates: a constant text with columns in braces, whose values may pass through filters.

`https://shop.example/products/{Handle|url}` has the column Handle, percent-encoded; `{{` and `}}` are braces. A
template is parted when it is read, and compiled to an expression of literals and columns: nothing in it is evaluated.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.mapping.conditions import Cells, Condition, bare
from feedscript.feeds.mapping.names import LETTERS_ALIKE
from feedscript.feeds.readers.staged import VALUE_SEPARATOR

LONGEST = 2_000
"""How many characters a template may have."""
MOST_PARTS = 100
"""How many columns and texts between them a template may have."""
MOST_TIMES = 10
"""How often a template may name one column, and how many filters a column may pass: no value grows beyond bounds."""

#: The filter that makes a column without a value an empty text; without it the whole template has none.
OPTIONAL = "optional"
_TOKEN = re.compile(
    r'\{\{|\}\}|\{(?P<name>"[^"]*"|[^{}|"][^{}|]*)(?P<filters>(?:\|[^{}|]*)*)\}|(?P<stray>[{}])'
)
_ENCODED = r"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*"


def _url(value: str) -> str:
    """The value percent-encoded (RFC 3986) as a part of a path or query; one that is encoded already stays."""
    return (
        f"CASE WHEN regexp_full_match({value}, {literal(_ENCODED)}) THEN {value} ELSE url_encode({value}) END"
    )


def _slug(value: str) -> str:
    plain = f"lower({value})"
    for letter, meant in LETTERS_ALIKE.items():
        plain = f"replace({plain}, {literal(letter)}, {literal(meant)})"
    return f"trim(regexp_replace(strip_accents({plain}), '[^a-z0-9]+', '-', 'g'), '-')"


FILTERS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "digits": lambda value: f"regexp_replace({value}, '[^0-9]+', '', 'g')",
        "lower": lambda value: f"lower({value})",
        OPTIONAL: lambda value: value,
        "slug": _slug,
        "upper": lambda value: f"upper({value})",
        "url": _url,
    }
)
"""What may be done to a column within a template, by name."""


class BadTemplate(ValueError):
    """A text is no template; its first argument, which may be an UnknownName, says why."""


@dataclass(frozen=True)
class Part:
    """A text as it is, or the column of this name with the filters that its value passes, in order."""

    text: str
    is_column: bool = False
    filters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Template:
    """A text with columns in it; it has no value where one of them has none that is not optional."""

    parts: tuple[Part, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are named, each once."""
        return tuple(dict.fromkeys(part.text for part in self.parts if part.is_column))

    def given(self, values: Mapping[str, str]) -> "Template":
        """The template with these texts in the place of columns of these names, their filters still to pass."""
        return Template(
            tuple(
                replace(part, text=values[part.text], is_column=False)
                if part.is_column and part.text in values
                else part
                for part in self.parts
            )
        )

    def over(self, find: Callable[[str], str | None]) -> "Template | None":
        """The template with its columns by the names that `find` gives; None where a needed one is not there."""
        parts = []
        for part in self.parts:
            found = find(part.text) if part.is_column else part.text
            if found is None and OPTIONAL not in part.filters:
                return None
            if found is not None:
                parts.append(replace(part, text=found))
        return Template(tuple(parts))

    def sql(self, cells: Cells) -> str:
        """The text in SQL; NULL where a column that is not optional has no value, or nothing is left."""
        texts = [_part_sql(part, cells) for part in self.parts] or ["NULL::VARCHAR"]
        return bare(" || ".join(texts))


def _part_sql(part: Part, cells: Cells) -> str:
    if not part.is_column and not part.filters:
        return literal(part.text)
    value = literal(part.text)
    if part.is_column:
        first = f"split_part({cells.value(part.text)}, {literal(VALUE_SEPARATOR)}, 1)"
        value = bare(first)
    # The value is named once, so that filters do not repeat it.
    for name in part.filters:
        value = f"list_transform([{value}], lambda v: {FILTERS[name]('v')})[1]"
    return f"coalesce({value}, '')" if OPTIONAL in part.filters else f"nullif({value}, '')"


def parse_template(text: str) -> Template:
    """The template that is written as `text`; raises BadTemplate.

    >>> [part.text for part in parse_template("{{{Handle|url}}}").parts]
    ['{', 'Handle', '}']
    """
    if len(text) > LONGEST:
        raise BadTemplate(f"is longer than {LONGEST} characters, which no template may be")
    parts = [*_parts(text)]
    if len(parts) > MOST_PARTS:
        raise BadTemplate(f"has more than {MOST_PARTS} parts, which no template may have")
    named = Counter(part.text for part in parts if part.is_column)
    if too_often := next((name for name, times in named.items() if times > MOST_TIMES), None):
        raise BadTemplate(f"names {too_often!r} more than {MOST_TIMES} times")
    if any(len(part.filters) > MOST_TIMES for part in parts):
        raise BadTemplate(f"has a column with more than {MOST_TIMES} filters")
    return Template(tuple(parts))


def _parts(text: str) -> Iterator[Part]:
    end = 0
    for found in _TOKEN.finditer(text):
        if found.start() > end:
            yield Part(text[end : found.start()])
        end = found.end()
        if found["stray"]:
            raise BadTemplate(
                f"has a brace at character {found.start() + 1} that opens or closes no column; "
                "a column is written {Name} or {Name|filter}, a brace itself {{ or }}"
            )
        if found["name"] is None:
            yield Part(found[0][0])
            continue
        filters = tuple(name.strip() for name in found["filters"].split("|")[1:])
        for name in filters:
            if name not in FILTERS:
                raise BadTemplate(UnknownName(f"there is no filter {name!r}", name, FILTERS))
        yield Part(found["name"].strip('"').strip(), is_column=True, filters=filters)
    if end < len(text):
        yield Part(text[end:])


@dataclass(frozen=True)
class Case:
    """A value, and on what condition it is taken; without one it always is."""

    then: Template
    condition: Condition | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read."""
        asked = self.condition.columns if self.condition else ()
        return tuple(dict.fromkeys((*asked, *self.then.columns)))

    def over(self, find: Callable[[str], str | None]) -> "Case | None":
        """The case over the columns that `find` gives; None where a needed one is not there."""
        then = self.then.over(find)
        condition = self.condition.over(find) if self.condition else None
        return None if then is None or (self.condition and condition is None) else Case(then, condition)


def first_case(cases: tuple[Case, ...], cells: Cells) -> str:
    """The value of the first case whose condition holds, in SQL; NULL where none does."""
    if len(cases) == 1 and cases[0].condition is None:
        return cases[0].then.sql(cells)
    branches = " ".join(
        f"WHEN {case.condition.sql(cells) if case.condition else 'true'} THEN {case.then.sql(cells)}"
        for case in cases
    )
    return f"CASE {branches} END"
