"""What patterns read of JSON is what the decoder reads: the same rows, columns and faults, of whatever feed."""

import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.progress import silent
from feedscript.feeds.readers.encoding import detect_encoding
from feedscript.feeds.readers.intake import Intake, Meter
from feedscript.feeds.readers.json_feed import stage_json
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.plain_objects import plain_members

NEVER = sys.maxsize
PLAIN = ['"Lamp"', '""', '"4.90 USD"', "12", "0.10", "true", "null", '"\u00fc"']
ODD = [
    '"say \\"hi\\""',
    '"\\\\"',
    '"a\\\\\\"b"',
    '"ends with \\\\"',
    '"two\\nlines"',
    '"https:\\/\\/shop.example"',
    '"\\u00e9\\ud83d\\ude00"',
    '"\\ud83d alone"',
    '"\\u001f\\u0000"',
    '"a,b:{c}[d]"',
    '" "',
    "-1.50e+07",
    "false",
    "[]",
    '["a", "b"]',
    '{"value": "1", "currency": "USD"}',
    "[1, [2, null]]",
    # What is no JSON.
    "01",
    "1.",
    "+1",
    ".5",
    "NaN",
    "Infinity",
    "nul",
    "'x'",
    '"a\tb"',
    '"a\x1fb"',
    '"\\x41"',
    '"\\u12"',
    '"never ends',
    "",
]
KEYS = ["id", "title", "price", "image link", "d.e", "n"]
OBJECTS = ["{{{0}}}"] * 4 + [
    "{{{0},}}",
    "{{ {0} }}",
    "{{{0}",
    "{0}}}",
    '{{{0}, "id": 1}}',
    "[{{{0}}}]",
    "",
    "7",
]


@st.composite
def objects(draw: st.DrawFn, most: int = 8) -> list[str]:
    """The items of a feed, in which runs of plain ones change with odd ones."""
    dice = draw(st.randoms(use_true_random=True))
    made = []
    for odd in draw(st.lists(st.booleans(), min_size=1, max_size=most)):
        for _ in range(dice.randrange(3) if odd else dice.randrange(30)):
            keys = [key for key in KEYS if dice.randrange(4)]
            if odd and dice.randrange(2):
                dice.shuffle(keys)
            comma, colon = dice.choice([(",", ":"), (", ", ": "), (" ,\r", "\t: ")] if odd else [(",", ":")])
            members = [f'"{key}"{colon}{dice.choice(PLAIN + ODD if odd else PLAIN)}' for key in keys]
            made.append(dice.choice(OBJECTS if odd else OBJECTS[:1]).format(comma.join(members)))
    return made


def read(
    content: str, learned_from: int, limits: Limits | None = None, *, look_ahead: int | None = None
) -> tuple[object, ...]:
    """The staged file, and all that is told of it."""
    limits = limits or Limits()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "feed"
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
        size = path.stat().st_size
        meter = Meter(limits, size, silent)
        options = SourceOptions()
        intake = Intake(
            path,
            "feed",
            folder,
            size,
            None,
            None,
            limits,
            {},
            options,
            meter,
            look_ahead=learned_from if look_ahead is None else look_ahead,
            learned_from=learned_from,
        )
        staged = stage_json(intake, content, detect_encoding([path.read_bytes()]))
        faults = staged.faults
        told = (faults.totals, faults.samples, faults.lost, faults.first_lost, faults.lost_after)
        if staged.lines is not None:
            with staged.path.open("rb") as file:
                assert [*staged.lines.take(range(1, staged.lines.lines + 1))] == file.readlines()
        return staged.path.read_bytes(), staged.columns, staged.stopped_reason, staged.source.format, told


def in_lines(items: list[str]) -> str:
    return '{"id":"first","title":"x"}\n{"id":"second","title":"x"}\n' + "".join(
        f"{item}\n" for item in items
    )


def in_array(items: list[str], between: str = ",\n\t") -> str:
    return "[\n\t" + between.join(['{"id":"first","title":"x"}', *items]) + "\n]"


@settings(max_examples=60, deadline=None)
@given(objects(), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_patterns_read_of_lines_what_the_decoder_reads(made, line_end):
    content = in_lines(made).replace("\n", line_end)
    expected = read(content, NEVER)
    assert read(content, 0) == expected
    assert read(content, 0, look_ahead=NEVER) == expected


@settings(max_examples=60, deadline=None)
@given(objects(), st.sampled_from([",\n\t", ",", " , ", ",\r\n"]))
def test_patterns_read_of_an_array_what_the_decoder_reads(made, between):
    content = in_array(made, between)
    expected = read(content, NEVER)
    assert read(content, 0) == expected
    assert read(content, 0, look_ahead=NEVER) == expected


@pytest.mark.parametrize("value", [*PLAIN, *ODD])
@pytest.mark.parametrize("write", [in_lines, in_array])
def test_whatever_stands_as_one_value_is_read_as_by_the_decoder(value, write):
    plain = [f'{{"id":"{n}","title":{7 if n % 2 else PLAIN[0]},"n":{n}}}' for n in range(300)]
    odd = f'{{"id":"odd","title":{value},"n":1}}'
    content = write([*plain[:200], odd, *plain[200:], odd, odd, plain[0]])
    expected = read(content, NEVER)
    assert read(content, 0) == expected
    assert read(content, 0, look_ahead=NEVER) == expected


def test_an_object_of_values_is_plain():
    members = [("id", "string"), ("n", "literal"), ("e", "string")]
    assert plain_members(' { "id" : "a\\"b" , "n":-1.5e3,"e":""}') == members
    assert plain_members('{"id":"1","id":"2"}') is None
    assert plain_members('{"id":{}}') is None
    assert plain_members('{"id":"1"}{"id":"2"}') is None


@pytest.mark.parametrize("write", [in_lines, in_array])
def test_no_more_items_are_read_than_the_limit_allows(write):
    content = write([f'{{"id":"{n}","title":"{n % 7}"}}' for n in range(500)])
    limits = Limits(max_items=203)
    assert read(content, 0, limits) == read(content, NEVER, limits)
    assert read(content, 0, limits)[0].count(b"\r\n") == 204
