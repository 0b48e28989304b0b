"""The page about a profile: what it is made of, what it knows, and what each of its versions changed."""

from collections.abc import Iterator

from feedscript.feeds.profiles.model import Attribute, Profile
from feedscript.feeds.profiles.taxonomy import load_taxonomy
from feedscript.feeds.profiles.written import FeedFile, Mark
from feedscript.feeds.rules.currencies import currency_facts
from feedscript.feeds.rules.rule import SOURCES

_SIGNS = {",": "commas", "\t": "tabs", ";": "semicolons"}


def as_page(profile: Profile) -> str:
    """The page as Markdown."""
    lines = [
        f"# The profile `{profile.id}` {profile.version}",
        "",
        f"{profile.title}: <{profile.doc}>. {_where_rules_stand(profile)}",
        "",
        "This page is written by `feedscript rules --format profile`; a test fails when it is out of date.",
        "",
        "## Changes",
        *_changes(profile),
        "",
        "## Files",
        "",
        "| Format | Names end in | Compressed | Between cells | In quotes | Source |",
        "|---|---|---|---|---|---|",
        *map(_file, profile.files),
        *(f"\nSuch a {each.format} file is called `{each.naming}`." for each in profile.files if each.naming),
        *(
            f"\nThe name of a file is {form}."
            for form in dict.fromkeys(each.name_form for each in profile.files)
            if form
        ),
        "",
        "## Data that comes with it",
        "",
        *_data(profile),
        "",
        "## Attributes",
        "",
        "| Attribute | Written from | Type | Asked for | At most | Values | Source |",
        "|---|---|---|---|---|---|---|",
        *map(_row, profile.attributes),
    ]
    if profile.unchecked:
        known = ", ".join(f"`{name}`" for name in profile.unchecked)
        lines += ["", f"Known, and nothing is asked of them: {known}."]
    return "\n".join(lines) + "\n"


def _changes(profile: Profile) -> Iterator[str]:
    for change in profile.history:
        yield from ("", f"### {change.version} ({change.date})", "")
        yield from (f"- {each}" for each in change.changes)


def _data(profile: Profile) -> Iterator[str]:
    if profile.taxonomy:
        taxonomy = load_taxonomy(profile.taxonomy)
        first, *others = taxonomy.versions.items()
        yield (
            f"- The taxonomy of products, {len(taxonomy.tree)} categories: version {first[1]} in {first[0]},"
            f" {', '.join(f'{version} in {language}' for language, version in others)}."
            f" Source: <{taxonomy.source}>."
        )
    facts = currency_facts()
    rates = facts.rates
    yield (
        f"- Legal tender of {len(facts.countries)} countries and {len(facts.withdrawn)} currencies withdrawn since"
        " 1999, from CLDR."
    )
    yield (
        f"- Rough rates of {len(rates.per_base)} currencies against {rates.base}, as of {rates.as_of}: a limit given in"
        f" one currency is passed in another only by more than {rates.margin:g} times its worth."
    )


def _where_rules_stand(profile: Profile) -> str:
    if profile.id == "google":
        return "What each rule says stands in [rules.md](../rules.md)."
    extended = f" It extends [`{profile.extends}`]({profile.extends}.md)." if profile.extends else ""
    return f"What each rule says is told by `feedscript rules --profile {profile.id}`.{extended}"


def _file(file: FeedFile) -> str:
    is_text = file.format in {"csv", "tsv", "positional"}
    cells = (
        file.format,
        ", ".join(file.endings),
        ", ".join(file.compressions),
        _SIGNS.get(file.delimiter, f"`{file.delimiter}`") if is_text else "",
        f"where {file.quoting}" if is_text and file.quoting == "needed" else file.quoting if is_text else "",
        SOURCES[file.mark],
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _row(attribute: Attribute) -> str:
    asked = "always" if attribute.required else "sometimes" if attribute.required_when else ""
    title = "" if attribute.title == attribute.name else f" (`{attribute.title}`)"
    cells = (
        f"`{attribute.name}`{title}",
        "" if attribute.origin == attribute.name else f"`{attribute.origin}`",
        attribute.type,
        asked,
        _most(attribute),
        ", ".join(attribute.values or (part.name for part in attribute.parts)),
        _source(attribute),
    )
    return f"| {' | '.join(cells)} |"


def _most(attribute: Attribute) -> str:
    lengths = [f"{attribute.max_length} characters"] if attribute.max_length is not None else []
    if attribute.advised_max_length is not None:
        lengths += [f"{attribute.advised_max_length} characters are advised"]
    lengths += [f"{attribute.max_bytes} bytes"] if attribute.max_bytes is not None else []
    return ", ".join([*lengths, *([f"{attribute.max_values} values"] if attribute.repeatable else [])])


def _source(attribute: Attribute) -> str:
    """How sure the source is, and that of single rules that differ."""
    by_mark: dict[Mark, list[str]] = {}
    for code, mark in attribute.marks.items():
        if mark != attribute.mark:
            by_mark.setdefault(mark, []).append(code)
    others = (f"{', '.join(sorted(some))}: {SOURCES[mark]}" for mark, some in sorted(by_mark.items()))
    return "; ".join([SOURCES[attribute.mark], *others])
