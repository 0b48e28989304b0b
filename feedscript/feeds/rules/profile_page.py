"""The page about a profile: what it is made of, what it knows, and what each of its versions changed."""

from collections.abc import Iterator

from feedscript.feeds.profiles.model import Attribute, Profile
from feedscript.feeds.profiles.taxonomy import load_taxonomy
from feedscript.feeds.rules.currencies import currency_facts


def as_page(profile: Profile) -> str:
    """The page as Markdown."""
    lines = [
        f"# The profile `{profile.id}` {profile.version}",
        "",
        f"{profile.title}: <{profile.doc}>. What each rule says stands in [rules.md](../rules.md).",
        "",
        "This page is written by `feedscript rules --format profile`; a test fails when it is out of date.",
        "",
        "## Changes",
        *_changes(profile),
        "",
        "## Data that comes with it",
        "",
        *_data(profile),
        "",
        "## Attributes",
        "",
        "| Attribute | Type | Asked for | Values |",
        "|---|---|---|---|",
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


def _row(attribute: Attribute) -> str:
    asked = "always" if attribute.required else "sometimes" if attribute.required_when else ""
    values = ", ".join(attribute.values or (part.name for part in attribute.parts))
    return f"| `{attribute.name}` | {attribute.type} | {asked} | {values} |"
