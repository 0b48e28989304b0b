"""What can be wrong with one value: tests in order, of which the first that fails is the finding."""

from collections.abc import Callable, Iterator

from feedscript.feeds.engine import sql
from feedscript.feeds.profiles.model import Attribute, Profile, Type
from feedscript.feeds.profiles.vocabulary import CURRENCIES
from feedscript.feeds.rules import gtin, parts, values
from feedscript.feeds.rules.addresses import SECOND_ADDRESS
from feedscript.feeds.rules.as_of import AsOf
from feedscript.feeds.rules.currencies import currency_facts
from feedscript.feeds.rules.derivation import Value
from feedscript.feeds.rules.value_test import Fails, ValueTest, longer_than

#: Two addresses in one value.
SEVERAL_ADDRESSES = rf"(?is)^https?://.*{SECOND_ADDRESS}"
#: The endings that most pictures have.
_PICTURES = ("jpg", "png", "webp", "jpeg", "gif")
_SPELLINGS = (str.lower, str.upper, str.capitalize, str.title)


def value_tests(
    profile: Profile, attribute: Attribute, as_of: AsOf, country: str, origins: tuple[str, ...] = ()
) -> Iterator[ValueTest]:
    """The tests of one value, in the order in which they are asked; `origins` are what many links begin with."""
    yield from _placeholders(attribute)
    yield from _one_address(attribute)
    yield from _form(profile, attribute, country, origins)
    yield from _withdrawn(attribute, as_of, country)
    yield from _bounds(attribute, as_of)
    yield from parts.excluded(attribute)
    yield from _lengths(attribute)
    yield from _foreign(attribute, country)


def well_formed(attribute: Attribute, value: Value, country: str) -> str | None:
    """Whether a value is of its attribute's form, so that it can be compared; None where any text is."""
    if attribute.type is Type.GTIN:
        return gtin.well_formed(value)
    test = values.well_formed(attribute, value.text)
    if test is None:
        return None
    has_usual = attribute.type is Type.PRICE and attribute.pattern is None and attribute.currency != "none"
    # A usual price has two decimals.
    has_usual = has_usual and attribute.decimals != 1
    usual = is_usual_price(value, country) if has_usual else None
    return value.let(sql.choice([(usual, "true")], test) if usual else test)


def _placeholders(attribute: Attribute) -> Iterator[ValueTest]:
    if attribute.placeholders:
        # Held against the spellings that people use, which costs less than a copy of each value in lower case.
        spelt = {form(word) for word in attribute.placeholders for form in _SPELLINGS}
        words = sql.literals(tuple(sorted(spelt)))
        yield ValueTest("placeholder_value", lambda value: f"{value.text} IN ({words})")


def _one_address(attribute: Attribute) -> Iterator[ValueTest]:
    if attribute.type is Type.URL and not attribute.repeatable:
        yield ValueTest(
            "too_many_values",
            lambda value: sql.seldom_contains(value.text, SEVERAL_ADDRESSES),
            lambda value: f"{value.text} NOT LIKE '%://%://%'",
        )


def is_usual_price(value: Value, country: str) -> str | None:
    """Whether it is a price as most of the country's are (`values.is_usual_price`); None where that is not known."""
    local = currency_facts().countries.get(country, ())
    if not local or local[0] not in CURRENCIES[2]:
        return None
    return value.let(values.is_usual_price(value.text, local[0]))


def _withdrawn(attribute: Attribute, as_of: AsOf, country: str) -> Iterator[ValueTest]:
    if attribute.type is not Type.PRICE or attribute.currency == "none":
        return
    gone = currency_facts().withdrawn_by(as_of.moment)
    usual = currency_facts().countries.get(country, ())

    def fails(value: Value) -> str:
        return sql.choice(
            _is_local(value, usual, country),
            sql.seldom_matches(values.currency(attribute, value.text), "|".join(gone)),
        )

    yield ValueTest("withdrawn_currency", fails)


def _foreign(attribute: Attribute, country: str) -> Iterator[ValueTest]:
    local = currency_facts().countries.get(country, ())
    if not attribute.local_currency or attribute.currency == "none" or not local:
        return

    def fails(value: Value) -> str:
        return sql.choice(
            _is_local(value, local, country),
            f"{values.currency(attribute, value.text)} NOT IN ({sql.literals(local)})",
        )

    yield ValueTest("foreign_currency", fails)


def _is_local(value: Value, currencies: tuple[str, ...], country: str) -> list[tuple[str, str]]:
    """What tells prices in the country's currencies: their usual form, which is asked for in any case, or their end.

    The end is much cheaper to see than the currency is to take out.
    """
    usual = is_usual_price(value, country)
    tests = [usual] if usual is not None else []
    tests += [f"ends_with({value.text}, {sql.literal(f' {each}')})" for each in currencies]
    return [(test, "false") for test in tests]


def _form(
    profile: Profile, attribute: Attribute, country: str, origins: tuple[str, ...]
) -> Iterator[ValueTest]:
    if attribute.type is Type.ENUM:
        yield from _enumeration(attribute)
    elif attribute.type is Type.GTIN:
        yield from _gtin(profile, attribute)
    elif values.pattern(attribute) is not None:
        yield ValueTest(
            "invalid_format",
            lambda value: f"NOT ({_thoroughly_formed(attribute, value, country)})",
            lambda value: (
                _plainly_formed(attribute, value, origins) or f"{well_formed(attribute, value, country)}"
            ),
        )
    if attribute.type is Type.DATETIME:
        yield ValueTest(
            "invalid_format",
            lambda value: f"{value.text} IS NOT NULL AND {values.moment(value.text)} IS NULL",
        )
    if attribute.type is Type.DATETIME_RANGE:
        yield ValueTest("invalid_format", _range_fails("{text} IS NOT NULL AND ({begin} + {end}) IS NULL"))
        yield ValueTest("range_reversed", _range_fails("{begin} >= {end}"))
    yield from _extensions(attribute)


def _enumeration(attribute: Attribute) -> Iterator[ValueTest]:
    doubtful = attribute.doubtful

    def documented(value: Value) -> str:
        return f"{value.text} IN ({sql.literals(attribute.values)})"

    if doubtful:
        yield ValueTest(
            "unconfirmed_value", lambda value: values.is_one_of(attribute, value.text, doubtful), documented
        )
    yield ValueTest("invalid_enum", lambda value: f"NOT {_is_among(attribute, value.text)}", documented)


def _plainly_formed(attribute: Attribute, value: Value, origins: tuple[str, ...]) -> str | None:
    """What is true only of values of the attribute's form, and of most, at a fraction of the cost."""
    if attribute.type is Type.URL and attribute.pattern is None:
        usual = values.is_usual_link(value, origins)
        exact = values.well_formed(attribute, value.text, seldom=usual is not None)
        return sql.choice([(usual, "true")], exact) if usual and exact else None
    plain = values.plainly_formed(attribute, value.text)
    return None if plain is None else value.let(plain)


def _thoroughly_formed(attribute: Attribute, value: Value, country: str) -> str | None:
    """Whether it is of the attribute's form, asked of what is not plainly so; by the name of what others ask too."""
    if attribute.type in {Type.URL, Type.TEXT}:
        return values.well_formed(attribute, value.text, seldom=True)
    return well_formed(attribute, value, country)


def _range_fails(test: str) -> Fails:
    return lambda value: test.format(
        text=value.text, begin=values.begin(value.text), end=values.end(value.text)
    )


def _extensions(attribute: Attribute) -> Iterator[ValueTest]:
    if attribute.extensions:
        good = f"(?i)[^?#]+\\.(?:{'|'.join(attribute.extensions)})(?:[?#].*)?"
        yield ValueTest("invalid_format", lambda value: f"NOT {sql.matches(value.text, good)}")
    for code, refused in (
        ("invalid_format", attribute.refused_extensions),
        ("unlisted_format", attribute.unlisted_extensions),
    ):
        if refused:
            yield ValueTest(code, _ends_in(refused))


def _ends_in(extensions: tuple[str, ...]) -> Fails:
    """Whether the path of an address has one of these endings."""
    bad = f"(?i)://[^/?#]+/[^?#]*\\.(?:{'|'.join(extensions)})(?:[?#]|$)"
    usual = [each for each in _PICTURES if each not in extensions]

    def fails(value: Value) -> str:
        known = [(f"ends_with({value.text}, '.{each}')", "false") for each in usual]
        return sql.choice(known, sql.seldom_contains(value.text, bad))

    return fails


def _is_among(attribute: Attribute, text: str) -> str:
    """Whether it is one of the enumeration's words, in any spelling unless that counts."""
    words = (*attribute.values, *attribute.doubtful)
    if attribute.exact:
        return f"({sql.trimmed(text)} IN ({sql.literals(words)}))"
    return values.is_one_of(attribute, text, words if attribute.doubtful else None)


def _gtin(profile: Profile, attribute: Attribute) -> Iterator[ValueTest]:
    restricted, coupon = profile.restricted_prefixes, profile.coupon_prefixes

    def fine(value: Value) -> str:
        return gtin.is_fine(value, (*restricted, *coupon))

    yield ValueTest("destroyed_digits", gtin.is_scientific, fine)
    yield ValueTest("invalid_format", lambda value: f"NOT {gtin.well_formed(value)}", fine)
    if (form := attribute.pattern) is not None:
        yield ValueTest("invalid_format", lambda value: f"NOT {sql.matches(value.text, form)}")
    yield ValueTest("bad_check_digit", lambda value: f"NOT ({gtin.check_digit_holds(value)})", fine)
    if restricted:
        yield ValueTest("restricted_prefix", lambda value: gtin.is_restricted(value, restricted), fine)
    if coupon:
        yield ValueTest("coupon_prefix", lambda value: gtin.has_prefix(value, coupon), fine)


def _bounds(attribute: Attribute, as_of: AsOf) -> Iterator[ValueTest]:
    outside = _outside(attribute, as_of)
    if outside("", ""):
        yield ValueTest(
            "out_of_range", lambda value: outside(value.text, values.amount(attribute, value.text))
        )
    yield from parts.outside(attribute)


def _outside(attribute: Attribute, as_of: AsOf) -> Callable[[str, str], str]:
    def outside(text: str, number: str) -> str:
        tests = []
        if attribute.above is not None:
            tests.append(_low(attribute, text, f"{number} <= {attribute.above}", attribute.above))
        if attribute.minimum is not None:
            tests.append(_low(attribute, text, f"{number} < {attribute.minimum}", attribute.minimum))
        if attribute.maximum is not None:
            tests.append(f"{number} > {attribute.maximum}")
        for unit, most in attribute.maximum_by_unit.items():
            tests.append(f"({values.unit(text)} = {sql.literal(unit)} AND {number} > {most})")
        if attribute.max_days_ahead is not None:
            tests.append(f"{values.moment(text)} > {as_of.days_later(attribute.max_days_ahead)}")
        return " OR ".join(tests)

    return outside


def _low(attribute: Attribute, text: str, test: str, bound: float) -> str:
    """The test of a lower bound; what begins with a digit from 1 to 9 is above zero and needs no reading."""
    settled = bound <= 0 and values.begins_with_number(attribute)
    return f"CASE WHEN {text} >= '1' THEN false ELSE {test} END" if settled else test


def _lengths(attribute: Attribute) -> Iterator[ValueTest]:
    if attribute.max_length is not None:
        yield longer_than(attribute.max_length, "too_long")
    if attribute.max_bytes is not None:
        most = attribute.max_bytes
        yield ValueTest("too_long", lambda value: f"strlen({value.text}) > {most}")
    yield from parts.too_long(attribute)
