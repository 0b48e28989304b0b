"""Whether one value has its attribute's form: addresses, prices, GTINs, categories, words, colors, ids."""

import re
import unicodedata
from functools import lru_cache

from benchmarks.plain_checks import facts

#: What stands between the values of an attribute that an item has several times.
BETWEEN = "\x1f"
#: Attributes that have few different values in a feed are looked at once for each of so many.
REMEMBERED = 4096

_HEX = "%[0-9a-fA-F]{2}"
_LABEL = "[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?"
_LAST = "[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_PORT = "(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_PLAIN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f!#$&-;=?-\[\]^_`a-z~]"
_ADDRESS = re.compile(
    rf"(?i:https?)://(?:(?:[a-zA-Z0-9._~!$&'()*+,;=:-]|{_HEX})+@)?"
    rf"(?:(?:{_LABEL}\.)+{_LAST}|(?:{_OCTET}\.){{3}}{_OCTET})(?::{_PORT})?"
    rf"(?:[/?#]{_PLAIN}*(?:{_HEX}{_PLAIN}*)*)?"
)
_SECOND = re.compile(
    r"(?is)https?://.*(?:[\s,;|]|[^%].[^\x00-/:-@\[-`{-\x7f])https?://",
)
_AMPERSAND = re.compile("&(?:amp|AMP|#0*38|#[xX]0*26);")
_NO_PICTURES = frozenset(
    ["svg", "pdf", "htm", "html", "mp4", "webm", "psd", "ai", "eps", "heic", "avif", "ico"]
)
_PLACEHOLDER = re.compile(
    r"\bno[-_]?(?:image|photo)|placeholder|image[-_]not[-_]available|coming[-_]soon", re.IGNORECASE
)
_PRICE = re.compile(r"(-?(?:0|[1-9]\d{0,14})(?:\.(\d{1,3}))?) ([A-Z]{3})", re.ASCII)
_ISBN = re.compile(r"\d{9}[\dxX]", re.ASCII)
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,2}", re.ASCII)
_GTIN_LENGTHS = frozenset((8, 12, 13, 14))
_CATEGORY = re.compile(r"\d{1,7}|[^\d\s>][^>]*(?:>\s*[^>\s][^>]*)*", re.ASCII)
_AROUND = re.compile(r"[ \t\n\r\xa0]*>[ \t\n\r\xa0]*")
_COLOR = re.compile(r"(?:[^/\d#a-zA-Z]|[^/\d#]{2,40})(?:/(?:[^/\d#a-zA-Z]|[^/\d#]{2,40}))*", re.ASCII)
_ID = re.compile("[^\\x00-\\x1f\\x7f-\\x9f\ufffd]+")
_BLANKS = re.compile(" +")


def is_address(text: str) -> bool:
    """Whether it is a full address that every reader takes."""
    return _ADDRESS.fullmatch(text) is not None


def is_several_addresses(text: str) -> bool:
    """Whether a second address follows the first."""
    return text.count("://") > 1 and _SECOND.match(text) is not None


def has_escaped_ampersand(text: str) -> bool:
    """Whether HTML was copied into an address."""
    return ";" in text and _AMPERSAND.search(text) is not None


def is_no_picture(text: str) -> bool:
    """Whether the address is that of a file which is no picture."""
    path = text.partition("?")[0].partition("#")[0]
    head, _, ending = path.rpartition(".")
    return ending.lower() in _NO_PICTURES and "/" in head.partition("://")[2]


def is_placeholder_picture(text: str) -> bool:
    """Whether the picture looks like one that stands for none."""
    return _PLACEHOLDER.search(text) is not None


def price(text: str) -> tuple[float, str] | None:
    """The amount and the currency of a well-formed price."""
    found = _PRICE.fullmatch(text)
    if found is None:
        return None
    amount, decimals, currency = found.groups()
    allowed = facts.DECIMALS.get(currency)
    if allowed is None:
        return None
    if decimals and len(decimals) > allowed and not (allowed == 0 and decimals in {"0", "00"}):
        return None
    return float(amount), currency


def digits(text: str) -> str:
    """A GTIN without the spaces and dashes that people write into it."""
    return text.replace(" ", "").replace("-", "")


def is_scientific(text: str) -> bool:
    """Whether a spreadsheet wrote the number."""
    return _SCIENTIFIC.fullmatch(text) is not None


def is_gtin(number: str) -> bool:
    """Whether it has the length of a GTIN, or is an ISBN-10."""
    if len(number) in _GTIN_LENGTHS:
        return number.isascii() and number.isdecimal()
    return _ISBN.fullmatch(number) is not None


def has_check_digit(number: str) -> bool:
    """Whether the last digit of a well-formed GTIN is what the others demand."""
    if len(number) == 10:
        weighted = sum(int(digit) * (10 - place) for place, digit in enumerate(number[:9]))
        return (weighted + (10 if number[9] in "xX" else int(number[9]))) % 11 == 0
    return _sums_up(number) or (len(number) == 8 and number[0] in "01" and _sums_up(_upc_a(number)))


def _sums_up(number: str) -> bool:
    total = sum(map(int, number[::-2])) + 3 * sum(map(int, number[-2::-2]))
    return total % 10 == 0 and total > 0


def _upc_a(number: str) -> str:
    first, body, kind, last = number[0], number[1:6], number[6], number[7]
    if kind in "012":
        middle = f"{body[:2]}{kind}0000{body[2:]}"
    elif kind == "3":
        middle = f"{body[:3]}00000{body[3:]}"
    elif kind == "4":
        middle = f"{body[:4]}00000{body[4]}"
    else:
        middle = f"{body}0000{kind}"
    return f"{first}{middle}{last}"


def is_restricted(number: str) -> bool:
    """Whether a GTIN is for use inside one company."""
    prefix = number.rjust(14, "0")[1:4]
    if "020" <= prefix <= "029" or "040" <= prefix <= "049" or "200" <= prefix <= "299":
        return True
    return len(number) == 8 and number[0] in "02" and _sums_up(number)


def is_coupon(number: str) -> bool:
    """Whether a GTIN's prefix is one of coupons."""
    prefix = number.rjust(14, "0")[1:4]
    return "050" <= prefix <= "059" or "981" <= prefix <= "984" or prefix >= "990"


def is_category_form(text: str) -> bool:
    """Whether it is written as an id or a path."""
    return _CATEGORY.fullmatch(text) is not None


@lru_cache(REMEMBERED)
def is_under(text: str, branch: str) -> bool:
    """Whether a category is of a branch of the taxonomy, by id or path."""
    spelled = _spelled(text)
    known = facts.BRANCHES[branch]
    ends = [place for place, sign in enumerate(spelled) if sign == ">"]
    return any(spelled[:end] in known for end in (*ends, len(spelled)))


@lru_cache(REMEMBERED)
def is_known_category(text: str) -> bool:
    """Whether the taxonomy has it in one of its languages."""
    spelled = _spelled(text)
    return any(spelled in facts.categories(language) for language in facts.CATEGORY_LANGUAGES)


def _spelled(text: str) -> str:
    return _AROUND.sub(">", unicodedata.normalize("NFC", text.strip(" \t\n\r\xa0")).lower())


def word(text: str) -> str:
    """A word of an enumeration in one spelling."""
    return text.lower().replace(" ", "_").replace("-", "_")


def is_color(text: str) -> bool:
    """Whether it is names of colors with slashes between."""
    return _COLOR.fullmatch(text) is not None


def is_id(text: str) -> bool:
    """Whether an id is free of what is no text."""
    return _ID.fullmatch(text) is not None


def identity(text: str) -> str:
    """What two ids share that are one for the partner."""
    return _BLANKS.sub(" ", text) if "  " in text else text
