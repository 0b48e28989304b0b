"""How figures, times and values of a report are written for a person."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from feedscript.feeds.rules.codes import LEADING_CODE

Document = Mapping[str, Any]

SEVERITIES = ("error", "warning", "info")

VERDICTS = {
    "passed": "Passed",
    "passed_with_warnings": "Passed with warnings",
    "failed": "Failed",
    "error": "Could not be checked",
}

_MARKUP = frozenset({"rss", "atom", "xml"})

# Characters that would move, hide or break the text around them, on a page or on a terminal.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def visible(value: object) -> str:
    r"""A value from a feed as text in which nothing hides: control and direction characters are told.

    Tabs and line feeds stay.

    >>> visible("safe\x1b[2J\u202eevil")
    'safe⟨U+001B⟩[2J⟨U+202E⟩evil'
    """
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", "" if value is None else str(value))


def flat(value: str | None, longest: int = 60) -> str:
    r"""A value on one line, in which nothing hides, cut to a length; a dash where there is none.

    >>> flat("a  red\nshoe", 8), flat(None)
    ('a red s…', '-')
    """
    if value is None:
        return "-"
    text = " ".join(visible(value).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def count(number: int) -> str:
    """A number with its thousands apart: `1,234,567`."""
    return f"{number:,}"


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 item`, `2,000 items`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def percent(ratio: float) -> str:
    """A ratio as a percentage that says neither 0 nor 100 where it is not.

    >>> percent(0), percent(0.0001), percent(0.414), percent(0.9999), percent(1)
    ('0%', '<0.1%', '41.4%', '>99.9%', '100%')
    """
    if 0 < ratio < 0.001:  # noqa: PLR2004 - the smallest share that one decimal can tell
        return "<0.1%"
    if 0.999 < ratio < 1:  # noqa: PLR2004 - as above, from the other end
        return ">99.9%"
    return f"{100 * ratio:.1f}".removesuffix(".0") + "%"


def moment(time: str) -> str:
    """A time of a report to the minute, or as it stands where it is none.

    >>> moment("2026-08-01T07:30:12.345Z"), moment("soon")
    ('2026-08-01 07:30 UTC', 'soon')
    """
    try:
        parsed = datetime.fromisoformat(time)
    except ValueError:
        return time
    return f"{parsed:%Y-%m-%d %H:%M} {parsed.tzname() or ''}".rstrip()


def size(number: int) -> str:
    """A number of bytes in the unit that suits it: `39.1 KiB`."""
    amount = float(number)
    for unit in ("bytes", "KiB", "MiB"):
        if amount < 1024:  # noqa: PLR2004 - bytes in a KiB
            return f"{amount:,.0f} {unit}" if unit == "bytes" else f"{amount:,.1f} {unit}"
        amount /= 1024
    return f"{amount:,.1f} GiB"


def web_address(url: object) -> str | None:
    """The address where it is one that a reader may safely follow, else None.

    >>> web_address("https://example.com/a"), web_address("javascript:alert(1)")
    ('https://example.com/a', None)
    """
    if not isinstance(url, str) or _UNSEEN.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def lead(document: Document) -> str:
    """What the verdict means, in a sentence."""
    summary = document["summary"]
    total, wrong = summary["items_total"], summary["items_with_errors"]
    if document["status"] == "error":
        return "The feed could not be read as a whole, so nothing can be said of its items."
    if not total:
        return "No item was found in the feed."
    if wrong:
        verb = "has" if wrong == 1 else "have"
        return f"{count(wrong)} of {counted(total, 'item')} {verb} errors: the partner would reject them."
    warnings = summary["issues"]["warning"]
    if document["status"] == "failed":
        return "No item is rejected by itself, but the feed as a whole is."
    if warnings:
        taken = f"All {counted(total, 'item')} would be taken"
        return f"{taken}; {counted(warnings, 'warning')} may limit how they are shown."
    return f"All {counted(total, 'item')} would be taken, and nothing limits how they are shown."


def remedy(issue: Mapping[str, Any]) -> str:
    """What to do about a finding; empty where nothing is known."""
    return (issue.get("remediation") or {}).get("text") or ""


def _taken_from(source: Document) -> str | None:
    """The element, or the key of the list, that the items were taken from."""
    name = source.get("item")
    return f"<{name}>" if name and source["format"] in _MARKUP else name or None


def facts(document: Document) -> list[tuple[str, str]]:
    """What was checked, how, and where the rest lies, as names and texts; what is not known is left out."""
    source, policy, job = document["source"], document["policy"], document.get("job") or {}
    performance, artifacts = document["performance"], document.get("artifacts") or {}
    delimiter = {"\t": "tab", ",": "comma", "|": "pipe", ";": "semicolon", "~": "tilde"}
    threshold = policy.get("max_error_ratio")
    found = [
        ("Job", job.get("job_id")),
        ("Merchant", job.get("affiliate_merchant_id")),
        ("Partner", job.get("partner_id")),
        ("Format", source["format"]),
        ("Items from", _taken_from(source)),
        ("Encoding", source.get("encoding")),
        ("Delimiter", delimiter.get(source.get("delimiter"), source.get("delimiter"))),
        ("Compression", source.get("compression")),
        ("Size", size(source["bytes"])),
        ("SHA-256", source["sha256"]),
        ("Fails on", policy["fail_on"]),
        ("Errors allowed", percent(threshold) if threshold else None),
        ("Complete", "yes" if document["complete"] else "no"),
        ("Time", f"{performance['seconds']:.2f} s" if performance.get("seconds") else None),
        ("Memory", size(performance["peak_rss_bytes"]) if performance.get("peak_rss_bytes") else None),
        ("All findings", artifacts.get("issues_jsonl")),
    ]
    return [(name, str(value)) for name, value in found if value not in (None, "")]


def by_severity(document: Document) -> dict[str, list[Mapping[str, Any]]]:
    """The findings of each severity: what explains the others first, then those that touch most items."""
    grouped: dict[str, list[Mapping[str, Any]]] = {severity: [] for severity in SEVERITIES}
    for issue in document["issues"]:
        grouped.setdefault(issue["severity"], []).append(issue)
    for issues in grouped.values():
        issues.sort(
            key=lambda issue: (
                issue.get("code") != LEADING_CODE,
                -issue["items_affected"],
                -issue["total"],
                issue["rule_id"],
            )
        )
    return grouped
