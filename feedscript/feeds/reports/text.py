"""The report for a terminal: what a person needs to act, in plain text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from feedscript.feeds.reports.presentation import (
    VERDICTS,
    Document,
    by_severity,
    count,
    counted,
    facts,
    lead,
    moment,
    percent,
    remedy,
    visible,
)
from feedscript.feeds.validation.shortening import shortened

_MARKS = {"error": "✗", "warning": "!", "info": "·"}
_TITLES = {"error": "Errors", "warning": "Warnings", "info": "Advice"}
_STYLES = {
    "strong": "1",
    "soft": "2",
    "warning": "33",
    "info": "36",
    "passed": "32",
    "passed_with_warnings": "33",
}
_RED = "31"
_VALUE_LENGTH = 60


def render_text(
    document: Document, *, colour: bool = False, width: int = 80, rules: int = 40, samples: int = 2
) -> str:
    """A summary of a report's JSON document, at most `width` columns wide where words allow it.

    It shows the first `rules` findings of each severity, with `samples` samples each, and tells what it
    leaves out. With `colour` it carries ANSI colours. Control characters never reach the terminal.
    """
    return "\n".join(_lines(document, _Style(colour, width, rules, samples))) + "\n"


@dataclass(frozen=True)
class _Style:
    """How much is shown, and how."""

    colour: bool
    width: int
    rules: int
    samples: int

    def paint(self, text: str, tone: str) -> str:
        return f"\x1b[{_STYLES.get(tone, _RED)}m{text}\x1b[0m" if self.colour else text


def _lines(document: Document, style: _Style) -> Iterator[str]:
    paint, width = style.paint, style.width
    profile, summary, status = document["profile"], document["summary"], document["status"]
    yield f"{paint(VERDICTS[status], status)}  {_flat(document['source']['uri'])}"
    yield from wrap(lead(document), width)
    yield paint(
        f"profile {profile['id']} {profile['version']}, {profile['country']}, as of {moment(document['as_of'])}",
        "soft",
    )
    taken_from = dict(facts(document)).get("Items from")
    if taken_from:
        yield paint(f"{document['source']['format']}, items from {_flat(taken_from)}", "soft")
    if not document["complete"]:
        yield from wrap(
            f"Not complete: {_flat(document['stopped_reason'] or 'the reading stopped early')}", width
        )
    for warning in document.get("warnings", ()):
        yield from wrap(f"To be known: {_flat(warning)}.", width)
    for error in document["system_errors"]:
        yield from wrap(
            f"System error: {_flat(error['message'] if isinstance(error, Mapping) else error)}", width
        )
    yield ""
    issues = summary["issues"]
    yield (
        f"{counted(summary['items_total'], 'item')}: {count(summary['items_valid'])} valid, "
        f"{count(summary['items_with_errors'])} with errors. "
        f"{counted(issues['error'], 'error')}, {counted(issues['warning'], 'warning')}, "
        f"{count(issues['info'])} advice."
    )
    for severity, found in by_severity(document).items():
        yield from _group(severity, found, style)
    yield from _least_filled(document, style)
    listing = dict(facts(document)).get("All findings")
    if listing:
        yield from ("", f"All findings: {_flat(listing)}")


def _group(severity: str, found: list[Mapping[str, Any]], style: _Style) -> Iterator[str]:
    if not found:
        return
    paint, rules = style.paint, style.rules
    yield ""
    yield paint(f"{_TITLES.get(severity, severity)} ({counted(len(found), 'rule')})", "strong")
    margin = max(len(count(issue["total"])) for issue in found[:rules]) + 3
    for issue in found[:rules]:
        total = count(issue["total"]).rjust(margin - 3)
        mark = paint(_MARKS.get(severity, "-"), severity)
        yield f"{mark} {paint(total, 'strong')} {_flat(issue['rule_id'])}"
        yield from _indented(_flat(issue["message"]), margin, style.width)
        for sample in filter(None, map(_sample, issue["samples"][: style.samples])):
            yield paint(" " * margin + sample, "soft")
        if remedy(issue):
            yield from _indented(f"→ {_flat(remedy(issue))}", margin, style.width)
    if len(found) > rules:
        yield f"  … and {counted(len(found) - rules, 'rule')} more"


def _sample(sample: Mapping[str, Any]) -> str:
    place = [f"line {count(sample['line'])}"] if sample.get("line") else []
    place = [f"item {count(sample['item'])}", *place] if sample.get("item") else place
    identity = [_flat(sample["item_id"])] if sample.get("item_id") else []
    start, end = sample.get("mark") or (0, 0)
    shown = _flat(shortened(str(sample.get("value") or ""), _VALUE_LENGTH - 1, (start, end))[0])
    if sample.get("item"):
        shown = shown or "(empty)"
    told = ": ".join(filter(None, [", ".join(place + identity), shown]))
    return f"{told} ({_flat(sample['note'])})" if sample.get("note") else told


def _least_filled(document: Document, style: _Style) -> Iterator[str]:
    partly = sorted(
        (each for each in document["attributes"] if each["fill_rate"] < 1), key=lambda each: each["fill_rate"]
    )
    if partly:
        yield ""
        yield style.paint("Least filled attributes", "strong")
        yield "  " + ", ".join(f"{_flat(each['name'])} {percent(each['fill_rate'])}" for each in partly[:8])


def _indented(text: str, margin: int, width: int) -> list[str]:
    indent = " " * margin
    return wrap(text, max(width, margin + 20), initial_indent=indent, subsequent_indent=indent)


def _flat(value: object) -> str:
    return " ".join(visible(value).split())
