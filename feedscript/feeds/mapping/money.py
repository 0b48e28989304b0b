"""Expressions that read an amount of money in the ways in which shops write it.

Most prices are already as they should be, and most others are a bare number: both are told at little cost, and what
reads signs and words is worked out only for the rest.
"""

import re
from collections.abc import Iterable, Mapping

from feedscript.feeds.engine.sql import choice, identifier, literal, literals
from feedscript.feeds.mapping import numbers
from feedscript.feeds.mapping.currencies import currencies
from feedscript.feeds.mapping.numbers import RUN, WHOLE, Decimal
from feedscript.feeds.profiles.vocabulary import CURRENCIES

#: A bare number, which needs neither folding nor a search for its digits.
_BARE = r"[0-9]+(?:\.[0-9]{1,2})?"
#: Stands for the digits in what lies around them, which has no digits of its own where there is but one amount.
_PLACE = "0"
#: "12,-", "199:-" and "12.-": what stands for decimals that are nought, and what then follows.
_NO_DECIMALS = ((r"([0-9]) ?[,:]-{1,2}([^0-9]|$)", r"\1,00\2"), (r"([0-9])\.-{1,2}([^0-9]|$)", r"\1.00\2"))
#: Letters, but for rare scripts: to compile the class of them all takes longer than a small feed.
_LETTERS = r"A-Za-z\x{C0}-\x{24F}\x{370}-\x{6FF}\x{900}-\x{DFF}"
#: So many signs are tested one by one, before the search among all of them.
_USUAL = 5
#: Between the entries of a text that is searched for them: no sign of a currency holds these.
_BETWEEN, _STANDS_FOR = "\x1d", "\x1e"
_ENTRY, _MEANS = literal(_BETWEEN), literal(_STANDS_FOR)


def price_layers(
    column: str, told_by: tuple[str, ...], decimal: Decimal | None
) -> tuple[dict[str, str], ...]:
    """The layers that make `column` an amount with a currency.

    The currency is the value's own, else the first that the columns `told_by` tell: by a code, or at the end of a
    price. What is not sure is left alone, and so is an amount with more decimals than its currency has.
    """
    value = identifier(column)

    def part(name: str) -> str:
        return f"{column}:{name}"

    text, run, around, told, mark, said, code, number, amount = (
        identifier(part(name))
        for name in ("text", "run", "around", "told", "mark", "said", "code", "number", "amount")
    )
    return (
        {part("text"): f"CASE WHEN {is_right(value, decimal)} THEN NULL ELSE {_prepared(value)} END"},
        {
            part("run"): _unless_bare(text, text, f"regexp_extract({text}, {literal(RUN)})"),
            part("around"): _unless_bare(text, literal(_PLACE), _around(text)),
            part("told"): f"CASE WHEN {text} IS NOT NULL THEN {_told(told_by)} END",
        },
        {part("mark"): _mark(around), part("number"): numbers.reading(run, decimal)},
        {part("said"): _said(mark, told)},
        {part("code"): _code(around, mark, said, told)},
        {part("amount"): _amount(number, code)},
        {
            column: f"CASE WHEN {amount} <> '' AND ({code} IS NOT NULL OR {mark} = '') "
            f"THEN concat_ws(' ', {amount}, {code}) ELSE {value} END"
        },
    )


def code_layers(column: str) -> tuple[dict[str, str], ...]:
    """The layers that make `column` a currency's code where it is one in small letters, or a sign of one currency.

    `GBp`, which are pence, is none of them.
    """
    value = identifier(column)
    capitals = f"upper({value})"
    spellings = f"({capitals}, lower({value}), left({capitals}, 1) || lower(substr({value}, 2)))"
    branches = [
        (f"{is_code(value)}", value),
        (f"{is_code(capitals)} AND {value} IN {spellings}", capitals),
    ]
    meaning = f"coalesce({_meaning(capitals, currencies().own_meaning)}, {value})"
    return ({column: choice(branches, meaning)},)


def said_layers(column: str, code: str) -> tuple[dict[str, str], ...]:
    """The layers that make `column`, a currency, this code where it is nothing or a sign that may mean the code."""
    value = identifier(column)
    said = f"{value} IS NULL OR {_may_mean(f'upper({value})', literal(code))}"
    return ({column: choice([(said, literal(code))], value)},)


def is_right(value: str, decimal: Decimal | None) -> str:
    """Whether it is an amount as it should be.

    An amount of three decimals stays whatever the merchant says of commas where its currency has three: it may have
    been written here, and would be another amount when it is read again.
    """
    three = set(CURRENCIES[3]) - (set(currencies().without_their_decimals) if decimal == "comma" else set())
    # Words of three capitals, such as LEI, are read.
    codes = "|".join(currencies().codes)
    decimals = rf"(?:\.[0-9]{{1,2}})? (?:{codes})|\.[0-9]{{3}} (?:{'|'.join(sorted(three))})"
    return f"regexp_full_match({value}, {literal(f'{WHOLE}(?:{decimals})')})"


def _prepared(value: str) -> str:
    """The value in plain signs, with decimals for a dash that says that they are nought."""
    plain = numbers.folded(value)
    for pattern, decimals in _NO_DECIMALS:
        plain = f"regexp_replace({plain}, {literal(pattern)}, {literal(decimals)})"
    return _unless_bare(value, value, plain)


def _unless_bare(text: str, bare: str, otherwise: str) -> str:
    return f"CASE WHEN regexp_full_match({text}, {literal(_BARE)}) THEN {bare} ELSE {otherwise} END"


def _around(text: str) -> str:
    """What lies around the digits, without blanks and the phrases that change nothing about the amount."""
    known = currencies()
    before = f"(?i)^(?:{_any_of(known.before)}) ?[: ] ?"
    # A phrase of letters ends no word: "EUR TTC", but not "XTTC". A sign does: "EUR*".
    signs = _phrase(tuple(each for each in known.behind if not each[0].isalpha()))
    phrase = _phrase(known.behind)
    behind = rf"(?i)(?:{signs}|([^{_LETTERS}]){phrase}){phrase}*$"
    placed = f"regexp_replace({text}, {literal(RUN)}, {literal(_PLACE)})"
    told = f"regexp_replace(regexp_replace({placed}, {literal(before)}, ''), {literal(behind)}, '\\1')"
    return f"replace({told}, ' ', '')"


def _phrase(phrases: tuple[str, ...]) -> str:
    return rf"(?: ?\(?(?:{_any_of(phrases)})\)?)"


def _any_of(phrases: tuple[str, ...]) -> str:
    """A pattern of phrases, whose words may be abbreviated with a point and written together."""
    return "|".join(r"\.? ?".join(map(re.escape, phrase.split())) + r"\.?" for phrase in phrases)


def _mark(around: str) -> str:
    """What lies around the digits, joined, without the points of abbreviations: a point before digits is another."""
    return f"replace(regexp_replace({around}, '([{_LETTERS}])\\.', '\\1', 'g'), {literal(_PLACE)}, '')"


def _told(told_by: tuple[str, ...]) -> str:
    last = [f"split_part({identifier(name)}, ' ', -1)" for name in told_by]
    return f"coalesce({', '.join(f'CASE WHEN {is_code(each)} THEN {each} END' for each in last)})"


def _said(mark: str, told: str) -> str:
    """The code in the mark, alone or beside a sign; in small letters only the one that the merchant tells."""
    code = f"regexp_extract({mark}, '^[^A-Za-z]*([A-Z]{{3}})[^A-Za-z]*$', 1)"
    return f"CASE WHEN {mark} = lower({told}) THEN {told} WHEN {is_code(code)} THEN {code} END"


def _code(around: str, mark: str, said: str, told: str) -> str:
    """The currency that the value tells, else the merchant's; NULL where what it has is neither, or contradicts."""
    known = currencies()
    capitals, beside = f"upper({mark})", f"replace({mark}, {said}, '')"
    is_word = f"{said} IN ({literals(known.words)}) AND {said} <> {told}"
    one_side = f"(starts_with({around}, {literal(_PLACE)}) OR ends_with({around}, {literal(_PLACE)}))"
    may_mean = f"CASE WHEN {_may_mean(beside, said)} THEN {said} END"
    meaning = _meaning(capitals, known.own_meaning)
    unless_told = f"CASE WHEN {told} IS NULL THEN {_meaning(capitals, known.unless_told)} END"
    usual = [each for each in known.own_meaning.items() if len(each[0]) == 1][:_USUAL]
    return choice(
        [
            (f"{mark} = ''", told),
            *((f"{mark} = {literal(sign)}", literal(code)) for sign, code in usual),
            (f"strlen({mark}) = 3 AND {said} IS NOT NULL", f"CASE WHEN {is_word} THEN NULL ELSE {said} END"),
            (f"{said} IS NOT NULL", may_mean),
            (f"NOT {one_side}", "NULL"),
            (_may_mean(capitals, told), told),
        ],
        f"coalesce({meaning}, {unless_told})",
    )


def _may_mean(sign: str, code: str) -> str:
    """Whether the sign may stand for the currency."""
    pairs = [(each, code) for code, signs in currencies().signs.items() for each in signs]
    return f"contains({_entries(pairs)}, {_ENTRY} || {sign} || {_MEANS} || {code} || {_ENTRY})"


def _meaning(sign: str, meanings: Mapping[str, str]) -> str:
    """What the sign stands for; NULL where it is not among the meanings.

    One search of one text costs a fraction of a test for each sign, to the planner of the query most of all.
    """
    found = f"split_part({_entries(meanings.items())}, {_ENTRY} || {sign} || {_MEANS}, 2)"
    return f"nullif(left({found}, 3), '')"


def _entries(pairs: Iterable[tuple[str, str]]) -> str:
    return f"({_ENTRY} || {literal(_BETWEEN.join(f'{sign}{_STANDS_FOR}{code}' for sign, code in pairs))} || {_ENTRY})"


def is_code(text: str) -> str:
    """Whether it is a currency's code."""
    codes = literal(f" {' '.join(currencies().codes)} ")
    return f"(strlen({text}) = 3 AND contains({codes}, ' ' || {text} || ' '))"


def _amount(number: str, code: str) -> str:
    """The number with the currency's usual decimals; empty where a decimal that matters would be lost."""
    whole = literals((*CURRENCIES[0], *currencies().without_their_decimals))
    three = literals(CURRENCIES[3])
    return choice(
        [
            (f"{code} IN ({whole})", f"regexp_extract({number}, '^([0-9]+)(?:\\.0*)?$', 1)"),
            (f"NOT contains({number}, '.')", f"{number} || '.00'"),
            (f"regexp_full_match({number}, '[0-9]+\\.[0-9]')", f"{number} || '0'"),
            (f"{code} IN ({three})", f"regexp_extract({number}, '^([0-9]+\\.[0-9]{{2}}[0-9]?)0*$', 1)"),
        ],
        f"regexp_extract({number}, '^([0-9]+\\.[0-9]{{2}})0*$', 1)",
    )
