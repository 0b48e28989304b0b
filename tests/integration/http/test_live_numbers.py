"""The numbers that a partner has for ids stay beside the feeds of a series, from one day to the next."""

from typing import Any

from tests.integration.live_merchant import Merchant
from tests.integration.live_server import LiveServer

HEADER = "id,title,description,link,image_link,availability,price,product_type\n"
ROW = "{0},Mug {0},A mug,https://shop.example/{0},https://shop.example/{0}.jpg,in_stock,9.50 EUR,Mugs\n"
FIRST = 10**18 + 1
PARTNER = """
validation: {profile: rakuten-merchandiser}
generation: {deltas: true, names: {mid: "4321", company: Acme, time: "2026.11.27/10:00:00"}}
"""


def generated(merchant: Merchant, day: str, *ids: str) -> tuple[list[str], dict[str, Any] | None]:
    """The numbers in that day's feed of these products, which a job of its own makes, and what changed."""
    name = f"out/4321_nmerchandis{day}.txt"
    merchant.put("export.csv", (HEADER + "".join(map(ROW.format, ids))).encode())
    wanted = {"partner_id": "rakuten", "destination_s3_path": merchant.at(name)}
    job = merchant.generated(job_id=None, **wanted)
    assert job["status"] == "generated", job["error"]
    result = job["attempts"][-1]["result"]
    feed = (merchant.folder / name).read_text("utf-8")
    return [line.split("|")[0] for line in feed.splitlines()][1:-1], result["changes"]


def test_a_later_feed_gives_no_number_again(partnered: LiveServer) -> None:
    merchant = Merchant(partnered)
    merchant.configure(PARTNER, "partners", "rakuten")
    assert generated(merchant, "20261130", "A", "B") == ([str(FIRST), str(FIRST + 1)], None)
    numbers, changes = generated(merchant, "20261201", "C", "B")
    assert numbers == [str(FIRST + 2), str(FIRST + 1)]
    assert changes is not None
    assert (changes["added"]["total"], changes["removed"]["total"]) == (1, 1)
