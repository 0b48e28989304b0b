"""The synthetic feeds that validation is measured on, of 17 columns and about 440 MB for a million rows.

DuckDB writes them from the row number alone, so that every run has the same.
"""

import os
from pathlib import Path

COLUMNS = (
    "id",
    "title",
    "description",
    "link",
    "image_link",
    "availability",
    "price",
    "sale_price",
    "brand",
    "gtin",
    "mpn",
    "condition",
    "google_product_category",
    "product_type",
    "color",
    "gender",
    "age_group",
)
#: The rows of a planted defect are those whose number is this, modulo itself times a thousand.
PLANTED = {
    "google.title.missing_required": 7,
    "google.price.invalid_format": 11,
    "google.gtin.bad_check_digit": 13,
    "google.availability.invalid_enum": 17,
    "google.link.invalid_format": 19,
    "google.sale_price.sale_not_below_price": 23,
    "google.id.duplicate_id": 29,
}
_TEXT = "A light, durable bag for daily use, with a wide strap, a pocket and a lining that keeps out the rain"


def write_feed(path: Path, rows: int, *, bad_rows: bool = False, plant: bool = True) -> None:
    """Write a feed; `plant` puts in the defects of PLANTED, `bad_rows` a wrong price into every row."""
    import duckdb  # noqa: PLC0415 - who only asks for the columns may be measured importing it

    def at(rule: str, wrong: str, right: str) -> str:
        step = PLANTED[rule]
        return f"CASE WHEN i % {step * 1000} = {step} THEN {wrong} ELSE {right} END" if plant else right

    digits = "(400000000000 + i)"
    weights = " + ".join(f"({digits} // {10**place}) % 10 * {1 if place % 2 else 3}" for place in range(12))
    check = f"(10 - ({weights}) % 10) % 10"
    price = "(10 + i % 500) || '.99 USD'"
    sale = "(5 + i % 5) || '.49 USD'"
    values = {
        "id": at("google.id.duplicate_id", "'SKU-' || (i - 1)", "'SKU-' || i"),
        "title": at("google.title.missing_required", "''", "'Canvas shoulder bag, model ' || (i % 1000)"),
        "description": f"'{_TEXT} (' || i || ').'",
        "link": at(
            "google.link.invalid_format",
            "'shop.example.com/p/' || i",
            "'https://shop.example.com/p/' || i || '/canvas-shoulder-bag?ref=feed'",
        ),
        "image_link": "'https://cdn.example.com/images/' || (i % 10000) || '/front.jpg'",
        "availability": at("google.availability.invalid_enum", "'soon'", "'in_stock'"),
        "price": "'12,99'" if bad_rows else at("google.price.invalid_format", "'12,99'", price),
        "sale_price": "''" if bad_rows else at("google.sale_price.sale_not_below_price", price, sale),
        "brand": "'Acme'",
        "gtin": at(
            "google.gtin.bad_check_digit",
            f"({digits} || (({check}) + 1) % 10)",
            f"({digits} || ({check}))",
        ),
        "mpn": "'MPN-' || i",
        "condition": "'new'",
        "google_product_category": "'Apparel & Accessories > Handbags, Wallets & Cases > Handbags'",
        "product_type": "'Bags > Shoulder bags > Canvas'",
        "color": "'Red'",
        "gender": "'unisex'",
        "age_group": "'adult'",
    }
    listed = ", ".join(f"{values[name]} AS {name}" for name in COLUMNS)
    duckdb.execute(f"COPY (SELECT {listed} FROM range(1, {rows + 1}) AS t(i)) TO '{path}' (HEADER)")
    # What is still to be written to the disk would be written while something else is timed.
    os.sync()
