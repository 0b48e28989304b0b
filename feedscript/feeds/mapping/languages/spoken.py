"""In which languages a source speaks, and what its columns are by the words of those."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from feedscript.feeds.mapping.languages.lexicon import HEADERS, Lexicon, lexicon
from feedscript.feeds.mapping.name_patterns import with_unit
from feedscript.feeds.mapping.named_lists import parted
from feedscript.feeds.mapping.names import folded

#: A picture and its number: `Bild 2`.
_NUMBERED = re.compile(r"(.*[^0-9])([0-9]{1,2})")
_FIRST, _FURTHER = "image_link", "additional_image_link"


@dataclass(frozen=True)
class Spoken:
    """The languages that a source's headers tell, and its own names of attributes and inputs, the best first."""

    languages: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]


def spoken_in(columns: tuple[str, ...], within: tuple[str, ...] = ()) -> Spoken:
    """What the source with these columns speaks; `within` are objects in it whose names are those of attributes.

    `list[name]` is looked up by the name, too, and `name (unit)` without the unit.
    """
    known = lexicon()
    labels = [label for column in columns for _, label in parted(column)]
    inner = [column.partition(".")[2] for column in columns if within and "." in column]
    with_units = tuple(filter(None, map(with_unit, columns)))
    units = folded(tuple(unit for _, unit in with_units))
    measured = [name for name, unit in with_units if units[unit] in known.sure["unit"]]
    names = tuple(dict.fromkeys((*columns, *labels, *filter(None, inner), *measured)))
    bare = folded(names)
    languages = known.told_by(bare[name] for name in names)
    found: dict[str, list[tuple[tuple[int, int], str]]] = {}
    for name in names:
        meant = _meant(known, bare[name], languages)
        if meant:
            attribute, rank = meant
            found.setdefault(attribute, []).append((rank, name))
    return Spoken(
        languages,
        {
            attribute: tuple(name for _, name in sorted(each, key=lambda pair: pair[0]))
            for attribute, each in found.items()
        },
    )


def _meant(known: Lexicon, header: str, languages: tuple[str, ...]) -> tuple[str, tuple[int, int]] | None:
    """The attribute that a folded header means, and how good a word it is; of pictures also where it has a number."""
    attribute = known.meaning(HEADERS, header, languages)
    if attribute:
        return attribute, known.rank(header, languages)
    numbered = _NUMBERED.fullmatch(header)
    if not numbered:
        return None
    base = known.meaning(HEADERS, numbered[1], languages)
    if base not in (_FIRST, _FURTHER):
        return None
    language, rank = known.rank(numbered[1], languages)
    first = base == _FIRST and int(numbered[2]) == 1
    return (_FIRST if first else _FURTHER), (language, rank)
