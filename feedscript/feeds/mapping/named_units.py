"""Units that a column's name says of its values: `Gewicht (kg)`, `Weight [lb]`, `Poids en g`."""

from collections.abc import Mapping
from dataclasses import replace

from feedscript.feeds.mapping.languages.lexicon import lexicon
from feedscript.feeds.mapping.model import Rule
from feedscript.feeds.mapping.name_patterns import with_unit
from feedscript.feeds.mapping.names import folded
from feedscript.feeds.mapping.operations import Measure, NamedUnit


def named_units(
    rules: Mapping[str, Rule], columns: tuple[str, ...], taken: set[int]
) -> dict[str, tuple[int, Rule]]:
    """Of attributes that are measures the place of the one column that bears a known name and a unit, and their rules.

    The rule puts the unit behind values that have none.
    """
    measures = {name: rule for name, rule in rules.items() if _is_measure(rule)}
    if not measures:
        return {}
    parts = {place: with_unit(column) for place, column in enumerate(columns) if place not in taken}
    said = {place: each for place, each in parts.items() if each}
    if not said:
        return {}
    words = {name: (name, *rule.names) for name, rule in measures.items()}
    texts = (text for each in (*said.values(), *words.values()) for text in each)
    bare = folded(tuple(texts))
    units = lexicon().sure["unit"]
    found: dict[str, tuple[int, Rule]] = {}
    for name, rule in measures.items():
        known = {bare[word] for word in words[name]}
        bearing = {
            place: units[bare[unit]]
            for place, (called, unit) in said.items()
            if bare[called] in known and bare[unit] in units
        }
        if len(bearing) == 1:
            ((place, unit),) = bearing.items()
            found[name] = (place, replace(rule, operations=(NamedUnit(unit), *(rule.operations or ()))))
    return found


def _is_measure(rule: Rule) -> bool:
    return any(isinstance(operation, Measure) for operation in rule.operations or ())
