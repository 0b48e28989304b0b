"""The served OpenAPI document as a page that is read without script, and found by the site's search."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")
_KINDS = {"schemas": "object", "headers": "header"}


def http_api(document: Mapping[str, Any]) -> str:
    """Every call of the document by its tag, then what is sent to a caller, then the objects; in Markdown."""
    lines = [document["info"]["description"], ""]
    for scheme in document["components"]["securitySchemes"].values():
        header = scheme.get("name", "Authorization: Bearer")
        lines += [f"- `{header}`: {scheme['description']}"]
    for tag in document["tags"]:
        lines += ["", f"## {tag['description']}", ""]
        for path, item in document["paths"].items():
            for method in _METHODS:
                if tag["name"] in item.get(method, {}).get("tags", ()):
                    lines += _call(f"{method.upper()} {path}", item[method], item.get("parameters", ()))
    lines += ["", "## What is sent to a callback_url", ""]
    for name, item in document["webhooks"].items():
        lines += _call(f"{name}", item["post"], ())
    lines += ["", "## Objects", ""]
    for name, schema in document["components"]["schemas"].items():
        lines += [f"(object-{name.lower()})=", "", f"### `{name}`", "", *_object(schema), ""]
    return "\n".join(lines) + "\n"


def _call(title: str, call: Mapping[str, Any], shared: Any) -> Iterator[str]:
    yield from (f"### `{title}`", "", call["summary"], "")
    if "description" in call:
        yield from (call["description"], "")
    given = [*shared, *call.get("parameters", ())]
    if given:
        yield from ("| parameter | where | type | what it is |", "|---|---|---|---|")
        for each in given:
            needed = ", required" if each.get("required") and each["in"] != "path" else ""
            what = _cell(each.get("description", ""))
            yield f"| `{each['name']}` | {each['in']}{needed} | {kind(each['schema'])} | {what} |"
        yield ""
    if "requestBody" in call:
        yield from ("Body: " + _content(call["requestBody"]), "")
    yield from ("| answer | what it means | body |", "|---|---|---|")
    for status, answer in call["responses"].items():
        yield f"| {status} | {_cell(answer['description'])} | {_content(answer)} |"
    yield ""


def _content(holder: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{kind(content['schema'])}" + ("" if "json" in media else f" (`{media}`)")
        for media, content in holder.get("content", {}).items()
    )


def _object(schema: Mapping[str, Any]) -> Iterator[str]:
    if "description" in schema:
        yield from (schema["description"], "")
    if "properties" not in schema:
        yield kind(schema)
        return
    required = schema.get("required", ())
    yield from ("| field | type | | what it is |", "|---|---|---|---|")
    for name, field in schema["properties"].items():
        needed = "always" if name in required else ""
        yield f"| `{name}` | {kind(field)} | {needed} | {_cell(field.get('description', ''))} |"
    for example in schema.get("examples", ())[:1]:
        yield from ("", "```json", json.dumps(example, indent=2, ensure_ascii=False), "```")


def kind(schema: Mapping[str, Any]) -> str:
    """What a value may be, in words; what names an object links to it."""
    if "$ref" in schema:
        _, _, group, name = schema["$ref"].split("/")
        return f"[`{name}`](#{_KINDS[group]}-{name.lower()})"
    if "enum" in schema:
        return ", ".join("null" if each is None else f"`{each}`" for each in schema["enum"])
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return " or ".join(kind(each) for each in schema[several])
    types = schema.get("type", "anything")
    if types == "array":
        return f"list of {kind(schema['items'])}"
    words = types if isinstance(types, str) else " or ".join(types)
    return words + _bounds(schema)


def _bounds(schema: Mapping[str, Any]) -> str:
    said = [schema["format"]] if "format" in schema else []
    longest, highest = schema.get("maxLength"), schema.get("maximum")
    if longest:
        said.append(f"{schema.get('minLength', 0)} to {longest:,} characters")
    # Those of a text that may also be written as a number are what JSON's numbers are sure of.
    if highest and "string" not in schema["type"]:
        said.append(f"{schema.get('minimum', 0):,} to {highest:,}")
    if schema.get("default") is not None:
        said.append(f"by default {str(schema['default']).lower()}")
    return f" ({', '.join(said)})" if said else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
