"""What is wrong with one item: a function for each kind of attribute, which tells the rules that its value fails.

As feedscript has it, of what is wrong with a value's form the first counts; how good a text is is asked besides.
"""

from collections.abc import Mapping
from functools import lru_cache

from benchmarks.plain_checks import facts, texts, values
from benchmarks.plain_checks.values import BETWEEN, REMEMBERED

_ENUMERATIONS = {
    "condition": frozenset(("new", "refurbished", "used")),
    "gender": frozenset(("male", "female", "unisex")),
    "age_group": frozenset(("newborn", "infant", "toddler", "kids", "adult")),
}
_AVAILABILITIES = frozenset(("in_stock", "out_of_stock", "preorder", "backorder", "pre_order", "back_order"))
_LATER = frozenset(("preorder", "backorder", "pre_order", "back_order"))
_BRANDS = ("n/a", "na", "none", "generic", "no brand", "does not exist")
_COLORS = ("multicolor", "multicolored", "multicolour", "multicoloured", "multi", "various", "n/a")
_LONGEST = {"brand": 70, "mpn": 70, "product_type": 750, "color": 100}


def spellings(words: tuple[str, ...]) -> frozenset[str]:
    """The words as people write them."""
    return frozenset(
        form(each) for each in words for form in (str.lower, str.upper, str.capitalize, str.title)
    )


PLACEHOLDERS = {"brand": spellings(_BRANDS), "color": spellings(_COLORS)}
OWN_WORDS = {"brand": frozenset(_BRANDS), "color": frozenset(_COLORS)}
_NONE: frozenset[str] = frozenset()


def failing(item: Mapping[str, str]) -> list[str]:
    """The rules that an item fails, but for those of several items together."""
    get = item.get
    found: list[str] = []
    _id(get("id", ""), found)
    _title(get("title", ""), found)
    _description(get("description", ""), found)
    _link("link", get("link", ""), found)
    _image_link(get("image_link", ""), found)
    found += _availability(get("availability", ""))
    _prices(get("price", ""), get("sale_price", ""), found)
    category, condition = get("google_product_category", ""), get("condition", "")
    found += _category(category)
    found += _short_text("product_type", get("product_type", ""))
    gtin, mpn, brand, color = get("gtin", ""), get("mpn", ""), get("brand", ""), get("color", "")
    if gtin:
        _gtin(gtin, found)
    if mpn:
        found += texts_failing("mpn", mpn)
    found += _short_text("brand", brand)
    found += _short_text("color", color)
    for name in ("condition", "gender", "age_group"):
        found += _enumeration(name, get(name, ""))
    if (not brand or not (gtin or mpn)) and _needs_identifiers(category, condition):
        if not brand:
            found.append("brand.missing_required")
        if not (gtin or mpn):
            found.append("mpn.missing_required")
    wanted = _wanted(category)
    found += [f"{name}.missing_required" for name in wanted if not get(name)]
    return found


def _id(text: str, found: list[str]) -> None:
    if not text:
        found.append("id.missing_required")
    elif BETWEEN in text:
        found.append("id.too_many_values")
    elif not values.is_id(text):
        found.append("id.invalid_format")
    elif len(text) > 50:
        found.append("id.too_long")


def _title(text: str, found: list[str]) -> None:
    if not text:
        found.append("title.missing_required")
        return
    if BETWEEN in text:
        found.append("title.too_many_values")
    elif len(text) > 150:
        found.append("title.too_long")
    if texts.has_markup(text):
        found.append("title.html_in_text")
    if texts.is_in_capitals(text):
        found.append("title.all_caps")
    if texts.is_promotional(text):
        found.append("title.promotional_text")
    _wholeness("title", text, found)


def _description(text: str, found: list[str]) -> None:
    if not text:
        found.append("description.missing_required")
        return
    if BETWEEN in text:
        found.append("description.too_many_values")
    elif len(text) > 5000:
        found.append("description.too_long")
    if texts.has_markup(text):
        found.append("description.html_in_text")
    if texts.is_in_capitals(text):
        found.append("description.all_caps")
    if texts.has_link(text):
        found.append("description.link_in_text")
    _wholeness("description", text, found)


def _wholeness(name: str, text: str, found: list[str], own: frozenset[str] = _NONE) -> None:
    if texts.is_broken(text):
        found.append(f"{name}.broken_text")
    if texts.is_encoded_twice(text):
        found.append(f"{name}.double_encoded")
    if texts.is_left_over(text, own):
        found.append(f"{name}.leftover_text")


def _link(name: str, text: str, found: list[str]) -> None:
    if not text:
        found.append(f"{name}.missing_required")
        return
    if BETWEEN in text or values.is_several_addresses(text):
        found.append(f"{name}.too_many_values")
    elif not values.is_address(text) or (name == "image_link" and values.is_no_picture(text)):
        found.append(f"{name}.invalid_format")
    elif len(text) > 2000:
        found.append(f"{name}.too_long")
    if values.has_escaped_ampersand(text):
        found.append(f"{name}.html_in_link")


def _image_link(text: str, found: list[str]) -> None:
    _link("image_link", text, found)
    if values.is_placeholder_picture(text):
        found.append("image_link.placeholder_image")


@lru_cache(REMEMBERED)
def _availability(text: str) -> tuple[str, ...]:
    if not text:
        return ("availability.missing_required",)
    if BETWEEN in text:
        return ("availability.too_many_values",)
    word = values.word(text)
    if word == "limited_availability":
        return ("availability.unconfirmed_value",)
    if word not in _AVAILABILITIES:
        return ("availability.invalid_enum",)
    return ("availability_date.missing_required",) if word in _LATER else ()


def _prices(text: str, sale: str, found: list[str]) -> None:
    price = values.price(text)
    _price("price", text, price, found)
    if not sale:
        return
    sold = values.price(sale)
    _price("sale_price", sale, sold, found)
    if price is None or sold is None:
        return
    if sold[1] != price[1]:
        found.append("sale_price.currency_mismatch")
    elif sold[0] >= price[0]:
        found.append("sale_price.sale_not_below_price")


def _price(name: str, text: str, price: tuple[float, str] | None, found: list[str]) -> None:
    if not text:
        found.append(f"{name}.missing_required")
    elif BETWEEN in text:
        found.append(f"{name}.too_many_values")
    elif price is None:
        found.append(f"{name}.invalid_format")
    else:
        amount, currency = price
        gone = currency in facts.WITHDRAWN
        if gone:
            found.append(f"{name}.withdrawn_currency")
        if (amount <= 0 and not gone) or (amount == 0 and name == "price"):
            found.append(f"{name}.out_of_range")
        elif name == "price" and currency != "USD" and not gone:
            found.append("price.foreign_currency")


@lru_cache(REMEMBERED)
def _category(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    if BETWEEN in text:
        return ("google_product_category.too_many_values",)
    if not values.is_category_form(text):
        return ("google_product_category.invalid_format",)
    if len(text) > 750:
        return ("google_product_category.too_long",)
    return () if values.is_known_category(text) else ("google_product_category.unknown_category",)


@lru_cache(REMEMBERED)
def _short_text(name: str, text: str) -> tuple[str, ...]:
    return tuple(texts_failing(name, text)) if text else ()


def texts_failing(name: str, text: str) -> list[str]:
    """The rules that a text fails of which little is asked: the maker's, the shop's own category, a color."""
    parts = [part for part in text.split(BETWEEN) if part] if name == "product_type" else [text]
    found: list[str] = []
    if len(parts) > 100 or (name != "product_type" and BETWEEN in text):
        found.append(f"{name}.too_many_values")
    elif text in PLACEHOLDERS.get(name, _NONE):
        found.append(f"{name}.placeholder_value")
    elif name == "color" and not values.is_color(text):
        found.append("color.invalid_format")
    elif any(len(part) > _LONGEST[name] for part in parts):
        found.append(f"{name}.too_long")
    qualities: dict[str, None] = {}
    for part in parts:
        several: list[str] = []
        _wholeness(name, part, several, OWN_WORDS.get(name, _NONE))
        qualities |= dict.fromkeys(several)
    return [*found, *qualities]


def _gtin(text: str, found: list[str]) -> None:
    parts = text.split(BETWEEN) if BETWEEN in text else (text,)
    if len(parts) > 10:
        found.append("gtin.too_many_values")
    elif len(text) > 50:
        found.append("gtin.too_long")
    elif code := min(filter(None, map(gtin_failing, parts)), default=None):
        found.append(f"gtin.{code[1]}")


def gtin_failing(text: str) -> tuple[int, str] | None:
    """What is wrong with one GTIN, with its place in the order in which that is asked."""
    if values.is_scientific(text):
        return 0, "destroyed_digits"
    number = values.digits(text)
    if not values.is_gtin(number):
        return 1, "invalid_format"
    if not values.has_check_digit(number):
        return 2, "bad_check_digit"
    if values.is_restricted(number):
        return 3, "restricted_prefix"
    return (4, "coupon_prefix") if values.is_coupon(number) else None


@lru_cache(REMEMBERED)
def _enumeration(name: str, text: str) -> tuple[str, ...]:
    if BETWEEN in text:
        return (f"{name}.too_many_values",)
    known = not text or values.word(text) in _ENUMERATIONS[name]
    return () if known else (f"{name}.invalid_enum",)


def _needs_identifiers(category: str, condition: str) -> bool:
    if condition and values.word(condition) in {"used", "refurbished"}:
        return False
    return not (category and values.is_under(category, "media"))


@lru_cache(REMEMBERED)
def _wanted(category: str) -> tuple[str, ...]:
    """The attributes that an item of a category has to have in the US."""
    if not category or not values.is_under(category, "apparel"):
        return ()
    sized = ("size",) if values.is_under(category, "sized") else ()
    return ("age_group", "gender", "color", *sized)
