"""What is said of a feed that lacks columns which it must have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from feedscript.feeds.profiles import Profile
from feedscript.feeds.profiles.header import Header
from feedscript.feeds.rules.codes import LEADING_CODE
from feedscript.feeds.rules.rule import attribute_rule, file_rule
from feedscript.feeds.scanning import Sample
from feedscript.feeds.validation.file_findings import Found


@dataclass(frozen=True)
class Missing:
    """The findings of the header, and what it tells of the others.

    `untold` are the ids of rules whose findings would only say once more that a column is not there; `near` gives the
    column that may hold an attribute under another name.
    """

    findings: list[Found]
    untold: frozenset[str]
    near: Mapping[str, str]


def look_for_missing(profile: Profile, header: Header, columns: tuple[str, ...], line: int | None) -> Missing:
    """What attributes without a column come to; `line` is the header's."""
    # Only a wrong file asks for what mappings know.
    from feedscript.feeds.validation.exports import exporting_system, near_names  # noqa: PLC0415 - as said

    missing = [*header.missing()]
    exported = exporting_system(columns)
    needed = [
        each for each in header.attributes.values() if each.required_when and each.name not in header.columns
    ]
    near = near_names([*missing, *needed], header.unknown)
    findings: list[Found] = []
    if exported:
        system, telling = exported
        message = f"This looks like a {system} export, not like a feed: generate a feed from it."
        rule = replace(file_rule(profile, LEADING_CODE), message=message)
        findings.append((rule, 1, [Sample(None, line, None, ", ".join(telling))]))
    for attribute in missing:
        rule = attribute_rule(profile, attribute, "missing_required_column")
        findings.append((rule, 1, [Sample(None, line, None, near.get(attribute.name))]))
    return Missing(findings, frozenset(_untold(profile, header)) if exported else frozenset(), near)


def _untold(profile: Profile, header: Header) -> Iterator[str]:
    """The rules of attributes that all items of an export lack, which says no more than that there is no column."""
    for name, attribute in header.attributes.items():
        if name not in header.columns:
            yield attribute_rule(profile, attribute, "missing_required").id
