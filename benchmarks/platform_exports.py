"""Made-up exports of shop platforms whose rows belong together, of any length: DuckDB writes them from row numbers.

Their headers are those of `samples/exports`. A product is six rows: its own, three variants, two pictures where the
platform has rows of those.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_EXPORTS = Path(__file__).parents[1] / "samples" / "exports"
_TEXT = "<p>A heavy mug of stoneware, glazed <b>by hand</b>, fired twice, in the colours of the coast.</p>"
_PICTURE = "'https://cdn.example.com/mug-' || p || '-' || k || '.jpg'"
_DIGITS = "(400000000000 + i)"
_WEIGHTS = " + ".join(f"({_DIGITS} // {10**place}) % 10 * {1 if place % 2 else 3}" for place in range(12))
_GTIN = f"{_DIGITS} || (10 - ({_WEIGHTS}) % 10) % 10"


@dataclass(frozen=True)
class PlatformExport:
    """An export: the columns that have values, in SQL over i (the row), p (its product) and k (0 to 5 within it)."""

    sample: str
    values: Mapping[str, str]
    delimiter: str = ","

    def write(self, path: Path, rows: int) -> None:
        """Write so many rows."""
        import duckdb  # noqa: PLC0415 - the parent of what is measured needs no engine

        relation = duckdb.read_csv(str(_EXPORTS / self.sample), delimiter=self.delimiter, all_varchar=True)
        unknown = self.values.keys() - set(relation.columns)
        assert not unknown, unknown
        listed = ", ".join(f'{self.values.get(name, "NULL")} AS "{name}"' for name in relation.columns)
        numbered = f"(SELECT i, i // 6 AS p, i % 6 AS k FROM range({rows}) AS t(i))"
        duckdb.execute(
            f"COPY (SELECT {listed} FROM {numbered}) TO '{path}' (HEADER, DELIMITER '{self.delimiter}')"
        )


def _of_rows(**values: str) -> str:
    """A value by the kind of row: `first`, `variants`, `pictures`."""
    kinds = {"first": "k = 0", "variants": "k BETWEEN 1 AND 3", "pictures": "k > 3"}
    return f"CASE {' '.join(f'WHEN {kinds[kind]} THEN {value}' for kind, value in values.items())} END"


EXPORTS = {
    "BigCommerce": PlatformExport(
        "bigcommerce.csv",
        {
            "Item": _of_rows(first="'Product'", variants="'Variant'", pictures="'Image'"),
            "ID": "i",
            "Name": _of_rows(first="'Stone mug, model ' || p"),
            "Type": _of_rows(first="'physical'"),
            "SKU": _of_rows(first="'P-' || p", variants="'SKU-' || i"),
            "Options": _of_rows(variants="'Type=Swatch|Name=Color|Value=' || ['Slate', 'Sand', 'Moss'][k]"),
            "Inventory Tracking": _of_rows(first="'variant'"),
            "Current Stock": _of_rows(first="0", variants="i % 40"),
            "Price": _of_rows(first="(10 + p % 500) || '.90'"),
            "Brand Name": _of_rows(first="'Fernhollow'"),
            "Categories": _of_rows(first="'Kitchen/Mugs'"),
            "Description": _of_rows(first=f"'{_TEXT} (' || p || ')'"),
            "Product URL": _of_rows(first="'/stone-mug-' || p || '/'"),
            "Is Visible": _of_rows(first="'TRUE'"),
            "Global Trade Number": _of_rows(variants=_GTIN),
            "Internal Image URL (Export)": _of_rows(pictures=_PICTURE),
            "Image Sort Order": _of_rows(pictures="k - 4"),
            "Weight": _of_rows(first="'0.42'"),
        },
    ),
    "Shopify": PlatformExport(
        "shopify-classic.csv",
        {
            "Handle": "'stone-mug-' || p",
            "Title": _of_rows(first="'Stone mug, model ' || p"),
            "Body (HTML)": _of_rows(first=f"'{_TEXT} (' || p || ')'"),
            "Vendor": _of_rows(first="'Fernhollow'"),
            "Type": _of_rows(first="'Mugs'"),
            "Published": _of_rows(first="'true'"),
            "Option1 Name": _of_rows(first="'Color'"),
            "Option1 Value": _of_rows(first="'Chalk'", variants="['Slate', 'Sand', 'Moss'][k]"),
            "Variant SKU": _of_rows(first="'SKU-' || i", variants="'SKU-' || i"),
            "Variant Inventory Qty": _of_rows(first="7", variants="i % 40"),
            "Variant Price": _of_rows(first="(10 + p % 500) || '.90'", variants="(10 + p % 500) || '.90'"),
            "Variant Barcode": _of_rows(first=_GTIN, variants=_GTIN),
            "Image Src": _PICTURE,
            "Image Position": "k + 1",
            "Status": _of_rows(first="'active'"),
        },
    ),
    "Shopware": PlatformExport(
        "shopware-6.csv",
        {
            "id": "md5('' || i)",
            "parent_id": "CASE WHEN k > 0 THEN md5('' || (p * 6)) END",
            "product_number": "'SW-' || i",
            "active": "CASE WHEN k = 0 THEN '1' END",
            "stock": "i % 40",
            "name": "CASE WHEN k = 0 THEN 'Stone mug, model ' || p END",
            "description": f"CASE WHEN k = 0 THEN '{_TEXT} (' || p || ')' END",
            "price_gross": "CASE WHEN k = 0 THEN (10 + p % 500) || '.90' END",
            "cover_media_url": f"CASE WHEN k <> 1 THEN {_PICTURE} END",
            "manufacturer_name": "CASE WHEN k = 0 THEN 'Fernhollow' END",
        },
        ";",
    ),
    "PrestaShop": PlatformExport(
        "prestashop.csv",
        {
            "Product ID": "i",
            "Active (0/1)": "CASE WHEN k = 5 THEN '0' ELSE '1' END",
            "Name *": "'Stone mug, model ' || i",
            "Price tax excluded": "(10 + i % 500) || '.900000'",
            "Reference #": "'SKU-' || i",
            "Manufacturer": "'Fernhollow'",
            "Quantity": "i % 40",
            "Visibility": "'both'",
            "Description": f"'{_TEXT} (' || i || ')'",
            "URL rewritten": "'stone-mug-' || i",
            "Available for order (0 = No, 1 = Yes)": "'1'",
            "Show price (0 = No, 1 = Yes)": "'1'",
            "Image URLs (x,y,z...)": _PICTURE,
            "Condition": "'new'",
        },
        ";",
    ),
}
