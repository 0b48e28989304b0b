"""Values asked for by name, `attributes[Color]`, of sources that write names and values into cells.

Two ways are known: pairs of numbered columns (`Attribute 1 name` beside `Attribute 1 value(s)`), and one column whose
cells list them all (`Color=Red,Size=L`). Which names there are is known of no row before it is read, so that each value
is an expression over the row: names are folded as the name asked for was, and those that are equal tell the value.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from feedscript.feeds.engine.sql import identifier, literal
from feedscript.feeds.mapping.names import fold, fold_layers, folded
from feedscript.feeds.readers.staged import VALUE_SEPARATOR
from feedscript.feeds.readers.white_space import BLANKS, trimmed

_BETWEEN = r" \t_.\-"
_NUMBERS = ("one", "two", "three", "four", "five", "six")
_NAME = ("name",)
_VALUE = ("value(s)", "values", "value", "wert(e)", "werte", "wert")
#: What stands in the place of a value where there is none by its name.
_CHOSEN = ("choices", "description")
#: What parts the pairs of a cell, and what stands between a name and its value.
_SEPARATORS = f",;|\n{VALUE_SEPARATOR}"
_SIGNS = "=:"
_ENDS = literal(BLANKS + _SEPARATORS)
#: How many brackets may stand in the name of a list.
_MOST_BRACKETS = 4
_LETTER = f"[^{_SIGNS}{_SEPARATORS}]"


@dataclass(frozen=True)
class NamedList:
    """Where a source has names with values, by the places of its columns from 0.

    `values[i]` holds the value of the name in `names[i]`; without `names`, the only column holds both.
    """

    values: tuple[int, ...]
    names: tuple[int, ...] = ()


@dataclass(frozen=True)
class Labelled:
    """The value of one name in a list; `name` is what the mapping calls it, `label` the folded name in brackets."""

    name: str
    label: str
    origin: NamedList


def parted(name: str) -> Iterator[tuple[str, str]]:
    """What may be the list and what the name in `list[name]`, the shortest list first.

    >>> [*parted("attributes[Size [cm]]")]
    [('attributes', 'Size [cm]'), ('attributes[Size', 'cm]')]
    """
    place = 0
    for _ in range(_MOST_BRACKETS if name.endswith("]") else 0):
        place = name.find("[", place + 1)
        if place < 0:
            break
        if label := name[place + 1 : -1].strip(BLANKS):
            yield name[:place].rstrip(), label


def numbered_lists(columns: tuple[str, ...]) -> dict[str, NamedList]:
    """The lists that are written as pairs of numbered columns, by what stands before the number.

    >>> numbered_lists(("SKU", "Option1 Name", "Option1 Value"))
    {'Option': NamedList(values=(2,), names=(1,))}
    >>> numbered_lists(("option_one_name", "option_one_value", "optionName2", "optionChoices2"))
    {'option': NamedList(values=(1, 3), names=(0, 2))}
    """
    names, values, chosen = (dict(_numbered(columns, words)) for words in (_NAME, _VALUE, _CHOSEN))
    values = chosen | values
    titles: dict[str, str] = {}
    pairs: dict[str, list[tuple[int, int]]] = {}
    for (base, number), (title, place) in names.items():
        if (base, number) in values:
            titles.setdefault(base, title)
            pairs.setdefault(base, []).append((place, values[base, number][1]))
    return {
        titles[base]: NamedList(
            tuple(value for _, value in sorted(found)), tuple(name for name, _ in sorted(found))
        )
        for base, found in pairs.items()
    }


def _numbered(
    columns: tuple[str, ...], words: tuple[str, ...]
) -> Iterator[tuple[tuple[str, str], tuple[str, int]]]:
    """The columns `<base> <number> <word>` and `<base> <word> <number>`: folded base and number, and base and place."""
    any_word = "|".join(map(re.escape, words))
    number = "|".join(_NUMBERS)
    shape = re.compile(
        rf"(?P<base>.*[^0-9{_BETWEEN}])(?:[{_BETWEEN}]*(?P<digits>[0-9]+)|[{_BETWEEN}]+(?P<number>{number}))"
        rf"[{_BETWEEN}]*(?:{any_word})|(?P<before>.*[^{_BETWEEN}])[{_BETWEEN}]*(?:{any_word})[{_BETWEEN}]*(?P<behind>[0-9]+)",
        re.IGNORECASE | re.DOTALL,
    )
    found: dict[int, tuple[str, str]] = {}
    for place, column in enumerate(columns):
        fits = shape.fullmatch(column.strip())
        if fits is not None:
            told = fits["digits"] or fits["behind"] or str(_NUMBERS.index(fits["number"].lower()) + 1)
            found[place] = fits["base"] or fits["before"], told.lstrip("0")
    bare = folded(tuple(base for base, _ in found.values()))
    for place, (base, told) in reversed(found.items()):
        yield (bare[base], told), (base, place)


def find_labelled(
    name: str, lists: Mapping[str, NamedList], positions: Mapping[str, list[int]]
) -> Labelled | None:
    """What `list[name]` speaks of: one of `lists`, else a column, whose places are given by folded names."""
    numbered = {fold(base): found for base, found in lists.items()}
    for base, label in parted(name):
        bare = fold(base)
        if bare in numbered:
            return Labelled(name, fold(label), numbered[bare])
        if bare in positions:
            return Labelled(name, fold(label), NamedList(tuple(positions[bare][:1])))
    return None


def with_labelled(scan: str, first: int, labelled: tuple[Labelled, ...]) -> str:
    """The table `scan` with a column for each value asked for by name, numbered from `first`."""
    lists = tuple(dict.fromkeys(each.origin for each in labelled))
    table = scan
    known: set[str] = set()
    for together in zip_longest(*map(_list_layers, range(len(lists)), lists), fillvalue={}):
        layer = {column: value for assigned in together for column, value in assigned.items()}
        table = _over(table, layer, known)
    found = {
        f"found:{number}": _values_of(each.label, lists.index(each.origin))
        for number, each in enumerate(labelled)
    }
    cells = {f"c{first + number}": _as_cell(f"found:{number}") for number in range(len(labelled))}
    return _over(_over(table, found, known), cells, known) if labelled else scan


def _over(table: str, layer: Mapping[str, str], known: set[str]) -> str:
    """`table` with the columns of a layer, which take the place of those that it has already."""
    written = {name: f"{value} AS {identifier(name)}" for name, value in layer.items()}
    again = ", ".join(value for name, value in written.items() if name in known)
    new = "".join(f", {value}" for name, value in written.items() if name not in known)
    known.update(layer)
    return f"(SELECT *{f' REPLACE ({again})' if again else ''}{new} FROM {table})"


def _list_layers(number: int, named: NamedList) -> Iterator[dict[str, str]]:
    """The layers that leave the folded names of a list in `names:number`, and the values in `values:number`."""
    names, values = f"names:{number}", f"values:{number}"
    if named.names:
        yield {names: _listed(named.names), values: _listed(named.values)}
    else:
        yield from _cell_layers(number, f"c{named.values[0]}", names, values)
    yield {names: f"list_transform({identifier(names)}, lambda name: {trimmed('name')})"}
    for layer in fold_layers("name"):
        yield {names: f"list_transform({identifier(names)}, lambda name: {layer['name']})"}


def _listed(places: Iterable[int]) -> str:
    return f"[{', '.join(f'c{place}' for place in places)}]"


def _cell_layers(number: int, cell: str, names: str, values: str) -> Iterator[dict[str, str]]:
    """Part a cell into names and values; one that can be read in two ways has none.

    A pair begins at the beginning, and behind each separator that a name and its sign follow: what else a separator
    parts belongs to the value before. The first sign is that of all pairs, and all are parted by one separator.
    """
    text, sign, separators = (f"{kind}:{number}" for kind in ("text", "sign", "separators"))
    written = identifier(text)
    yield {text: f"',' || trim({cell}, {_ENDS})"}
    yield {sign: f"regexp_extract({written}, {literal(f'^,{_LETTER}+([{_SIGNS}])')}, 1)"}
    begins = {each: literal(f"([{_SEPARATORS}])({_LETTER}+){each}") for each in _SIGNS}

    def by_sign(expression: str) -> str:
        cases = " ".join(
            f"WHEN {literal(each)} THEN {expression.format(begin)}" for each, begin in begins.items()
        )
        return f"CASE {identifier(sign)} {cases} END"

    yield {
        separators: by_sign(f"regexp_extract_all({written}, {{}}, 1)"),
        names: by_sign(f"regexp_extract_all({written}, {{}}, 2)"),
        values: by_sign(f"string_split_regex({written}, {{}})"),
    }
    other = f"list_filter({identifier(separators)}[2:], lambda sign: sign <> {literal(VALUE_SEPARATOR)})"
    parted_alike = f"len(list_distinct({other})) <= 1"
    yield {
        values: f"CASE WHEN {parted_alike} THEN "
        f"list_transform({identifier(values)}[2:], lambda v: rtrim({trimmed('v')}, {_ENDS})) END"
    }


def _values_of(label: str, number: int) -> str:
    names, values = identifier(f"names:{number}"), identifier(f"values:{number}")
    alike = f"{names}[place] = {literal(label)} AND {trimmed('v')} <> ''"
    return f"list_filter({values}, lambda v, place: {alike})"


def _as_cell(found: str) -> str:
    """One value as it is, several as a cell of several."""
    values = identifier(found)
    joined = f"array_to_string({values}, {literal(VALUE_SEPARATOR)})"
    return f"CASE WHEN len({values}) > 1 THEN {joined} ELSE {values}[1] END"
