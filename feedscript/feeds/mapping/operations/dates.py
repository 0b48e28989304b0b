# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Dates and times as ISO 8601 has them."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from feedscript.feeds.engine.sql import identifier, literal, looked_up
from feedscript.feeds.mapping.languages.lexicon import MONTH, lexicon
from feedscript.feeds.mapping.names import fold_layers
from feedscript.feeds.mapping.operations.operation import Alone, Costly, Layer

Order = Literal["day_first", "month_first"]

_TIME = r"(?:[T ]+([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(?:[.][0-9]+)? ?(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?)?"
_YEAR_FIRST = (
    rf"^([0-9]{{4}})(?:[-/]|[.년年] ?)([0-9]{{1,2}})(?:[-/]|[.월月] ?)([0-9]{{1,2}})[.일日]?{_TIME}$"
)
_YEAR_LAST = rf"^([0-9]{{1,2}})([-/]|\. ?)([0-9]{{1,2}})(?:[-/]|\. ?)([0-9]{{4}})\.?{_TIME}$"
_WORD = r"([^\s0-9.,/:-]{2,})\.?,?"
#: A month as a word: `27. November 2026`, `1er de mayo de 2026`, `2026. november 27.`
_WITH_WORD = (
    rf"^(?:([0-9]{{1,2}})(?:\.|er|º|ª)?[ -](?:de )?{_WORD}[ -](?:de )?([0-9]{{4}})(?: ?[r\x{{433}}\x{{440}}])?\.?"
    rf"|([0-9]{{4}})\.? {_WORD} ([0-9]{{1,2}})\.?){_TIME}$"
)
_COMPACT = "^((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})$"
_RIGHT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_WRITTEN_OUT = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y")


@dataclass(frozen=True)
class Date(Alone):
    """Write a date as ISO 8601: `27.11.2026` and `27 novembre 2026` become `2026-11-27`, with its time if it has one.

    Parted by points the day is first. `03/04/2026` can be read in two ways, and stays unless `order` says which.
    `languages` are those that the source's headers tell: `listopad` is November or, in Croatia, October.
    """

    name: ClassVar[str] = "date"

    order: Order | None = None
    languages: tuple[str, ...] = ()

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = column
        text, day, time, month = (f"{column}:{part}" for part in ("text", "day", "time", "month"))
        it, found, hour = identifier(value), identifier(text), identifier(time)
        shape = f"CASE WHEN NOT regexp_full_match({it}, {literal(_RIGHT)}) THEN {it} END"
        first, second, year = (self._of(_YEAR_LAST, found, group) for group in (1, 3, 4))
        day_first, month_first = f"[{year}, {second}, {first}]", f"[{year}, {first}, {second}]"
        settled = {"day_first": day_first, "month_first": month_first, None: "NULL"}[self.order]
        either = (
            f"CASE WHEN {self._of(_YEAR_LAST, found, 2)}[1] = '.' OR {first}::INTEGER > 12 OR {first} = {second} "
            f"THEN {day_first} WHEN {second}::INTEGER > 12 THEN {month_first} ELSE {settled} END"
        )
        parts = (
            f"CASE WHEN regexp_matches({found}, {literal(_YEAR_FIRST)}) THEN {self._three(_YEAR_FIRST, found)} "
            f"WHEN regexp_matches({found}, {literal(_COMPACT)}) THEN {self._three(_COMPACT, found)} "
            f"WHEN {self._number(month)} IS NOT NULL THEN {self._with_word(found, self._number(month))} "
            f"WHEN regexp_matches({found}, {literal(_YEAR_LAST)}) THEN {either} END"
        )
        written = "p[1] || '-' || lpad(p[2], 2, '0') || '-' || lpad(p[3], 2, '0')"
        whole = f"list_transform([{parts}], lambda p: {written})[1]"
        formats = ", ".join(map(literal, _WRITTEN_OUT))
        out = f"try_strptime({found}, [{formats}])::DATE::VARCHAR"
        zone = f"replace(replace({self._time(found, 2)}, 'UTC', 'Z'), 'GMT', 'Z')"
        clock = f"CASE WHEN {self._time(found, 1)}[2] = ':' THEN '0' ELSE '' END || {self._time(found, 1)}"
        moment = f"TRY_CAST({identifier(day)} || ' ' || {clock} AS TIMESTAMP) IS NOT NULL"
        return (
            {text: shape},
            {month: f"nullif({self._either(_WITH_WORD, found, 2, 5)}, '')"},
            *fold_layers(month),
            {
                day: f"CASE WHEN {found} IS NOT NULL THEN coalesce({whole}, {out}) END",
                time: f"CASE WHEN {self._time(found, 1)} <> '' THEN 'T' || {clock} || {zone} ELSE '' END",
            },
            {
                day: f"CASE WHEN TRY_CAST({identifier(day)} AS DATE) IS NOT NULL AND ({hour} = '' OR {moment}) "
                f"THEN {identifier(day)} || {hour} END",
                text: found,
                time: hour,
            },
            {column: f"coalesce({identifier(day)}, {it})"},
        )

    def leaves(self, value: str) -> str:
        return f"regexp_full_match({value}, {literal(_RIGHT)})"

    @staticmethod
    def _of(pattern: str, text: str, group: int) -> str:
        return f"regexp_extract({text}, {literal(pattern)}, {group})"

    def _three(self, pattern: str, text: str) -> str:
        return f"[{', '.join(self._of(pattern, text, group) for group in (1, 2, 3))}]"

    def _either(self, pattern: str, text: str, *groups: int) -> str:
        """What is found in the one of these groups that is not empty."""
        return " || ".join(self._of(pattern, text, group) for group in groups)

    def _with_word(self, text: str, month: str) -> str:
        return f"[{self._either(_WITH_WORD, text, 3, 4)}, {month}, {self._either(_WITH_WORD, text, 1, 6)}]"

    def _number(self, month: str) -> str:
        """The number of a month by its folded name; NULL where it has none, or where it may be two."""
        tables = (lexicon().table(MONTH, self.languages), lexicon().sure[MONTH])
        return f"coalesce({', '.join(looked_up(identifier(month), each) for each in tables)})"

    def _time(self, text: str, group: int) -> str:
        """The time (1) or the zone (2) behind the date; empty where there is none."""
        return f"regexp_extract({text}, {literal(f'{_TIME}$')}, {group})"


@dataclass(frozen=True)
class Range(Costly):
    """Join the value and another input's to a range: from when, a slash, to when; without an end it stays."""

    name: ClassVar[str] = "range"

    end: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        value, end = identifier(column), identifier(self.end)
        whole = f"contains({value}, '/') OR coalesce({end}, '') = ''"
        return ({column: f"CASE WHEN {whole} THEN {value} ELSE {value} || '/' || {end} END"},)

    def refers_to(self) -> tuple[str, ...]:
        return (self.end,)
