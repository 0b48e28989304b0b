"""Writes products as a feed of one form, and reads a feed back as `stage` has it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from feedscript.feeds import load_profile
from feedscript.feeds.engine.sql import identifier
from feedscript.feeds.profiles.as_written import as_written
from feedscript.feeds.profiles.model import Profile
from feedscript.feeds.profiles.written import FeedFile
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.writers.cells import Column, canonical_attributes, partner_columns
from feedscript.feeds.writers.feed_file import WrittenFeed, write
from feedscript.feeds.writers.file_form import FileForm
from tests.feeds_scanning import cells, fault_codes, rejects

Product = Mapping[str, str]

#: Attributes of Google's with one value, several texts, several addresses, and several values of parts.
NAMES = ("id", "title", "description", "color", "product_highlight", "additional_image_link", "shipping")
GOOGLE = load_profile("google")


def profile_of(*files: FeedFile) -> Profile:
    """Google's products in these files, with the few attributes that the tests speak of."""
    kept = tuple(each for each in GOOGLE.attributes if each.name in NAMES)
    return replace(GOOGLE, attributes=kept, files=files)


@contextmanager
def items_of(
    products: Sequence[Product], names: Sequence[str] = NAMES
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB with the products in the table `items`; what one has not is NULL."""
    with duckdb.connect() as connection:
        listed = ", ".join(f"{identifier(name)} VARCHAR" for name in names)
        connection.execute(f"CREATE TABLE items({listed})")
        if products:
            marks = ", ".join("?" for _ in names)
            rows = [[product.get(name) for name in names] for product in products]
            connection.executemany(f"INSERT INTO items VALUES ({marks})", rows)
        yield connection


def columns_of(profile: Profile, names: Sequence[str] = NAMES, *, every: bool = False) -> list[Column]:
    """The partner's columns over the table `items`."""
    given = {name: identifier(name) for name in names}
    return list(partner_columns(profile, canonical_attributes(profile, GOOGLE), given, every=every))


def write_products(products: Sequence[Product], form: FileForm, path: Path) -> WrittenFeed:
    """Write the products in this form."""
    with items_of(products) as connection:
        columns = columns_of(profile_of(form.file), every=not form.file.header)
        return write(connection, "items", columns, form, path, names={"shop": "Café | shop"})


def read_back(path: Path, profile: Profile, folder: Path) -> list[dict[str, str]]:
    """The items of a feed without a fault, their empty cells left out."""
    folder.mkdir()
    options = as_written(profile, path.name, SourceOptions())
    staged = stage(path, workdir=folder, shapes=profile.shapes, options=options)
    assert fault_codes(staged) == {}
    assert staged.complete
    assert rejects(staged) == []
    return cells(staged)
