"""Writes what the package tells of currencies from CLDR's data, as Babel carries it; rates are kept by hand.

python tools/build_currencies.py feedscript/feeds/rules/currency_facts.yaml        (needs Babel)
"""

import sys
from pathlib import Path

import yaml
from babel import __version__
from babel.core import get_global

#: Currencies that went before this play no part in trade any more.
_SINCE = 1999
#: Codes that CLDR ends and ISO 4217 still lists.
_STILL_LISTED = {"SVC"}
_COLUMNS = 110


def main(target: Path) -> None:
    """Write the parts that CLDR tells below the document's rates, which stay as they are."""
    countries: dict[str, list[str]] = {}
    ended: dict[str, tuple[int, ...]] = {}
    heirs: dict[str, str] = {}
    for country, entries in get_global("territory_currencies").items():
        tender = [(code, until) for code, _, until, is_tender in entries if is_tender]
        current = [code for code, until in tender if until is None]
        if current and len(country) == 2 and country.isalpha():  # noqa: PLR2004 - ISO 3166 alpha-2
            countries[country] = current
        for code, until in tender:
            if until is not None and tuple(until) > ended.get(code, (0,)):
                ended[code], heirs[code] = tuple(until), current[-1] if current else ""
    in_use = {code for codes in countries.values() for code in codes} | _STILL_LISTED
    withdrawn = {
        code: {"until": "{:04}-{:02}-{:02}".format(*until), "now": heirs[code]}
        for code, until in sorted(ended.items())
        if until[0] >= _SINCE and code not in in_use and heirs[code]
    }
    kept = target.read_text("utf-8").split("# From CLDR", 1)[0]
    countries_text = yaml.safe_dump(
        {"countries": dict(sorted(countries.items()))}, width=_COLUMNS, default_flow_style=None
    )
    withdrawn_text = yaml.safe_dump({"withdrawn": withdrawn}, width=_COLUMNS, default_flow_style=None)
    target.write_text(
        f"{kept}# From CLDR (the legal tender of territories) as Babel {__version__} has it; written by"
        f" tools/build_currencies.py.\n{countries_text}{withdrawn_text}",
        "utf-8",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
