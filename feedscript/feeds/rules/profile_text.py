"""A profile for a terminal and for a program: its files, its columns in order, its rules and how sure they are."""

from collections.abc import Iterator
from typing import Any

from feedscript.feeds.profiles.model import Attribute, Profile
from feedscript.feeds.profiles.written import Cell, FeedFile, Mark
from feedscript.feeds.rules.catalogue import catalogue

_MARKS: dict[Mark, str] = {
    "vendor": "by the partner itself",
    "copy": "by a copy of the partner's page",
    "third_party": "by somebody else",
    "unconfirmed": "unconfirmed",
}


def as_text(profile: Profile) -> str:
    """The profile for a person."""
    return "\n".join(_lines(profile)) + "\n"


def as_document(profile: Profile) -> dict[str, Any]:
    """Columns and rules in JSON's types."""
    return {
        "columns": [
            {
                "title": each.title,
                "attribute": each.name,
                "canonical": each.origin,
                "type": each.type.value,
                "required": each.required,
                "mark": each.mark,
            }
            for each in profile.attributes
        ],
        "rules": [
            {
                "rule_id": rule.id,
                "severity": rule.severity,
                "mark": rule.mark if rule.attribute else None,
                "doc_url": rule.doc_url,
            }
            for rule in catalogue(profile)
        ],
    }


def _lines(profile: Profile) -> Iterator[str]:
    extends = f", extends {profile.extends}" if profile.extends else ""
    yield f"{profile.id} {profile.version}: {profile.title}{extends}"
    yield profile.doc
    yield ""
    yield "Files, the usual one first:"
    for file in profile.files:
        yield f"  {_file(file)}"
    yield ""
    yield f"Columns, in this order ({len(profile.attributes)}):"
    width = max(len(each.title) for each in profile.attributes)
    for each in profile.attributes:
        yield f"  {each.title:{width}}  {_attribute(each)}".rstrip()
    # What concerns a file as such holds whoever takes it.
    rules = [rule for rule in catalogue(profile) if rule.attribute]
    yield ""
    yield f"Rules of attributes ({len(rules)}; feedscript rules --profile {profile.id} tells what each means):"
    width = max(len(rule.id) for rule in rules)
    for rule in rules:
        yield f"  {rule.id:{width}}  {rule.severity:7}  {_MARKS[rule.mark]}, {rule.doc_url}"


def _file(file: FeedFile) -> str:
    told = [f"{file.format}: {', '.join(file.endings)}"]
    if file.compressions:
        told.append(f"or with .{', .'.join(file.compressions)} behind it")
    if file.format in ("csv", "tsv", "positional"):
        told.append(f"delimiter {file.delimiter!r}, quotes {file.quoting}")
    told.append(file.encoding + (" with a byte order mark" if file.bom else ""))
    if not file.header and file.format in ("csv", "tsv", "positional"):
        told.append("no line of column names")
    if file.naming:
        told.append(f"called {file.naming}")
    if file.name_form:
        told.append(f"its name {file.name_form}")
    if file.max_items:
        told.append(f"at most {file.max_items:,} items")
    if file.max_bytes:
        told.append(f"at most {file.max_bytes:,} bytes")
    if file.mark != "vendor":
        told.append(_MARKS[file.mark])
    return "; ".join(told)


def _attribute(attribute: Attribute) -> str:
    told = [attribute.type.value]
    if attribute.required:
        told.append("required")
    elif attribute.required_when:
        told.append("required for some")
    if attribute.max_length:
        told.append(f"at most {attribute.max_length:,} characters")
    if attribute.repeatable:
        told.append(f"up to {attribute.max_values:,} values")
    if attribute.values:
        told.append(f"one of {', '.join(attribute.values)}")
    if attribute.cell.constant is not None:
        told.append(f"always {attribute.cell.constant}")
    elif attribute.origin != attribute.name or attribute.cell != Cell():
        part = f"{attribute.cell.take} of " if attribute.cell.take else ""
        told.append(f"from {part}{attribute.origin}")
    if attribute.mark != "vendor":
        told.append(_MARKS[attribute.mark])
    return "; ".join(told)
