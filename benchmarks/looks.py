"""What is looked at in a service: the console's pages, the API's listings by each filter, `feedscript jobs`."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from benchmarks.filling import DAYS, RARE_MERCHANT, RARE_PARTNER, Filled


def pages(filled: Filled) -> dict[str, str]:
    """Each page's address: what of it depends on the jobs lies as deep as there are jobs."""
    ids, begin = filled.ids, filled.begin
    middle, apart = len(ids) // 2, timedelta(days=DAYS) / len(ids)
    recent, early = (begin + apart * number for number in (len(ids) - 21, 20))
    filters = {
        "all": {},
        "status": {"status": "generated"},
        "several statuses": {"status": "generation_failed,validation_failed"},
        "status that there is none of": {"status": "validating"},
        "stage": {"stage": "queued"},
        "reason": {"reason": "invalid_feed"},
        "rare reason": {"reason": "stalled"},
        "merchant": {"affiliate_merchant_id": "m2"},
        "rare merchant": {"affiliate_merchant_id": RARE_MERCHANT},
        "partner": {"partner_id": "meta"},
        "rare partner": {"partner_id": RARE_PARTNER},
        "rare merchant, another partner": {"affiliate_merchant_id": RARE_MERCHANT, "partner_id": "meta"},
        "merchant, partner, status": {
            "affiliate_merchant_id": "m2",
            "partner_id": "meta",
            "status": "generated",
        },
        "reference": {"reference": str(middle)},
        "type": {"type": "feed_validation"},
        "created after": {"created_after": recent.isoformat()},
        "created before": {"created_before": early.isoformat()},
        "merchant, created before": {"affiliate_merchant_id": "m2", "created_before": early.isoformat()},
        "page from the middle": {"cursor": ids[middle]},
        "merchant, page from the middle": {"affiliate_merchant_id": "m2", "cursor": ids[middle]},
        "status, page near the end": {"status": "generated", "cursor": ids[150]},
    }
    listings = {
        f"{name}: {what}": f"{path}?{urlencode(query)}"
        for name, path in (("jobs", "/console/jobs"), ("GET /api/feed/jobs", "/api/feed/jobs"))
        for what, query in filters.items()
    }
    return {
        "overview": "/console",
        **listings,
        "a job": f"/console/jobs/{ids[middle]}",
        "the newest job": f"/console/jobs/{ids[-8]}",
        "GET /api/feed/status": f"/api/feed/status/{ids[middle]}",
        "GET /api/feed/status, by reference": f"/api/feed/status/{middle}?affiliate_merchant_id=m{middle % 5}",
        "the trail": "/console/trail",
        "the trail of a job": f"/console/trail?job_id={ids[-8]}",
        "what is not on the trail": "/console/trail?type=feedscript.audit.repaired",
        "GET /api/activities": "/api/activities",
        "configuration": "/console/configuration",
        "/metrics": "/metrics",
        "/ready": "/ready",
    }


def commands(filled: Filled) -> dict[str, tuple[str, ...]]:
    """The arguments of `feedscript jobs`."""
    middle = len(filled.ids) // 2
    return {
        "list": ("list",),
        "list --status": ("list", "--status", "generation_failed"),
        "list --stage": ("list", "--stage", "queued"),
        "list --reason": ("list", "--reason", "stalled"),
        "list --merchant --partner": ("list", "--merchant", RARE_MERCHANT, "--partner", "meta"),
        "list --since": (
            "list",
            "--since",
            f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}",
            "--limit",
            "5",
        ),
        "show REFERENCE": ("show", str(middle), "--merchant", f"m{middle % 5}"),
    }
