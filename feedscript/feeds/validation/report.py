"""The outcome of a validation, as a value and as the document that users and partners read."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import feedscript
from feedscript.feeds.policy import Policy
from feedscript.feeds.profiles.model import Profile, Severity
from feedscript.feeds.readers.staged import Source
from feedscript.feeds.rules.codes import LEADING_CODE
from feedscript.feeds.rules.rule import Rule
from feedscript.feeds.scanning.account import Account
from feedscript.feeds.scanning.samples import Sample
from feedscript.feeds.validation.origin import Origin
from feedscript.feeds.validation.shortening import shortened

REPORT_VERSION = "1"
Status = Literal["passed", "passed_with_warnings", "failed", "error"]
_NAMED_IN_HEADLINE = 3
_ORDER: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True)
class Issue:
    """A rule with all that was found against it: the exact total, and the first samples."""

    rule: Rule
    severity: Severity
    total: int
    items_affected: int
    samples: tuple[Sample, ...]

    def document(self, value_length: int) -> dict[str, Any]:
        """The issue as the report says it."""
        rule = self.rule
        return {
            "rule_id": rule.id,
            "code": rule.code,
            "severity": self.severity,
            "category": rule.category,
            "scope": rule.scope,
            "attribute": rule.attribute,
            "total": self.total,
            "items_affected": self.items_affected,
            "message": rule.message,
            "remediation": rule.remediation,
            "doc_url": rule.doc_url,
            "samples_truncated": len(self.samples) < self.total,
            "samples": [
                {
                    "item": sample.item,
                    "line": sample.line,
                    "item_id": None if sample.item_id is None else shortened(sample.item_id, value_length)[0],
                    **_shown(sample, value_length),
                }
                for sample in self.samples
            ],
        }


def _shown(sample: Sample, length: int) -> dict[str, Any]:
    """The value around the place at fault, where in it that is (start and end, as slices count), and a note of it."""
    if sample.value is None or sample.place is None:
        value = None if sample.value is None else shortened(sample.value, length)[0]
        return {"value": value, "mark": None, "note": None}
    value, mark = shortened(sample.value, length, (sample.place.start, sample.place.end))
    return {"value": value, "mark": list(mark), "note": sample.place.note}


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a validation found; `document()` is its JSON form.

    `artifacts` names files written beside the report; `job` is filled in by the caller that runs jobs.
    """

    profile: Profile
    country: str
    as_of: datetime
    source: Source
    status: Status
    complete: bool
    stopped_reason: str | None
    account: Account | None
    origin: Origin | None
    items_total: int
    items_with_errors: int
    issues: tuple[Issue, ...]
    fill_rates: tuple[tuple[str, float], ...]
    policy: Policy
    seconds: float
    peak_rss_bytes: int
    system_errors: tuple[str, ...] = ()
    artifacts: dict[str, str] = field(default_factory=dict)
    job: dict[str, str] = field(default_factory=dict)

    @property
    def valid(self) -> bool:
        """Whether the partner can be expected to take the feed."""
        return self.status in {"passed", "passed_with_warnings"}

    def counts(self) -> dict[str, int]:
        """The number of findings of each severity."""
        found: Counter[str] = Counter()
        for issue in self.issues:
            found[issue.severity] += issue.total
        return {severity: found[severity] for severity in _ORDER}

    def headline(self) -> str:
        """The outcome in one line."""
        if self.status == "error":
            return f"could not be checked: {'; '.join(self.system_errors)}"
        worst: Severity = "error" if any(issue.severity == "error" for issue in self.issues) else "warning"
        named = [issue for issue in self.issues if issue.severity == worst]
        if not named:
            return f"{self.items_total} items, no errors"
        listed = ", ".join(f"{issue.rule.id} x{issue.total}" for issue in named[:_NAMED_IN_HEADLINE])
        more = ", ..." if len(named) > _NAMED_IN_HEADLINE else ""
        if worst == "warning":
            return f"{self.items_total} items, no errors, warnings: {listed}{more}"
        return f"{self.items_with_errors} of {self.items_total} items have errors: {listed}{more}"

    def document(self) -> dict[str, Any]:
        """The report in JSON's types."""
        return {
            "report_version": REPORT_VERSION,
            "job": self.job,
            "tool_version": feedscript.__version__,
            "profile": {"id": self.profile.id, "version": self.profile.version, "country": self.country},
            "as_of": self.as_of.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "source": {
                "uri": self.source.uri,
                "format": self.source.format,
                "encoding": self.source.encoding,
                "encoding_certainty": self.source.encoding_certainty,
                "delimiter": self.source.delimiter,
                "item": self.source.item,
                "compression": self.source.compression,
                "bytes": self.source.bytes,
                "sha256": self.source.sha256,
            },
            "status": self.status,
            "complete": self.complete,
            "stopped_reason": self.stopped_reason,
            "summary": {
                "items_total": self.items_total,
                "items_valid": self.items_total - self.items_with_errors,
                "items_with_errors": self.items_with_errors,
                "issues": self.counts(),
            },
            "account": self.account.document() if self.account else None,
            "origin": self.origin.document() if self.origin else None,
            "issues": [issue.document(self.policy.value_length) for issue in self.issues],
            "attributes": [{"name": name, "fill_rate": rate} for name, rate in self.fill_rates],
            "system_errors": list(self.system_errors),
            "policy": {
                "fail_on": self.policy.fail_on,
                "max_error_ratio": self.policy.max_error_ratio,
                "samples_per_rule": self.policy.samples_per_rule,
            },
            "performance": {"seconds": round(self.seconds, 3), "peak_rss_bytes": self.peak_rss_bytes},
            "artifacts": self.artifacts,
        }


def status_of(issues: tuple[Issue, ...], items: int, bad: int, policy: Policy) -> Status:
    """What the findings come to under a policy; `bad` of the `items` have errors."""
    grave = {"error"} if policy.fail_on == "error" else {"error", "warning"}
    found = [issue for issue in issues if issue.severity in grave]
    if any(issue.rule.scope == "file" for issue in found):
        return "failed"
    spoilt = bad if policy.fail_on == "error" else max([bad, *(issue.items_affected for issue in found)])
    if found and (not items or spoilt > policy.max_error_ratio * items):
        return "failed"
    return "passed_with_warnings" if any(issue.severity != "info" for issue in issues) else "passed"


def ordered(issues: list[Issue]) -> tuple[Issue, ...]:
    """Issues with the worst first, and the most frequent of those."""
    return tuple(
        sorted(
            issues,
            key=lambda each: (
                _ORDER.index(each.severity),
                each.rule.code != LEADING_CODE,
                -each.total,
                each.rule.id,
            ),
        )
    )
