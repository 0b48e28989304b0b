"""A first file for a merchant, made from what its export looks like, to be read, mended and kept by a person."""

import re
from collections.abc import Iterable, Iterator

import yaml

from feedscript.feeds.generation.preview import Preview, PreviewedColumn
from feedscript.feeds.mapping import Match
from feedscript.feeds.mapping.said import EXAMPLES

_UTF_8 = ("utf-8", "utf-8-sig", "ascii")
_SAMPLE = 40
_SAMPLES = 80
_MARGIN = 58
#: What asks for the currency of prices.
_CURRENCY = "currency: {constant: EUR}"
_WITH_CURRENCY = re.compile(r"[A-Z]{3}")


def suggested(looked: Preview, name: str) -> str:
    """The file for the export called `name`, as YAML that loads as it is.

    What every item must have, and nothing gives, stands in it as comments to be filled in.
    """
    return "\n".join(_lines(looked, name)) + "\n"


def _lines(looked: Preview, name: str) -> Iterator[str]:
    found = looked.plan
    yield f"# How the feeds of a merchant are made of {_plain(name)}: a first file, made from what it looks like."
    yield "# Keep it as config/merchants/<affiliate_merchant_id>.yaml."
    if found.preset:
        yield f"# The export was taken for {_plain(found.preset.title)}."
    yield from _source(looked)
    matches = found.matches
    lacking = [*_attributes_lacking(looked)]
    asked = "currency" in {*found.rules.inputs} - {*found.unsaid} and _prices_lack_currency(looked)
    if not matches.attributes:
        yield "# No column bears a name that is known. Take the # away where the right ones are named."
        yield from ("# mapping:", "#   attributes:", *(f"# {each}" for each in lacking))
    else:
        yield "mapping:"
        yield from _inputs(looked, asked=asked)
        yield "  attributes:"
        by_attribute = {each.attribute: each for each in looked.columns}
        for each, match in matches.attributes.items():
            column = _written(looked, by_attribute, each)
            samples = [value.before for value in column.values] if column else []
            yield from _rule(each, match, matches.taken(each), samples)
        if lacking:
            yield "    # Every item must have these, and no column is known to hold them: name it, or give a constant."
            yield from (f"    # {each.strip()}" for each in lacking)
    if looked.unused:
        yield "# Columns that nothing is taken from:"
        for each, values in looked.unused.items():
            yield _with_samples(f"#   {_plain(each) or '(without a name)'}", values)


def _inputs(looked: Preview, *, asked: bool) -> Iterator[str]:
    """What operations refer to; `asked` says that prices need a currency."""
    inputs = looked.plan.matches.inputs
    if asked:
        yield "  # The prices have no currency, and no column is known to hold it: take the # away, and say which."
        if not inputs:
            yield "  # inputs:"
            yield f"  #   {_CURRENCY}"
    if inputs:
        yield "  inputs:  # not written; operations refer to them"
        for each, match in inputs.items():
            samples = [value.after for value in looked.inputs[each]]
            yield from _rule(each, match, looked.plan.matches.taken(each), samples)
        if asked:
            yield f"    # {_CURRENCY}"


def _source(looked: Preview) -> Iterator[str]:
    encoding = looked.source.encoding
    if encoding and encoding.lower() not in _UTF_8 and looked.source.format in ("csv", "tsv"):
        yield "source:"
        yield f"  encoding: {_quoted(encoding)}  # as it was guessed; say it if that is wrong"
        yield from _shop(looked, "  # ")
    elif looked.plan.unsaid:
        yield "# source:"
        yield from _shop(looked, "#   ")


def _shop(looked: Preview, begin: str) -> Iterator[str]:
    """What has to be said of the shop, as comments to be filled in."""
    for name, attributes in looked.plan.unsaid.items():
        yield f"{begin}{name}: {EXAMPLES[name]}  # no such export holds it: {', '.join(attributes)}"


def _written(looked: Preview, by_name: dict[str, PreviewedColumn], canonical: str) -> PreviewedColumn | None:
    for attribute in looked.plan.profile.attributes:
        if attribute.origin == canonical and attribute.name in by_name:
            return by_name[attribute.name]
    return None


def _rule(name: str, match: Match, columns: tuple[str, ...], samples: Iterable[str | None]) -> Iterator[str]:
    if match.rule.constant is not None:
        yield f"    {name}: {{constant: {_quoted(match.rule.constant)}}}"
        return
    if match.rule.cases:
        made = " and ".join(_plain(each) for each in dict.fromkeys(columns))
        yield _with_samples(f"    # {name}: made of {made}", samples)
        return
    given = f"column: {_quoted(columns[0])}"
    if columns[1:]:
        given = f"columns: [{', '.join(map(_quoted, columns))}]"
    yield _with_samples(f"    {name}: {{{given}}}", samples)


def _attributes_lacking(looked: Preview) -> Iterator[str]:
    """A rule to be filled in for each attribute that every item must have and nothing gives."""
    unsaid = {name for names in looked.plan.unsaid.values() for name in names}
    for name in looked.plan.missing:
        origin = looked.plan.profile.attribute(name).origin
        if origin not in unsaid:
            yield f"    {origin}: {{column: ...}}"


def _prices_lack_currency(looked: Preview) -> bool:
    price = next((each for each in looked.columns if each.attribute == "price"), None)
    values = [each.after or "" for each in price.values] if price else []
    return bool(values) and not any(_WITH_CURRENCY.search(each) for each in values)


def _with_samples(text: str, values: Iterable[str | None]) -> str:
    """The text with some values as a comment behind it."""
    told = ""
    for value in values:
        plain = _plain(value or "")
        short = plain if len(plain) <= _SAMPLE else plain[: _SAMPLE - 1] + "…"
        if short and len(told) + len(short) <= _SAMPLES:
            told += f" | {short}" if told else short
    return f"{text.ljust(_MARGIN)}  # {told}" if told else text


def _plain(text: str) -> str:
    """The text on one line, without what YAML may not hold."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _quoted(text: str) -> str:
    """The text as YAML that reads back as it is, on one line."""
    dumped: str = yaml.safe_dump(text, default_style='"', allow_unicode=False, width=float("inf"))
    return dumped.strip()
