"""Names compared as people mean them: without case, accents, spaces and punctuation."""

import unicodedata

_NOT_A_LETTER = r"[^\p{L}\p{N}]+"


def fold(name: str) -> str:
    """The letters and digits of a name, without case and accents.

    >>> fold("Product_Name") == fold("product name") == fold("productName")
    True
    >>> fold("Größe (cm)")
    'grossecm'
    """
    spread = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in spread if letter.isalnum())


def fold_sql(value: str) -> str:
    """The same as `fold`, as an expression over `value`."""
    lowered = f"replace(lower(strip_accents({value})), 'ß', 'ss')"
    return f"regexp_replace({lowered}, '{_NOT_A_LETTER}', '', 'g')"
