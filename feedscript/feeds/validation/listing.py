"""The list of every finding, which lies beside the report and its samples."""

from collections.abc import Container, Sequence
from pathlib import Path

from feedscript.feeds.scanning import Scan
from feedscript.feeds.scanning.findings import Grade, write_findings
from feedscript.feeds.validation.report import Issue


def list_findings(
    scan: Scan, path: Path, issues: Sequence[Issue], rejected: Container[str], value_length: int
) -> None:
    """Write all that was found in items to `path`, each as its rule is graded in `issues`.

    `rejected` are the codes of what the scan could not read. Values are cut to `value_length` characters.
    """
    grades = {
        issue.rule.id: Grade(issue.rule.id, issue.severity, issue.rule.attribute)
        for issue in issues
        if issue.rule.scope != "file"
    }
    files = {issue.rule.code: issue for issue in issues if issue.rule.code in rejected}
    refused = {code: Grade(issue.rule.id, issue.severity, None) for code, issue in files.items()}
    write_findings(scan, path, grades, refused, value_length)
