"""Validates a feed: stage the source, scan it once, count, sample what failed, and report."""

import resource
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from feedscript.feeds.header import Header, read_header
from feedscript.feeds.limits import Limits
from feedscript.feeds.policy import Policy
from feedscript.feeds.profiles import Profile, load_profile
from feedscript.feeds.profiles.model import Severity
from feedscript.feeds.progress import OnProgress, Progress, silent
from feedscript.feeds.readers import stage
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.report import Issue, Report, Status, ordered
from feedscript.feeds.rules.compilation import compile_rules
from feedscript.feeds.rules.rule import Rule, attribute_rule, file_rule
from feedscript.feeds.scan import Sample, Scan, connect


def validate(
    source: Path,
    *,
    uri: str | None = None,
    profile: str = "google",
    country: str = "US",
    as_of: datetime | None = None,
    policy: Policy | None = None,
    limits: Limits | None = None,
    progress: OnProgress | None = None,
    workdir: Path | None = None,
) -> Report:
    """Check a feed against a partner's profile.

    `uri` is how the report names the source. `as_of` (now, if None) is the moment that date rules count from.
    Temporary files go below `workdir`. Raises UnknownProfile, SourceUnavailable and SourceUnreadable; every
    defect of the feed itself is a finding in the report.
    """
    started = time.monotonic()
    validation = _Validation(
        profile=load_profile(profile),
        country=country,
        as_of=as_of or datetime.now(UTC),
        policy=policy or Policy(),
        limits=limits or Limits(),
        tell=progress or silent,
    )
    with tempfile.TemporaryDirectory(prefix="feedscript-", dir=workdir) as folder:
        report = validation.run(source, uri or str(source), Path(folder))
    return replace(
        report,
        seconds=time.monotonic() - started,
        peak_rss_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )


class _Validation:
    def __init__(
        self,
        *,
        profile: Profile,
        country: str,
        as_of: datetime,
        policy: Policy,
        limits: Limits,
        tell: OnProgress,
    ) -> None:
        self.profile = profile
        self.country = country
        self.as_of = as_of
        self.policy = policy
        self.limits = limits
        self.tell = tell
        self.issues: list[Issue] = []

    def run(self, source: Path, uri: str, folder: Path) -> Report:
        staged = stage(
            source,
            uri=uri,
            workdir=folder,
            limits=self.limits,
            shapes=self.profile.shapes,
            progress=self.tell,
        )
        size = staged.source.bytes
        self.tell(Progress(None, 0, size, "checking"))
        header = read_header(self.profile, staged.columns)
        plan = compile_rules(
            self.profile,
            header,
            country=self.country,
            as_of=self.as_of,
            joined=staged.line_column is not None,
            skipped=self.policy.disabled,
        )
        self._file_issues(staged, header)
        total = bad = 0
        filled: dict[str, int] = {}
        if staged.columns:
            with connect(self.limits, folder) as connection:
                scan = Scan(connection, staged, plan, self.limits, self.profile.item)
                scan.run()
                total, filled = scan.total(), scan.filled()
                bad = self._item_issues(scan)
        if not total and staged.columns:
            self._add(file_rule(self.profile, "no_items"), 1, 0, [])
        if any(
            issue.severity == "error" and issue.rule.code == "missing_required_column"
            for issue in self.issues
        ):
            bad = total
        self.tell(Progress(total, size, size, "checked"))
        return self._report(staged, total, bad, filled)

    def _item_issues(self, scan: Scan) -> int:
        totals = scan.totals()
        repeated = attribute_rule(self.profile, self.profile.attribute(self.profile.item), "duplicate_id")
        repeats = 0 if repeated.id in self.policy.disabled else scan.repeats()
        samples = scan.samples(list(totals), repeated.id if repeats else None, self.policy)
        for rule_id, total in totals.items():
            self._add(scan.plan.rules[rule_id], total, total, samples[rule_id])
        if repeats:
            self._add(repeated, repeats, repeats, samples[repeated.id])
        errors = frozenset(issue.rule.id for issue in self.issues if issue.severity == "error")
        return scan.failing(errors, repeats=bool(repeats) and repeated.id in errors)

    def _file_issues(self, staged: Staged, header: Header) -> None:
        for code, total in staged.faults.totals.items():
            samples = [
                Sample(fault.item, fault.line, None, fault.value) for fault in staged.faults.samples[code]
            ]
            self._add(file_rule(self.profile, code), total, 0, samples)
        for code, columns in (("unknown_column", header.unknown), ("duplicate_column", header.duplicates)):
            samples = [Sample(None, staged.skip_lines or None, None, column) for column in columns]
            self._add(file_rule(self.profile, code), len(columns), 0, samples)
        if staged.columns:
            for attribute in header.missing():
                rule = attribute_rule(self.profile, attribute, "missing_required_column")
                self._add(rule, 1, 0, [Sample(None, None, None, attribute.name)])

    def _add(self, rule: Rule, total: int, affected: int, samples: list[Sample]) -> None:
        if total and rule.id not in self.policy.disabled:
            severity: Severity = self.policy.severities.get(rule.id, rule.severity)
            kept = tuple(samples[: self.policy.samples_per_rule])
            self.issues.append(Issue(rule, severity, total, affected, kept))

    def _status(self, total: int, bad: int) -> Status:
        grave = {"error"} if self.policy.fail_on == "error" else {"error", "warning"}
        found = [issue for issue in self.issues if issue.severity in grave]
        if any(issue.rule.scope == "file" for issue in found) or (found and not total):
            return "failed"
        if found and bad > self.policy.max_error_ratio * total:
            return "failed"
        return "passed_with_warnings" if any(issue.severity != "info" for issue in self.issues) else "passed"

    def _report(self, staged: Staged, total: int, bad: int, filled: dict[str, int]) -> Report:
        return Report(
            profile=self.profile,
            country=self.country,
            as_of=self.as_of,
            source=staged.source,
            status=self._status(total, bad),
            complete=staged.complete,
            stopped_reason=staged.stopped_reason,
            items_total=total,
            items_with_errors=bad,
            issues=ordered(self.issues),
            fill_rates=tuple((name, round(count / total, 4)) for name, count in filled.items())
            if total
            else (),
            policy=self.policy,
            seconds=0.0,
            peak_rss_bytes=0,
        )
