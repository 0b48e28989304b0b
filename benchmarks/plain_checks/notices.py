"""The same checks in the style of GTFS's validators: a list of rules, each of which is asked of every item.

What is asked of a field's form are validators in order, of which the first that finds something ends the asking, as a
cell that cannot be parsed does there.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.plain_checks import facts, texts, values
from benchmarks.plain_checks.items import OWN_WORDS, PLACEHOLDERS
from benchmarks.plain_checks.loop import read_items
from benchmarks.plain_checks.validators import (
    AtMostValues,
    Consistent,
    Demanded,
    Item,
    MaxLength,
    Notices,
    OneOf,
    Refused,
    Required,
    RequiredIf,
    Single,
    Unique,
    Validator,
)


def check(path: Path) -> tuple[int, Counter[str]]:
    """How many items there are, and how many fail each rule."""
    chains = [*_chains()]
    notices = Notices()
    items = 0
    for line, given in read_items(path):
        items += 1
        item = Item(line, **given)
        for chain in chains:
            for validator in chain:
                if validator.validate(item, notices):
                    break
    return items, notices.totals


def _chains() -> Iterator[tuple[Validator, ...]]:
    """The validators, those of one attribute's form together."""
    yield (Required("id"), Single("id"), Demanded("id", "invalid_format", values.is_id), MaxLength("id", 50))
    yield (Unique("id"),)
    yield (Required("title"), Single("title"), MaxLength("title", 150))
    yield (Required("description"), Single("description"), MaxLength("description", 5000))
    yield from _addresses("link")
    yield from _addresses("image_link", Refused("image_link", "invalid_format", values.is_no_picture))
    yield (Refused("image_link", "placeholder_image", values.is_placeholder_picture),)
    yield (
        Required("availability"),
        Single("availability"),
        Refused(
            "availability", "unconfirmed_value", lambda text: values.word(text) == "limited_availability"
        ),
        OneOf("availability", "in_stock", "out_of_stock", "preorder", "backorder", "pre_order", "back_order"),
    )
    yield (RequiredIf("availability_date", _is_later),)
    yield from _prices()
    name = "google_product_category"
    yield (
        Single(name),
        Demanded(name, "invalid_format", values.is_category_form),
        MaxLength(name, 750),
        Demanded(name, "unknown_category", values.is_known_category),
    )
    yield (AtMostValues("product_type", 100), MaxLength("product_type", 750))
    yield (
        RequiredIf("brand", _needs_identifiers),
        Single("brand"),
        _placeholder("brand"),
        MaxLength("brand", 70),
    )
    yield from _gtin()
    yield (RequiredIf("mpn", _needs_mpn), Single("mpn"), MaxLength("mpn", 70))
    yield (Single("condition"), OneOf("condition", "new", "refurbished", "used"))
    ages = ("newborn", "infant", "toddler", "kids", "adult")
    yield (RequiredIf("age_group", _is_apparel), Single("age_group"), OneOf("age_group", *ages))
    yield (RequiredIf("gender", _is_apparel), Single("gender"), OneOf("gender", "male", "female", "unisex"))
    color = Demanded("color", "invalid_format", values.is_color)
    yield (
        RequiredIf("color", _is_apparel),
        Single("color"),
        _placeholder("color"),
        color,
        MaxLength("color", 100),
    )
    yield (RequiredIf("size", lambda item: values.is_under(item.google_product_category, "sized")),)
    yield from _qualities()


def _addresses(name: str, *more: Validator) -> Iterator[tuple[Validator, ...]]:
    yield (
        Required(name),
        Single(name),
        Refused(name, "too_many_values", values.is_several_addresses),
        Demanded(name, "invalid_format", values.is_address),
        *more,
        MaxLength(name, 2000),
    )
    yield (Refused(name, "html_in_link", values.has_escaped_ampersand),)


def _prices() -> Iterator[tuple[Validator, ...]]:
    yield (
        Required("price"),
        Single("price"),
        Demanded("price", "invalid_format", lambda text: values.price(text) is not None),
        Refused("price", "withdrawn_currency", lambda text: _currency(text) in facts.WITHDRAWN),
        Refused("price", "out_of_range", lambda text: _amount(text) < 0),
        Refused("price", "foreign_currency", lambda text: _currency(text) != "USD" and _amount(text) > 0),
    )
    yield (Refused("price", "out_of_range", lambda text: _amount(text) == 0),)
    yield (
        Single("sale_price"),
        Demanded("sale_price", "invalid_format", lambda text: values.price(text) is not None),
        Refused("sale_price", "withdrawn_currency", lambda text: _currency(text) in facts.WITHDRAWN),
        Refused("sale_price", "out_of_range", lambda text: _amount(text) <= 0),
    )
    yield (Consistent("sale_price", "currency_mismatch", _has_other_currency),)
    yield (Consistent("sale_price", "sale_not_below_price", _is_no_sale),)


def _gtin() -> Iterator[tuple[Validator, ...]]:
    yield (
        AtMostValues("gtin", 10),
        MaxLength("gtin", 50, whole=True),
        Refused("gtin", "destroyed_digits", values.is_scientific),
        Demanded("gtin", "invalid_format", lambda text: values.is_gtin(values.digits(text))),
        Demanded("gtin", "bad_check_digit", lambda text: values.has_check_digit(values.digits(text))),
        Refused("gtin", "restricted_prefix", lambda text: values.is_restricted(values.digits(text))),
        Refused("gtin", "coupon_prefix", lambda text: values.is_coupon(values.digits(text))),
    )


def _qualities() -> Iterator[tuple[Validator, ...]]:
    for name in ("title", "description"):
        yield (Refused(name, "html_in_text", texts.has_markup),)
        yield (Refused(name, "all_caps", texts.is_in_capitals),)
    yield (Refused("title", "promotional_text", texts.is_promotional),)
    yield (Refused("description", "link_in_text", texts.has_link),)
    for name in ("title", "description", "product_type", "brand", "mpn", "color"):
        yield (Refused(name, "broken_text", texts.is_broken),)
        yield (Refused(name, "double_encoded", texts.is_encoded_twice),)
        yield (Refused(name, "leftover_text", _left_over(OWN_WORDS.get(name, frozenset()))),)


def _left_over(own: frozenset[str]) -> Callable[[str], bool]:
    return lambda text: texts.is_left_over(text, own)


def _placeholder(name: str) -> Validator:
    return Refused(name, "placeholder_value", PLACEHOLDERS[name].__contains__)


def _amount(text: str) -> float:
    price = values.price(text)
    return 1.0 if price is None else price[0]


def _currency(text: str) -> str:
    price = values.price(text)
    return "" if price is None else price[1]


def _has_other_currency(item: Item) -> bool:
    price, sale = values.price(item.price), values.price(item.sale_price)
    return price is not None and sale is not None and price[1] != sale[1]


def _is_no_sale(item: Item) -> bool:
    price, sale = values.price(item.price), values.price(item.sale_price)
    return price is not None and sale is not None and price[1] == sale[1] and sale[0] >= price[0]


def _is_later(item: Item) -> bool:
    return values.word(item.availability) in {"preorder", "backorder", "pre_order", "back_order"}


def _is_apparel(item: Item) -> bool:
    return values.is_under(item.google_product_category, "apparel")


def _needs_mpn(item: Item) -> bool:
    return not item.gtin and _needs_identifiers(item)


def _needs_identifiers(item: Item) -> bool:
    used = values.word(item.condition) in {"used", "refurbished"}
    return not used and not values.is_under(item.google_product_category, "media")
