"""Writes what countries are called, by CLDR as Babel carries it: in English and in their official languages.

python tools/build_countries.py feedscript/feeds/profiles/country_names.txt        (needs Babel)
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel import Locale, UnknownLocaleError, __version__
from babel.core import get_global
from babel.languages import get_official_languages

from feedscript.feeds.profiles.vocabulary import COUNTRIES


def main(target: Path) -> None:
    """Write a line for each country that is known: its code, its names, its codes of three letters."""
    longer: dict[str, list[str]] = {}
    for code, (heir, *others) in get_global("territory_aliases").items():
        if len(code) == 3 and code.isalpha() and not others:  # noqa: PLR2004 - ISO 3166 alpha-3
            longer.setdefault(heir, []).append(code)
    lines = [
        f"# Names of countries from CLDR as Babel {__version__} has it; written by tools/build_countries.py."
    ]
    lines += [
        "|".join([code, *dict.fromkeys(_names(code)), *sorted(longer.get(code, ()))])
        for code in sorted({*COUNTRIES} - {"UK"})
    ]
    target.write_text("\n".join(lines) + "\n", "utf-8")


def _names(code: str) -> Iterator[str]:
    for language in ("en", *get_official_languages(code, de_facto=True)):
        try:
            yield Locale.parse(language).territories[code]
        except (UnknownLocaleError, KeyError):
            continue


if __name__ == "__main__":
    main(Path(sys.argv[1]))
