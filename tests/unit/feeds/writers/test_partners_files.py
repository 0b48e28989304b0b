"""Every form of file of every shipped profile: what is written is read back as the partner's columns have it."""

from collections.abc import Sequence
from itertools import product as pairs
from pathlib import Path

import pytest

from feedscript.feeds import load_profile, profile_ids
from feedscript.feeds.profiles.model import Profile
from feedscript.feeds.profiles.written import FeedFile
from feedscript.feeds.writers.cells import Column, canonical_attributes, partner_columns
from feedscript.feeds.writers.feed_file import write
from feedscript.feeds.writers.file_form import FileForm, file_form
from feedscript.feeds.writers.numbering import Numbering, asks_for_numbers, put_to_use
from feedscript.feeds.writers.placeholders import placeholders
from tests.sweeps import LONG
from tests.unit.feeds.products import product
from tests.unit.feeds.writers.written import GOOGLE, items_of, read_back

SAMPLES = (
    product(1, title='Cup, "blue" & big', product_type="Home > Cups", color="blue"),
    product(
        2,
        sale_price="9.90 USD",
        sale_price_effective_date="2026-11-01T00:00+00:00/2026-12-01T00:00+00:00",
        additional_image_link="https://cdn.example.com/a.jpg,https://cdn.example.com/b.jpg",
        shipping="US:CA:Ground:5.99 USD",
        shipping_weight="2 kg",
        item_group_id="G",
        size="M",
    ),
)


def _forms() -> list[tuple[Profile, FeedFile, str | None]]:
    """Each form of file as it is, and by one of its compressions in turn, which are alike in every form."""
    forms = [(profile, file) for profile in map(load_profile, profile_ids()) for file in profile.files]
    return [
        (profile, file, compression)
        for place, (profile, file) in enumerate(forms)
        for compression in (None, *_in_turn(file.compressions, place))
    ]


def _in_turn(compressions: Sequence[str], place: int) -> Sequence[str]:
    return compressions if LONG or not compressions else (compressions[place % len(compressions)],)


def _named(form: tuple[Profile, FeedFile, str | None]) -> str:
    profile, file, compression = form
    return f"{profile.id}-{file.format}{file.endings[0]}{f'.{compression}' if compression else ''}"


@pytest.mark.parametrize("form", _forms(), ids=_named)
def test_a_partners_file_is_read_back(form: tuple[Profile, FeedFile, str | None], tmp_path: Path) -> None:
    profile, file, compression = form
    path = tmp_path / ("feed" + file.endings[0] + (f".{compression}" if compression else ""))
    names = dict.fromkeys(placeholders(file.preamble, file.trailer), "1")
    canonical = canonical_attributes(profile, GOOGLE)
    given = list(canonical)
    with items_of(SAMPLES, given) as connection:
        if counted := asks_for_numbers(profile):
            put_to_use(connection, "items", counted, Numbering())
        columns = list(
            partner_columns(profile, canonical, {name: f'"{name}"' for name in given}, every=not file.header)
        )
        texts = ", ".join(each.text for each in columns)
        rows = connection.execute(f"SELECT {texts} FROM items").fetchall()
        write(connection, "items", columns, FileForm(file, compression), path, names=names)
    expected = [
        {each.title: parted(each, text) for each, text in zip(columns, row, strict=True) if text}
        for row in rows
    ]
    titled = {each.title: each for each in columns}
    back = read_back(path, profile, tmp_path / "work")
    assert [{name: parted(titled[name], text) for name, text in each.items()} for each in back] == expected


def parted(column: Column, text: str) -> str:
    """A cell, with what parts the values of a list alike in every form of file."""
    attribute = column.attribute
    return text.replace(attribute.cell.separator, "\x1f") if attribute.repeatable else text


@pytest.mark.parametrize("profile", [load_profile(each) for each in profile_ids()], ids=profile_ids())
def test_every_name_that_a_profile_takes_is_of_one_form(profile: Profile) -> None:
    for file, name in pairs(profile.files, ("feed", "a.b")):
        for ending in file.endings:
            assert ending in file_form(profile, name + ending).file.endings
