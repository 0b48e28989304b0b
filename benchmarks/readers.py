"""What it costs to stage the same 200,000 products in each format, beside DuckDB scanning the CSV of them."""

import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import duckdb

from feedscript.feeds.readers.staging import stage
from tests.feeds_writing import COMPRESSORS, FORMATS, Product, write_feed

PRODUCTS = 200_000
RUNS = 3


def main() -> None:
    """Print each format's staging, hash included, as a multiple of the bare scan."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        products = _products(PRODUCTS)
        feeds = {feed_format: folder / f"feed.{feed_format}" for feed_format in FORMATS}
        for feed_format, path in feeds.items():
            path.write_bytes(write_feed(feed_format, products))
        csv = feeds["csv"].read_bytes()
        for kind in filter(None, COMPRESSORS):
            path = feeds[f"csv.{kind}"] = folder / f"feed.csv.{kind}"
            path.write_bytes(COMPRESSORS[kind](csv))
        path = feeds["csv in utf-16"] = folder / "feed.utf-16.csv"
        path.write_bytes(csv.decode().encode("utf-16"))

        bare = statistics.median(_scan(feeds["csv"], len(products[0])) for _ in range(RUNS))
        print(
            f"{PRODUCTS} products, {len(csv) / 1e6:.0f} MB as CSV; a bare DuckDB scan of all columns {bare:.3f} s"
        )
        for feed, path in feeds.items():
            seconds = statistics.median(_stage(path) for _ in range(RUNS))
            size = path.stat().st_size / 1e6
            print(f"{feed:14} {size:6.0f} MB  {seconds:7.3f} s  {seconds / bare:6.2f}x the scan")


def _stage(path: Path) -> float:
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as workdir:
        staged = stage(path, workdir=Path(workdir))
        assert staged.complete
        assert staged.source.sha256
    return time.perf_counter() - began


def _scan(path: Path, width: int) -> float:
    columns = ", ".join(f"'c{number}': 'varchar'" for number in range(width))
    counts = ", ".join(f"count(c{number})" for number in range(width))
    source = f"read_csv('{path}', auto_detect = false, header = true, columns = {{{columns}}})"
    began = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute(f"select {counts} from {source}").fetchall()
    return time.perf_counter() - began


def _products(count: int) -> Sequence[Product]:
    dice = Random(2026)
    words = [
        "cup",
        "plate",
        "bowl",
        "glazed",
        "blue",
        "stoneware",
        "hand",
        "made",
        "dishwasher",
        "safe",
        "large",
        "small",
        "set",
        "of",
        "four",
        "gift",
    ]
    return [
        {
            "id": f"SKU-{number}",
            "title": " ".join(dice.choices(words, k=7)).capitalize(),
            "description": " ".join(dice.choices(words, k=22)).capitalize() + ".",
            "link": f"https://shop.example/products/{number}?ref=feed",
            "image_link": f"https://cdn.shop.example/images/{number}.jpg",
            "additional_image_link": f"https://cdn.shop.example/images/{number}-2.jpg",
            "availability": dice.choice(("in_stock", "out_of_stock")),
            "price": f"{dice.randrange(1, 300)}.90 USD",
            "sale_price": "" if dice.random() < 0.7 else "0.90 USD",
            "brand": dice.choice(("Acme", "Bitossi", "Thomasville")),
            "gtin": str(dice.randrange(10**12, 10**13)),
            "mpn": f"M{number}",
            "condition": "new",
            "google_product_category": str(dice.randrange(1, 6000)),
            "product_type": "Home > Kitchen > Cups",
            "color": dice.choice(("blue", "red", "white")),
            "shipping": "US::Standard:5.00 USD",
        }
        for number in range(count)
    ]


if __name__ == "__main__":
    main()
