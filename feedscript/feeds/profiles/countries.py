"""Countries by their codes: ISO 3166-1 alpha-2, and UK, which most people write for GB."""

from pathlib import Path

from feedscript.feeds.engine.errors import BadConfig
from feedscript.feeds.engine.unknown_names import near_names
from feedscript.feeds.profiles.vocabulary import COUNTRIES

_CODE_LENGTH = 2
_NAMES = Path(__file__).with_name("country_names.txt")


class UnknownCountry(BadConfig, ValueError):
    """A text is no country's code.

    Attributes: `country`, `near` (the codes that are likely meant, best first).
    """

    def __init__(self, country: str) -> None:
        # Of two letters every other code is near.
        by_name = _codes_by_name() if len(country.strip()) > _CODE_LENGTH else {}
        names = near_names(country, by_name)
        meant = " or ".join(f"{by_name[name]} ({name})" for name in names)
        super().__init__(
            f"{country!r} is no country{f' (did you mean {meant}?)' if meant else ''}: give its two letters"
            " (ISO 3166-1 alpha-2), such as US, GB or NO"
        )
        self.country = country
        self.near = tuple(dict.fromkeys(by_name[name] for name in names))


def country_code(text: str) -> str:
    """The country's code as ISO 3166-1 has it; raises UnknownCountry for a text that is no code.

    >>> country_code("no"), country_code("UK")
    ('NO', 'GB')
    """
    code = text.strip().upper()
    if code not in COUNTRIES:
        raise UnknownCountry(text)
    return "GB" if code == "UK" else code


def _codes_by_name() -> dict[str, str]:
    """Codes by the names of countries, in English and in their own languages, and by their codes of three letters."""
    lines = (line.split("|") for line in _NAMES.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {name: code for code, *names in lines for name in names}
