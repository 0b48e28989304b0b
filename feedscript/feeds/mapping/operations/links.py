# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Links that tell where a shopper comes from, and networks' addresses that lead to an advertiser's page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from feedscript.feeds.engine.sql import identifier, literal
from feedscript.feeds.mapping.conditions import Cells
from feedscript.feeds.mapping.operations.operation import Alone, Layer
from feedscript.feeds.mapping.template import Template

LINK = "link"
"""What stands in a deep link for the address that it leads to."""
_ADDRESS = "^(?i:https?)://"


@dataclass(frozen=True)
class Parameters(Alone):
    """Add parameters such as `utm_source` to an address, each where the address has none of its name."""

    name: ClassVar[str] = "parameters"

    values: Mapping[str, str]

    def layers(self, column: str) -> tuple[Layer, ...]:
        return tuple({column: self._with(column, name, value)} for name, value in self.values.items())

    @staticmethod
    def _with(column: str, name: str, text: str) -> str:
        value = identifier(column)
        base = f"split_part({value}, '#', 1)"
        fragment = f"substr({value}, length({base}) + 1)"
        sign = f"CASE WHEN regexp_matches({base}, '[?&]$') THEN '' WHEN contains({base}, '?') THEN '&' ELSE '?' END"
        given = f"contains({base}, {literal(f'?{name}=')}) OR contains({base}, {literal(f'&{name}=')})"
        parameter = f"{name}={quote(text, safe='')}"
        added = f"{base} || {sign} || {literal(parameter)} || {fragment}"
        is_address = f"regexp_matches({value}, {literal(_ADDRESS)})"
        return f"CASE WHEN {is_address} AND NOT ({given}) THEN {added} ELSE {value} END"


@dataclass(frozen=True)
class DeepLink(Alone):
    """Lead through a network's address, in which `{link|url}` is the link; one that does so already stays."""

    name: ClassVar[str] = "deep_link"

    template: Template

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        begins = literal(self.template.parts[0].text)
        wrapped = self.template.sql(Cells({LINK: value}))
        needed = f"regexp_matches({value}, {literal(_ADDRESS)}) AND NOT starts_with({value}, {begins})"
        return ({column: f"CASE WHEN {needed} THEN {wrapped} ELSE {value} END"},)


@dataclass(frozen=True)
class Unwrap(Alone):
    """Take the address that a network's one leads to out of its query: the value of `parameter`, percent-decoded.

    Only addresses at one of `hosts`, or below it, are a network's; one whose parameter holds no address, or another of
    the network's, stays.
    """

    name: ClassVar[str] = "unwrap"

    parameter: str
    hosts: tuple[str, ...]

    def layers(self, column: str) -> tuple[Layer, ...]:
        value, inner = identifier(column), f"{column}:inner"
        at_network = (
            f"^(?i:(?:https?:)?//(?:[a-z0-9-]+\\.)*(?:{'|'.join(map(re.escape, self.hosts))}))(?:[/:?#]|$)"
        )
        found = literal(f"[?&]{re.escape(self.parameter)}=([^&#]+)")
        decoded = f"url_decode(regexp_extract({value}, {found}, 1))"
        held = identifier(inner)
        is_page = f"regexp_matches({held}, {literal(_ADDRESS)}) AND NOT regexp_matches({held}, {literal(at_network)})"
        return (
            {inner: f"CASE WHEN regexp_matches({value}, {literal(at_network)}) THEN {decoded} END"},
            {column: f"CASE WHEN {is_page} THEN {held} ELSE {value} END"},
        )
