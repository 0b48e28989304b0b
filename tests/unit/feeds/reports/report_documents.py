"""Documents of reports, for the tests of what is made of them."""

from typing import Any


def sample(item: int, item_id: str = "A1", value: str | None = "9,99") -> dict[str, Any]:
    return {"item": item, "line": item + 1, "item_id": item_id, "value": value}


def issue(severity: str = "error", attribute: str | None = "price", **facts: Any) -> dict[str, Any]:
    rule_id = f"google.{attribute or 'file'}.{facts.get('code', 'invalid_format')}"
    return {
        "rule_id": rule_id,
        "code": "invalid_format",
        "severity": severity,
        "category": attribute or "file",
        "scope": "cell" if attribute else "file",
        "attribute": attribute,
        "total": 3,
        "items_affected": 3 if attribute else 0,
        "message": f"{attribute or 'file'} is not as it should be",
        "remediation": {"rule_type": "format", "text": "Write it as 12.90 USD."},
        "doc_url": "https://support.google.com/merchants/answer/7052112",
        "samples_truncated": True,
        "samples": [sample(17)],
    } | facts


def document(*issues: dict[str, Any], status: str = "failed", **facts: Any) -> dict[str, Any]:
    counts = {
        each: sum(i["total"] for i in issues if i["severity"] == each)
        for each in ("error", "warning", "info")
    }
    return {
        "report_version": "1",
        "job": {"job_id": "0198c6b2", "affiliate_merchant_id": "4711", "partner_id": "google"},
        "tool_version": "0.1.0",
        "profile": {"id": "google", "version": "2026-07", "country": "US"},
        "as_of": "2026-08-01T00:00Z",
        "source": {
            "uri": "s3://exports/feed.tsv.gz",
            "format": "tsv",
            "encoding": "utf-8",
            "delimiter": "\t",
            "compression": "gz",
            "bytes": 40_085,
            "sha256": "9f2c" * 16,
        },
        "status": status,
        "complete": True,
        "stopped_reason": None,
        "summary": {
            "items_total": 1_284,
            "items_valid": 1_281 if counts["error"] else 1_284,
            "items_with_errors": 3 if counts["error"] else 0,
            "issues": counts,
        },
        "issues": list(issues),
        "attributes": [{"name": "id", "fill_rate": 1.0}, {"name": "gtin", "fill_rate": 0.41}],
        "system_errors": [],
        "policy": {"fail_on": "error", "max_error_ratio": 0.02, "samples_per_rule": 20},
        "performance": {"seconds": 0.41, "peak_rss_bytes": 158_000_000},
        "artifacts": {"issues_jsonl": "s3://feeds/issues.jsonl.gz", "html": "s3://feeds/report.html"},
    } | facts
