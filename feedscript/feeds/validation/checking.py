"""Checks a feed: stage the source, scan it once, count, sample what failed, and report."""

import resource
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb

from feedscript.feeds.engine.connection import watched
from feedscript.feeds.engine.deadline import interrupted_after
from feedscript.feeds.engine.errors import NoRoom
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.packed import packed
from feedscript.feeds.engine.progress import OnProgress, Progress, silent
from feedscript.feeds.engine.ready import SMALL_BYTES
from feedscript.feeds.engine.refusals import refused_writing
from feedscript.feeds.policy import Policy
from feedscript.feeds.profiles import Profile, load_profile
from feedscript.feeds.profiles.as_written import as_written
from feedscript.feeds.profiles.header import Header, read_header
from feedscript.feeds.profiles.loading import is_own
from feedscript.feeds.readers.delimited import with_plain_line_ends
from feedscript.feeds.readers.intake import Stopped
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.readers.survey import Survey
from feedscript.feeds.rules.compilation import compile_rules
from feedscript.feeds.rules.explanation import explained
from feedscript.feeds.rules.places import finders
from feedscript.feeds.rules.rule import Rule, file_rule
from feedscript.feeds.scanning import Sample, Scan
from feedscript.feeds.scanning.account import Account, account_of
from feedscript.feeds.scanning.crossing import find_crossed
from feedscript.feeds.scanning.samples import sample_findings, sample_rejected
from feedscript.feeds.scanning.usual import find_usual
from feedscript.feeds.validation.file_findings import Found, fault_findings, header_findings, origin_findings
from feedscript.feeds.validation.listing import list_findings
from feedscript.feeds.validation.missing_columns import look_for_missing
from feedscript.feeds.validation.origin import Origin
from feedscript.feeds.validation.plans import PLANS, Plans, Shape
from feedscript.feeds.validation.reading_ahead import ReadingAhead
from feedscript.feeds.validation.report import Issue, Report, ordered, status_of

#: Codes of what is not there, where a column of another name may hold it.
_MISSING = ("missing_required", "missing_required_column")


def check(
    source: Path,
    survey: Future[Survey] | None,
    opening: Future[duckdb.DuckDBPyConnection],
    *,
    started: float,
    uri: str,
    profile: str,
    country: str,
    as_of: datetime,
    policy: Policy | None,
    options: SourceOptions | None,
    origin: Origin | None,
    limits: Limits,
    findings: Path | None,
    progress: OnProgress | None,
    workdir: Path,
    is_ready: bool = False,
) -> Report:
    """Check a source, of whose bytes `survey` is being made if it is wanted, with the DuckDB that is being opened.

    `started` is when the validation was asked for (`time.monotonic`), `workdir` an empty folder; `is_ready` says that
    the DuckDB is that of `PLANS`; the rest is as for `validate`.
    """
    asked = load_profile(profile)
    checking = _Checking(
        profile=asked,
        country=country,
        as_of=as_of,
        policy=policy or Policy(),
        options=as_written(asked, uri, options or SourceOptions()),
        origin=origin,
        limits=limits,
        started=started,
        findings=findings,
        tell=progress or silent,
        folder=workdir,
        survey=survey,
        opening=opening,
        plans=PLANS if is_ready and not is_own(profile) else None,
    )
    try:
        staged = checking.run(source, uri)
    finally:
        checking.ahead.stop()
    return checking.report(staged, time.monotonic() - started)


@dataclass
class _Checking:
    profile: Profile
    country: str
    as_of: datetime
    policy: Policy
    options: SourceOptions
    origin: Origin | None
    limits: Limits
    started: float
    findings: Path | None
    tell: OnProgress
    folder: Path
    survey: Future[Survey] | None
    opening: Future[duckdb.DuckDBPyConnection]
    plans: Plans | None
    issues: list[Issue] = field(default_factory=list)
    account: Account | None = None
    items: int = 0
    bad: int = 0
    filled: dict[str, int] = field(default_factory=dict)
    stopped_reason: str | None = None
    system_errors: list[str] = field(default_factory=list)
    untold: frozenset[str] = frozenset()
    near: Mapping[str, str] = field(default_factory=dict)
    ahead: ReadingAhead = field(init=False)

    def __post_init__(self) -> None:
        self.ahead = ReadingAhead(self.profile, partial(self.new_scan, shortcuts=True), self._bounded)

    def run(self, source: Path, uri: str) -> Staged:
        staged = stage(
            source,
            uri=uri,
            workdir=self.folder,
            limits=self.limits,
            shapes=self.profile.shapes,
            options=self.options,
            survey=self.survey,
            progress=self.tell,
            follower=self.ahead,
        )
        if self.findings is not None:
            # Of a file that cannot be scanned there is a list, too: an older feed's may lie there.
            with packed(self.findings):
                pass
        header = read_header(self.profile, staged.columns)
        self._add_file_findings(fault_findings(self.profile, staged))
        if staged.columns:
            line = staged.skip_lines or None if staged.line_column is None else None
            self._add_file_findings(header_findings(self.profile, header, line))
            if any(header.missing()):
                missing = look_for_missing(self.profile, header, staged.columns, line)
                self.untold, self.near = missing.untold, missing.near
                self._add_file_findings(missing.findings)
            self._scan(staged, header)
        elif staged.faults.lost:
            self.account = account_of(staged, None, 0)
            self.items = self.bad = self.account.seen
        # A manifest tells of the very bytes that it was made for.
        if self.origin is not None and self.origin.sha256 != staged.source.sha256:
            self.origin = None
        if self.origin is not None:
            self._add_file_findings(origin_findings(self.profile, self.origin))
        return staged

    def _add_file_findings(self, findings: Iterable[Found]) -> None:
        for rule, total, samples in findings:
            self._add(rule, total, 0, samples)

    def new_scan(self, staged: Staged, header: Header, *, shortcuts: bool) -> Scan:
        """A scan of what is staged, whose rules take `shortcuts` past what is plainly fine, for many items."""
        usual = find_usual(staged) if shortcuts else []
        plan = compile_rules(
            self.profile,
            header,
            country=self.country,
            as_of=self.as_of,
            joined=staged.line_column is not None,
            skipped=self.policy.disabled | self.untold,
            shortcuts=shortcuts,
            usual={name: usual[columns[0]] for name, columns in header.columns.items()} if usual else {},
            alphabet=staged.alphabet(),
        )
        opened = self.opening.result()
        return Scan(opened, staged, plan, self.limits, self.profile.item, self.folder, is_large=shortcuts)

    def _prepared_scan(self, staged: Staged) -> Scan | None:
        """A scan by a plan that was made before; None where there is none."""
        is_text = staged.line_column is None and staged.query is None
        if self.plans is None or not is_text or staged.has_unreadable or staged.skip_blank:
            return None
        skipped = self.policy.disabled | self.untold
        shape = Shape(self.profile.id, staged.columns, self.country, self.as_of.date(), skipped)
        prepared = self.plans.of(shape)
        if prepared is None:
            return None
        return Scan(
            self.opening.result(),
            staged,
            prepared.plan,
            self.limits,
            self.profile.item,
            self.folder,
            prepared=prepared,
            as_of=self.as_of,
        )

    def _scan(self, staged: Staged, header: Header) -> None:
        try:
            with self._interrupted():
                scan = self.ahead.scan_of(staged)
                if scan is None:
                    shortcuts = staged.bytes > SMALL_BYTES
                    scan = self._prepared_scan(staged) or self.new_scan(staged, header, shortcuts=shortcuts)
                self._read(scan)
                self._conclude(scan, header)
        except duckdb.InterruptException:
            self.stopped_reason = (
                f"reading and checking took longer than {self.limits.max_seconds:g} s (max_seconds)"
            )
            self.system_errors.append(self.stopped_reason)
        except Stopped as stopped:
            self.stopped_reason = stopped.reason
            samples = [Sample(None, None, None, stopped.reason)]
            self._add(file_rule(self.profile, "too_large"), 1, 0, samples)
        except duckdb.OutOfMemoryException as error:
            self.stopped_reason = "checking needed more memory or temporary disk than the limits allow"
            self.system_errors.append(f"{self.stopped_reason}: {str(error).splitlines()[0]}")
        except duckdb.IOException as error:
            if refused := refused_writing(error):
                raise NoRoom(self.folder, refused.why) from error
            self.stopped_reason = (
                "checking could not read the feed, or write to its temporary folder (TMPDIR)"
            )
            self.system_errors.append(f"{self.stopped_reason}: {str(error).splitlines()[0]}")

    def _interrupted(self) -> AbstractContextManager[None]:
        return interrupted_after(self.opening.result(), self.limits.since(self.started).max_seconds)

    def _told(self, scan: Scan) -> AbstractContextManager[None]:
        """While it runs, tell how much the scan has read."""
        size = scan.staged.bytes

        def tell(part: float) -> None:
            self.tell(Progress(None, int(part * size), size, "checking"))

        tell(0.0)
        return watched(scan.connection, tell)

    @contextmanager
    def _bounded(self, scan: Scan) -> Iterator[None]:
        with self._interrupted(), self._told(scan):
            yield

    def _read(self, scan: Scan) -> None:
        staged = scan.staged
        with self._told(scan):
            try:
                scan.run()
            except duckdb.InvalidInputException:
                # DuckDB reads one kind of line end in one file. The scan may have begun without what it could not read.
                scan.staged = with_plain_line_ends(staged, self.folder)
                scan.run()
        size = staged.bytes
        self.tell(Progress(scan.items, size, size, "sampling"))

    def _conclude(self, scan: Scan, header: Header) -> None:
        rules = scan.plan.rules | find_crossed(scan, self.profile, self.policy.disabled)
        totals = scan.totals()
        attributes = {rule: rules[rule].attribute for rule in totals}
        samples = sample_findings(
            scan, totals, attributes, dict(finders(self.profile, rules, totals)), self.policy
        )
        for rule_id, total in totals.items():
            found = [sample.value for sample in samples[rule_id] if sample.value is not None]
            rule = rules[rule_id]
            if rule.attribute is not None:
                rule = explained(rule, header.attributes[rule.attribute], found, self.profile, self.country)
            self._add(rule, total, total, samples[rule_id])
        rejected = scan.refused.totals
        self.account = account_of(scan.staged, scan.refused, scan.items)
        refused = sample_rejected(scan, self.policy) if rejected else {}
        for code, total in rejected.items():
            self._add(file_rule(self.profile, code), total, total, refused.get(code, []))
        self._add(file_rule(self.profile, "blank_row"), self.account.blank, 0, [])
        self.items = self.account.seen
        self.filled = scan.filled()
        if self.items > self.limits.max_items:
            self.stopped_reason = f"the feed has more than {self.limits.max_items} items (max_items)"
            self._add(file_rule(self.profile, "too_large"), 1, 0, [])
        errors = frozenset(issue.rule.id for issue in self.issues if issue.severity == "error")
        lost = self.account.lost.items()
        unread = sum(total for code, total in lost if file_rule(self.profile, code).id in errors)
        self.bad = scan.failing(errors) + unread
        if any(
            issue.rule.code == "missing_required_column" and issue.severity == "error"
            for issue in self.issues
        ):
            self.bad = self.items
        if not self.items and not self._found("no_items"):
            self._add(file_rule(self.profile, "no_items"), 1, 0, [])
        if self.findings is not None:
            list_findings(scan, self.findings, self.issues, rejected, self.policy.value_length)

    def _found(self, code: str) -> bool:
        return any(issue.rule.code == code for issue in self.issues)

    def _add(self, rule: Rule, total: int, affected: int, samples: list[Sample]) -> None:
        if not total or rule.id in self.policy.disabled:
            return
        column = self.near.get(rule.attribute or "") if rule.code in _MISSING else None
        if column is not None:
            hint = f"{rule.message.removesuffix('.')}; the column `{column}` looks like it."
            rule = replace(rule, message=hint)
        severity = self.policy.severities.get(rule.id, rule.severity)
        kept = tuple(samples[: self.policy.samples_per_rule])
        self.issues.append(Issue(rule, severity, total, affected, kept))

    def report(self, staged: Staged, seconds: float) -> Report:
        issues = ordered(self.issues)
        return Report(
            profile=self.profile,
            country=self.country,
            as_of=self.as_of,
            source=staged.source,
            status="error" if self.system_errors else status_of(issues, self.items, self.bad, self.policy),
            complete=staged.complete and self.stopped_reason is None,
            stopped_reason=staged.stopped_reason or self.stopped_reason,
            account=self.account,
            origin=self.origin,
            items_total=self.items,
            items_with_errors=self.bad,
            issues=issues,
            fill_rates=tuple(
                (name, round(number / self.account.read, 4)) for name, number in self.filled.items()
            )
            if self.account and self.account.read
            else (),
            policy=self.policy,
            seconds=seconds,
            peak_rss_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            system_errors=tuple(self.system_errors),
        )
