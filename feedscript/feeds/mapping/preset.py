"""Presets: what well-known platforms export, recognised by its columns, as data.

Each document in `presets/` is a mapping for one platform, laid between the merchant's own and the general synonyms. Its
`columns` are those that such an export may have: one that is missing is no mistake.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import fields, post_load, validate

from feedscript.feeds.documents.document import load_document
from feedscript.feeds.engine.errors import ConfigError
from feedscript.feeds.mapping.column_patterns import fitting
from feedscript.feeds.mapping.document import MappingSchema
from feedscript.feeds.mapping.model import Mapping, Rule
from feedscript.feeds.mapping.names import fold, folded, names_within

_HERE = Path(__file__).parent / "presets"


@dataclass(frozen=True)
class Preset:
    """How one platform's exports are read.

    `title` is what people call such an export. It is recognised where of each group in `recognise` one column is there.
    Columns that begin with one of `within` bear their attribute's name after it.
    """

    name: str
    title: str
    recognise: tuple[tuple[str, ...], ...]
    mapping: Mapping
    within: tuple[str, ...] = ()

    def recognises(self, columns: Iterable[str]) -> bool:
        """Whether a source with these columns is such an export."""
        there = set(folded(tuple(columns)).values())
        names = folded(tuple(name for group in self.recognise for name in group))
        return all(any(names[name] in there for name in group) for group in self.recognise)

    def mapping_for(self, columns: tuple[str, ...]) -> Mapping:
        """The mapping, with those of its columns alone that the source has, by the source's own names."""
        named = {bare: name for name, bare in reversed([*folded(columns).items()])}
        plain = names_within(columns, self.within)
        named = {bare: columns[place] for bare, place in plain.items()} | named

        def find(name: str) -> str | None:
            return named.get(fold(name))

        rows = []
        for step in self.mapping.rows:
            there = step.over(find)
            if there is not None:
                rows.append(there)
                named |= {fold(name): name for name in there.adds}
        return Mapping(
            dict(_present(self.mapping.attributes, named)),
            dict(_present(self.mapping.inputs, named)),
            tuple(rows),
        )


def _present(
    rules: AbstractMapping[str, Rule], named: AbstractMapping[str, str]
) -> Iterator[tuple[str, Rule]]:
    def find(name: str) -> str | None:
        return named.get(fold(name))

    for name, rule in rules.items():
        bare = folded(rule.columns)
        own = tuple(named.values())
        there = tuple(
            dict.fromkeys(
                named.get(bare[each], each)
                for each in rule.columns
                if bare[each] in named or fitting(each, own)
            )
        )
        if rule.from_name and not fitting(rule.from_name, own):
            continue
        cases = tuple(case for case in (each.over(find) for each in rule.cases) if case is not None)
        if (there or not rule.columns) and (cases or not rule.cases):
            yield name, replace(rule, columns=there, cases=cases)


class _PresetSchema(MappingSchema):
    title = fields.String(required=True)
    recognise = fields.List(fields.Raw(required=True), required=True, validate=validate.Length(min=1))
    within = fields.List(fields.String(validate=validate.Length(min=1)))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Any:
        """Make the parts of a preset."""
        groups = (group if isinstance(group, list) else [group] for group in data["recognise"])
        rules = data.get("attributes", {}), data.get("inputs", {})
        mapping = Mapping(*rules, tuple(data.get("rows", ())))
        return data["title"], tuple(map(tuple, groups)), mapping, tuple(data.get("within", ()))


def read_preset(path: Path) -> Preset:
    """The preset in the YAML file at `path`, named as the file; raises ConfigError naming the line at fault."""
    return Preset(path.stem, *load_document(path, _PresetSchema(), ConfigError))


@cache
def presets() -> tuple[Preset, ...]:
    """All presets, in the order of their names."""
    return tuple(read_preset(path) for path in sorted(_HERE.glob("*.yaml")))


def recognised(columns: tuple[str, ...]) -> Preset | None:
    """The preset of a source with these columns, the one that asks for most of them; None of an unknown source."""
    found = (preset for preset in presets() if preset.recognises(columns))
    return max(found, key=lambda preset: len(preset.recognise), default=None)
