"""Countries by their codes: ISO 3166-1 alpha-2, and UK, which most people write for GB."""

from feedscript.feeds.profiles.vocabulary import COUNTRIES


def country_code(text: str) -> str:
    """The country's code as ISO 3166-1 has it; raises ValueError for a text that is no code.

    >>> country_code("no"), country_code("UK")
    ('NO', 'GB')
    """
    code = text.strip().upper()
    if code not in COUNTRIES:
        raise ValueError(
            f"{text!r} is no country: give its two letters (ISO 3166-1 alpha-2), such as US, GB or NO"
        )
    return "GB" if code == "UK" else code
