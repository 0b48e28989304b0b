"""What can be wrong with one value: tests in order, of which the first that fails is the finding."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from feedscript.feeds.profiles.model import Attribute, Profile, Type
from feedscript.feeds.rules import gtin, sql, values

Fails = Callable[[str], str]
_DAY_SECONDS = 86_400
_TAGS = (
    r"(?i)</?(?:a|b|big|br|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|small|span|strong|style|sub|sup|table|tbody|td|tr|u|ul)"
    r"(?:\s[^<>]*)?/?>|&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6});"
)
_PLACEHOLDER_IMAGE = r"(?i)(?:no[-_]?image|placeholder|image[-_]not[-_]available|coming[-_]soon|no[-_]photo)"


@dataclass(frozen=True)
class ValueTest:
    """A code, and the SQL that tells of a value (its own SQL) whether it has that defect."""

    code: str
    fails: Fails


def value_tests(profile: Profile, attribute: Attribute, as_of: datetime) -> Iterator[ValueTest]:
    """The tests of one value, in the order in which they are asked."""
    yield from _placeholders(attribute)
    yield from _form(profile, attribute)
    yield from _bounds(attribute, as_of)
    if attribute.max_length is not None:
        limit = attribute.max_length
        yield ValueTest("too_long", lambda value: sql.longer(value, limit))
    if attribute.min_length is not None:
        least = attribute.min_length
        yield ValueTest("too_short", lambda value: f"length({sql.trimmed(value)}) < {least}")


def quality_tests(attribute: Attribute) -> Iterator[ValueTest]:
    """The tests of how good a text is, asked apart from whether it is acceptable."""
    if "html" in attribute.quality:
        yield ValueTest("html_in_text", _has_html)
    if "all_caps" in attribute.quality:
        yield ValueTest("all_caps", _is_all_caps)
    if "placeholder_image" in attribute.quality:
        yield ValueTest("placeholder_image", lambda value: _contains(value, _PLACEHOLDER_IMAGE))
    if attribute.advised_min_length is not None:
        advised = attribute.advised_min_length
        yield ValueTest("short_text", lambda value: f"length({sql.trimmed(value)}) < {advised}")


def _placeholders(attribute: Attribute) -> Iterator[ValueTest]:
    if attribute.placeholders:
        words = sql.literals(tuple(word.lower() for word in attribute.placeholders))
        yield ValueTest("placeholder_value", lambda value: f"lower({sql.trimmed(value)}) IN ({words})")


def _form(profile: Profile, attribute: Attribute) -> Iterator[ValueTest]:
    if attribute.type is Type.ENUM:
        yield ValueTest("invalid_enum", _enum_fails(attribute))
    elif attribute.type is Type.GTIN:
        yield from _gtin(profile)
    elif (pattern := values.pattern(attribute)) is not None:
        yield ValueTest("invalid_format", lambda value: f"NOT {sql.matches(value, pattern)}")
    if attribute.type is Type.DATETIME:
        yield ValueTest("invalid_format", lambda value: f"{values.moment(value)} IS NULL")
    if attribute.type is Type.DATETIME_RANGE:
        yield ValueTest(
            "invalid_format", lambda value: f"({values.begin(value)} + {values.end(value)}) IS NULL"
        )
        yield ValueTest("range_reversed", lambda value: f"{values.begin(value)} >= {values.end(value)}")
    if attribute.extensions:
        good = f"(?i)[^?#]+\\.(?:{'|'.join(attribute.extensions)})(?:[?#].*)?"
        yield ValueTest("invalid_format", lambda value: f"NOT {sql.matches(value, good)}")
    if attribute.refused_extensions:
        bad = f"(?i)://[^/?#]+/[^?#]*\\.(?:{'|'.join(attribute.refused_extensions)})(?:[?#]|\\s*$)"
        yield ValueTest("invalid_format", lambda value: _contains(value, bad))


def _enum_fails(attribute: Attribute) -> Fails:
    # The spellings as documented settle nearly every value without any string being built.
    exact = sql.literals(attribute.values)
    accepted = {values.spelling(word) for word in (*attribute.values, *attribute.accepts)}
    loose = sql.literals(tuple(sorted(accepted)))
    return lambda value: (
        f"CASE WHEN {value} IN ({exact}) THEN false ELSE {values.normal(value)} NOT IN ({loose}) END"
    )


def _gtin(profile: Profile) -> Iterator[ValueTest]:
    restricted, coupon = profile.restricted_prefixes, profile.coupon_prefixes
    yield ValueTest("invalid_format", lambda value: f"NOT {gtin.well_formed(value)}")
    yield ValueTest("bad_check_digit", lambda value: f"NOT {gtin.check_digit_holds(value)}")
    yield ValueTest("restricted_prefix", lambda value: gtin.is_restricted(value, restricted))
    yield ValueTest("coupon_prefix", lambda value: gtin.has_prefix(value, coupon))


def _bounds(attribute: Attribute, as_of: datetime) -> Iterator[ValueTest]:
    def outside(value: str) -> str:
        number = values.amount(value)
        tests = []
        if attribute.above is not None:
            tests.append(f"{number} <= {attribute.above}")
        if attribute.minimum is not None:
            tests.append(f"{number} < {attribute.minimum}")
        if attribute.maximum is not None:
            tests.append(f"{number} > {attribute.maximum}")
        for unit, most in attribute.maximum_by_unit.items():
            tests.append(f"({values.unit(value)} = {sql.literal(unit)} AND {number} > {most})")
        if attribute.max_days_ahead is not None:
            last = as_of.timestamp() + attribute.max_days_ahead * _DAY_SECONDS
            tests.append(f"{values.moment(value)} > {last}")
        return " OR ".join(tests)

    if outside(""):
        yield ValueTest("out_of_range", outside)


def _contains(value: str, pattern: str) -> str:
    return f"regexp_matches({value}, {sql.literal(pattern)})"


def _has_html(value: str) -> str:
    suspicious = f"contains({value}, '<') OR contains({value}, '&')"
    return f"CASE WHEN {suspicious} THEN {_contains(value, _TAGS)} ELSE false END"


def _is_all_caps(value: str) -> str:
    # One word in capitals is a name; eight capitals and no small letter are a headline.
    letters = f"length(regexp_replace({value}, '[^A-Z]', '', 'g'))"
    shouted = f"{letters} >= 8 AND contains({sql.trimmed(value)}, ' ') AND {value} = upper({value})"
    return f"CASE WHEN {_contains(value, '[a-z]')} THEN false ELSE {shouted} END"
