"""The numbers that a partner has for ids stay beside the feeds of a series, from one day to the next."""

from pathlib import Path
from typing import Any

from tests.integration.http.test_live_config import configure
from tests.integration.live_server import LiveServer, request_body

HEADER = "id,title,description,link,image_link,availability,price,product_type\n"
ROW = "{0},Mug {0},A mug,https://shop.example/{0},https://shop.example/{0}.jpg,in_stock,9.50 EUR,Mugs\n"
FIRST = 10**18 + 1
PARTNER = """
validation: {profile: rakuten-merchandiser}
generation: {deltas: true, names: {mid: "4321", company: Acme, time: "2026.11.27/10:00:00"}}
"""


def generated(server: LiveServer, day: str, *ids: str) -> tuple[list[str], dict[str, Any] | None]:
    """The numbers in that day's feed of these products, which a job of its own makes, and what changed."""
    name = f"4321_nmerchandis{day}.txt"
    server.put_object("bucket/export.csv", (HEADER + "".join(map(ROW.format, ids))).encode())
    body = request_body(job_id=None, partner_id="rakuten", destination_s3_path=f"s3://bucket/out/{name}")
    job_id = server.post("/api/feed/generate", body).json()["job_id"]
    job = server.reaches(job_id, "generated", "generation_failed")
    assert job["status"] == "generated", job["error"]
    result = job["attempts"][-1]["result"]
    feed = (server.folder / "objects/bucket/out" / name).read_text("utf-8")
    return [line.split("|")[0] for line in feed.splitlines()][1:-1], result["changes"]


def test_a_later_feed_gives_no_number_again(tmp_path: Path) -> None:
    configure(tmp_path, "partners", "rakuten", PARTNER)
    with LiveServer(tmp_path) as server:
        assert generated(server, "20261130", "A", "B") == ([str(FIRST), str(FIRST + 1)], None)
        numbers, changes = generated(server, "20261201", "C", "B")
    assert numbers == [str(FIRST + 2), str(FIRST + 1)]
    assert changes is not None
    assert (changes["added"]["total"], changes["removed"]["total"]) == (1, 1)
