"""Expressions that read an amount in the ways in which shops write it."""

from feedscript.feeds.rules.sql import identifier, literal

# Signs that mean one currency everywhere; longer ones first, since "$" ends them all.
_SIGNS = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$":
    "SGD", "R$": "BRL", "MX$": "MXN", "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₺": "TRY", "₽": "RUB",
    "₪": "ILS", "₫": "VND", "฿": "THB", "₴": "UAH", "ZŁ": "PLN", "KČ": "CZK", "FT": "HUF", "RS": "INR",
    "RS.": "INR",
}  # fmt: skip
# Signs that several currencies share: the merchant's own currency decides, and these where there is none.
_SHARED = {"$": "USD", "¥": "JPY"}
# One number with its separators, what may lie between its digits, and what may lie around it.
_RUN = r"[0-9][0-9.,'\x{2019}\s\x{00A0}\x{202F}]*[0-9]|[0-9]"
_GAPS = r"['\x{2019}\s\x{00A0}\x{202F}]+"
_SPACE = r"[\s\x{00A0}\x{202F}]+"
# ISO 4217 currencies without minor units.
_WHOLE = (
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
)
# ISO 4217 currencies with three decimals.
_THREE = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")


def price_layers(column: str, currency: str) -> tuple[dict[str, str], ...]:
    """The layers that make `column` an amount with a currency; `currency` is the column of the currency.

    "1,299" is read as thousands where the currency has no three decimals; "1.299" is left alone, since it is
    as likely 1.299 from a database as 1299 from a German shop, and validation then tells of its decimals.
    """
    value = identifier(column)
    sign, digits, code, number = (f"{column}:{part}" for part in ("sign", "digits", "code", "number"))
    around = f"regexp_replace({value}, {literal(_RUN)}, '')"
    return (
        {
            sign: f"upper(regexp_replace({around}, {literal(_SPACE)}, '', 'g'))",
            digits: f"regexp_replace(regexp_extract({value}, {literal(_RUN)}), {literal(_GAPS)}, '', 'g')",
        },
        {code: _code(identifier(sign), identifier(currency))},
        {number: _number(identifier(digits), identifier(sign), identifier(code))},
        {column: _written(value, identifier(number), identifier(code))},
    )


def _code(sign: str, currency: str) -> str:
    """The currency that the value tells, else the merchant's; NULL where it has words that are neither."""
    known = " ".join(f"WHEN {literal(text)} THEN {literal(code)}" for text, code in _SIGNS.items())
    shared = " ".join(
        f"WHEN {literal(text)} THEN coalesce({currency}, {literal(code)})" for text, code in _SHARED.items()
    )
    iso = f"regexp_extract({sign}, '^[$€£¥]?([A-Z]{{3}})[$€£¥]?$', 1)"
    return (
        f"CASE WHEN {iso} <> '' THEN {iso} ELSE CASE {sign} {known} {shared} WHEN '' THEN {currency} END END"
    )


def _number(digits: str, sign: str, code: str) -> str:
    """The digits with a point before the decimals; NULL where they may be read in two ways, or in none."""
    three = ", ".join(map(literal, _THREE))
    comma_to_point, no_comma = f"replace({digits}, ',', '.')", f"replace({digits}, ',', '')"
    no_point = f"replace({digits}, '.', '')"
    readings = (
        (r"[0-9]+(\.[0-9]+)?", digits),
        (r"[0-9]+,[0-9]{1,2}", comma_to_point),
        (r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]+", f"replace({no_point}, ',', '.')"),
        (r"[0-9]{1,3}(\.[0-9]{3}){2,}", no_point),
    )
    cases = "".join(
        f" WHEN regexp_full_match({digits}, {literal(shape)}) THEN {text}" for shape, text in readings
    )
    return (
        f"CASE WHEN {sign} <> '' AND {code} IS NULL THEN NULL"
        f" WHEN {code} IN ({three}) AND regexp_full_match({digits}, '[0-9]+,[0-9]{{3}}')"
        f" THEN {comma_to_point}"
        f" WHEN regexp_full_match({digits}, '[0-9]{{1,3}}(,[0-9]{{3}})+(\\.[0-9]+)?') THEN {no_comma}"
        f"{cases} END"
    )


def _written(value: str, number: str, code: str) -> str:
    """Number, space, currency, with the currency's usual decimals; no decimal that matters is lost."""
    whole = ", ".join(map(literal, _WHOLE))
    decimals = (
        f"CASE WHEN {code} IN ({whole}) THEN regexp_replace({number}, '\\.0+$', '') "
        f"WHEN NOT contains({number}, '.') THEN {number} || '.00' "
        f"WHEN regexp_full_match({number}, '[0-9]+\\.[0-9]') THEN {number} || '0' "
        f"ELSE regexp_replace({number}, '(\\.[0-9]{{2}})0{{2,}}$', '\\1') END"
    )
    return f"CASE WHEN {number} IS NULL THEN {value} ELSE concat_ws(' ', {decimals}, {code}) END"
