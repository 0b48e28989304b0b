"""A rule: what may be found wrong, how bad it is, what to do, and where the partner says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from feedscript.feeds.profiles.model import (
    Attribute,
    Currency,
    Part,
    Profile,
    Severity,
    Type,
    Words,
)
from feedscript.feeds.profiles.written import Mark
from feedscript.feeds.rules.codes import FILE_FAMILIES, codes

Scope = Literal["cell", "item", "file"]

_FORMATS = {
    Type.TEXT: ("in the form that the partner asks for", "the specification shows it"),
    Type.URL: (
        "a full URL with http or https",
        "https://www.example.com/product?id=1, with other characters encoded",
    ),
    Type.INTEGER: ("a whole number", "12"),
    Type.NUMBER: ("a number with a decimal point", "12.5"),
    Type.DATETIME: ("an ISO 8601 time with its zone", "2026-11-25T13:00-0800"),
    Type.DATETIME_RANGE: (
        "two ISO 8601 times with a slash between",
        "2026-11-25T13:00-0800/2026-11-29T15:30-0800",
    ),
    Type.GTIN: ("a number of 8, 12, 13 or 14 digits", "3234567890126"),
    Type.CATEGORY: ("a category's id or its full path", "Apparel & Accessories > Clothing, or 1604"),
    Type.COUNTRY: ("a country's two letters", "US"),
}
#: What is said of a rule that the partner's own page does not tell of.
SOURCES: Mapping[Mark, str] = {
    "vendor": "the partner's own page",
    "copy": "a copy of the partner's page",
    "third_party": "a third party",
    "unconfirmed": "not confirmed",
}
_PRICES: Mapping[Currency, tuple[str, str]] = {
    "behind": ("a number with a decimal point, a space and a currency", "15.00 USD"),
    "close": ("a number with a decimal point, and a currency behind it", "15.00 USD"),
    "optional": ("a number with a decimal point, with or without a currency behind it", "15.00 USD"),
    "either": ("a number with a decimal point, and a currency on one side of it", "15.00 USD"),
    "none": ("a number with a decimal point, without a currency", "15.00"),
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a finding means. `attribute` is None for the file; `rule_type` names a mapping operation.

    `mark` says how sure its source is; a rule of which nobody can say where it stands is no error.
    """

    id: str
    code: str
    attribute: str | None
    severity: Severity
    category: str
    scope: Scope
    message: str
    remedy: str
    rule_type: str | None
    doc_url: str
    mark: Mark = "vendor"

    @property
    def remediation(self) -> dict[str, str | None]:
        """What to do, as the report says it."""
        return {"rule_type": self.rule_type, "text": self.remedy}


def file_rule(profile: Profile, code: str) -> Rule:
    """The rule for a defect of the file itself."""
    shared = codes()[code]
    return Rule(
        id=f"{profile.id}.file.{code}",
        code=code,
        attribute=None,
        severity=shared.severity,
        category=shared.family,
        scope="file",
        message=shared.message,
        remedy=shared.remedy,
        rule_type=shared.rule_type,
        doc_url=profile.doc,
    )


def attribute_rule(profile: Profile, attribute: Attribute, code: str) -> Rule:
    """The rule for a defect of an attribute, worded by its conditions where they have words of their own."""
    shared = codes()[code]
    facts = _facts(attribute)
    cross = next((each for each in attribute.conditions if each.code == code), None)
    words = attribute.words.get(code, Words())
    severity = (cross and cross.severity) or attribute.severities.get(code) or shared.severity
    mark = attribute.mark_of("missing_required" if code == "missing_required_column" else code)
    if mark == "unconfirmed" and severity == "error":
        severity = "warning"
    return Rule(
        id=f"{profile.id}.{attribute.name}.{code}",
        code=code,
        attribute=attribute.name,
        severity=severity,
        category=shared.family,
        scope=_scope(shared.family),
        message=(cross and cross.message) or (words.message or shared.message).format_map(facts),
        remedy=(cross and cross.remedy) or (words.remedy or shared.remedy).format_map(facts),
        rule_type=shared.rule_type,
        doc_url=attribute.doc or profile.doc,
        mark=mark,
    )


def _scope(family: str) -> Scope:
    if family in FILE_FAMILIES:
        return "file"
    return "item" if family == "consistency" else "cell"


def _facts(attribute: Attribute) -> dict[str, object]:
    wanted, example = _FORMATS.get(attribute.type, ("", ""))
    if attribute.type is Type.PRICE:
        wanted, example = _PRICES[attribute.currency]
    if attribute.type is Type.MEASURE:
        precise = f", with at most {attribute.decimals} decimals" if attribute.decimals is not None else ""
        wanted = f"a number and a unit ({', '.join(attribute.units)}){precise}"
        example = f"12.5 {attribute.units[0]}"
    if attribute.type is Type.STRUCTURED:
        wanted = example = ":".join(_part(part) for part in attribute.parts)
    return {
        "name": attribute.name,
        "format": attribute.form or wanted,
        "example": attribute.example or example,
        "values": ", ".join(attribute.values),
        "countries": ", ".join(attribute.countries),
        "range": _range(attribute),
        "doubtful": ", ".join(attribute.doubtful),
        "unlisted": ", ".join(attribute.unlisted_extensions),
        "advised_min_length": attribute.advised_min_length,
        "advised_max_length": attribute.advised_max_length,
        "max_distinct": attribute.max_distinct,
        "max_length": _max_length(attribute),
        "max_bytes": attribute.max_bytes,
        "min_values": attribute.min_values,
        "max_values": attribute.max_values,
    }


def _max_length(attribute: Attribute) -> str:
    limits = [f"{attribute.max_length}"] if attribute.max_length is not None else []
    limits += [f"{part.max_length} ({part.name})" for part in attribute.parts if part.max_length is not None]
    limits += [f"{attribute.max_total_length} (in all)"] if attribute.max_total_length is not None else []
    return ", ".join(limits)


def _part(part: Part) -> str:
    return part.name if part.required else f"[{part.name}]"


def _in_others(part: Part) -> str:
    return "" if part.bounds_in is None else f" {part.bounds_in} (or about as much in another currency)"


def _range(attribute: Attribute) -> str:
    bounds = []
    if attribute.above is not None:
        bounds.append(f"above {attribute.above:g}")
    if attribute.minimum is not None:
        bounds.append(f"at least {attribute.minimum:g}")
    if attribute.maximum is not None:
        bounds.append(f"at most {attribute.maximum:g}")
    bounds += [f"at most {most:g} {unit}" for unit, most in attribute.maximum_by_unit.items()]
    if attribute.max_days_ahead is not None:
        bounds.append(f"at most {attribute.max_days_ahead} days ahead")
    for part in attribute.parts:
        if part.minimum is not None:
            bounds.append(f"with {part.name} at least {part.minimum:g}")
        if part.maximum is not None:
            bounds.append(f"with {part.name} at most {part.maximum:g}{_in_others(part)}")
    return ", ".join(bounds)
