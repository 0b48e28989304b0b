"""What the log of a service says of its buckets, soon after its start."""

from pathlib import Path

from tests.integration.live_server import SERVE, LiveServer, poll
from tests.s3_server import CREDENTIALS, REGION, careless_server, empty_bucket


def test_a_server_that_heeds_no_conditions_and_a_missing_bucket_are_told_of(tmp_path: Path) -> None:
    with careless_server() as endpoint:
        empty_bucket(endpoint, "shop")
        settings = {
            "OBJECT_STORE": "s3",
            "S3_ENDPOINT": endpoint,
            "S3_REGION": REGION,
            "ALLOWED_BUCKETS": "shop,m2=not-there",
        }
        with LiveServer(tmp_path, SERVE, **settings, **CREDENTIALS):
            log = poll(
                lambda: text if "not-there" in (text := (tmp_path / "server.log").read_text()) else None
            )
    told = [line for line in log.splitlines() if " objects: " in line]
    assert len(told) == 2, log
    assert "s3://shop can be written and read, but a put that must not replace anything" in told[0]
    assert "there is no bucket not-there" in told[1]
