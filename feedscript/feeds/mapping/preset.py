"""Presets: what well-known platforms export, recognised by its columns, as data.

Each document in `presets/` is a mapping for one platform, laid between the merchant's own and the general synonyms. Its
`columns` are those that such an export may have: one that is missing is no mistake.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import fields, post_load, validate

from feedscript.feeds.documents.document import load_document
from feedscript.feeds.documents.shipped import load_shipped
from feedscript.feeds.engine.errors import ConfigError
from feedscript.feeds.mapping.document import MappingSchema
from feedscript.feeds.mapping.model import Mapping, Rule
from feedscript.feeds.mapping.names import folded
from feedscript.feeds.mapping.preset_names import PresetNames
from feedscript.feeds.mapping.said import PLACEHOLDERS
from feedscript.feeds.mapping.template import Case, Template, parse_template

_HERE = Path(__file__).parent / "presets"


@dataclass(frozen=True)
class Preset:
    """How one platform's exports are read.

    `title` is what people call such an export; `platform` is what a merchant's file calls the platform, of which there
    may be several kinds of export. It is recognised where of each group in `recognise` one column is there. Columns
    that begin with one of `within` bear their attribute's name after it. `called` are other names of columns, as
    platforms in other languages, or in another form of file, write them. `currency` is that of prices where no
    merchant says another one.
    """

    name: str
    title: str
    platform: str
    recognise: tuple[tuple[str, ...], ...]
    mapping: Mapping
    within: tuple[str, ...] = ()
    called: AbstractMapping[str, tuple[str, ...]] = field(default_factory=dict)
    currency: str | None = None

    def recognises(self, columns: Iterable[str]) -> bool:
        """Whether a source with these columns is such an export."""
        return self.recognised_of(columns) == len(self.recognise)

    def recognised_of(self, columns: Iterable[str]) -> int:
        """Of how many groups a column is there."""
        there = set(folded(tuple(columns)).values())
        groups = [
            tuple(each for name in group for each in (name, *self.called.get(name, ())))
            for group in self.recognise
        ]
        names = folded(tuple(name for group in groups for name in group))
        return sum(any(names[name] in there for name in group) for group in groups)

    def mapping_for(self, columns: tuple[str, ...]) -> Mapping:
        """The mapping, with those of its columns alone that the source has, by the source's own names."""
        names = PresetNames(columns, self.within, self.called)
        rows = []
        for step in self.mapping.rows:
            there = step.over(names.find)
            if there is not None:
                rows.append(there)
                names.add(there.adds)
        return Mapping(
            dict(_present(self.mapping.attributes, names)),
            # Operations refer to inputs: one without its columns stays, without a value.
            dict.fromkeys(self.mapping.inputs, Rule()) | dict(_present(self.mapping.inputs, names)),
            tuple(rows),
        )


def _present(rules: AbstractMapping[str, Rule], names: PresetNames) -> Iterator[tuple[str, Rule]]:
    for name, rule in rules.items():
        own = [column for column in rule.columns if column not in PLACEHOLDERS]
        there = tuple(dict.fromkeys(each for column in own for each in names.find_any(column)))
        if not there and len(own) < len(rule.columns):
            # No column has what the merchant's file may say.
            yield name, replace(rule, columns=(), cases=(Case(_said(rule.columns[-1])),))
            continue
        from_name = next(names.patterns(rule.from_name), None) if rule.from_name else None
        cases = tuple(each for each in (case.over(names.find) for case in rule.cases) if each is not None)
        # What has none of its columns left has no origin.
        if all((there or not rule.columns, cases or not rule.cases, from_name or not rule.from_name)):
            yield name, replace(rule, columns=there, cases=cases, from_name=from_name)


def _said(placeholder: str) -> Template:
    return parse_template(f"{{{placeholder}}}")


class _PresetSchema(MappingSchema):
    title = fields.String(required=True)
    platform = fields.String(validate=validate.Length(min=1))
    called = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), load_default=dict)
    recognise = fields.List(fields.Raw(required=True), required=True, validate=validate.Length(min=1))
    within = fields.List(fields.String(validate=validate.Length(min=1)))
    currency = fields.String(validate=validate.Length(equal=3))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Any:
        """Make the parts of a preset."""
        groups = (group if isinstance(group, list) else [group] for group in data["recognise"])
        rules = data.get("attributes", {}), data.get("inputs", {})
        mapping = Mapping(*rules, tuple(data.get("rows", ())))
        called = {name: tuple(names) for name, names in data["called"].items()}
        within = tuple(data.get("within", ()))
        recognise = tuple(map(tuple, groups))
        return data["title"], data.get("platform"), recognise, mapping, within, called, data.get("currency")


def read_preset(path: Path) -> Preset:
    """The preset in the YAML file at `path`, named as the file; raises ConfigError naming the line at fault."""
    title, platform, *others = load_document(path, _PresetSchema(), ConfigError)
    return Preset(path.stem, title, platform or path.stem, *others)


@cache
def presets() -> tuple[Preset, ...]:
    """All presets, in the order of their names."""
    reader = f"{read_preset.__module__}:{read_preset.__name__}"
    return tuple(load_shipped(path, reader) for path in sorted(_HERE.glob("*.yaml")))
