"""What single forms of file look like, and what is told where one cannot hold a value."""

import json
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.profiles.model import Attribute
from feedscript.feeds.profiles.repeated import mostly_one, values_of
from feedscript.feeds.profiles.written import Cell, FeedFile
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.writers.feed_file import write
from feedscript.feeds.writers.file_form import FileForm
from feedscript.feeds.writers.placeholders import NamesMissing
from feedscript.feeds.writers.sharding import ItemTooLarge
from tests.feeds_scanning import cells, fault_codes
from tests.unit.feeds.writers.forms import FORMS
from tests.unit.feeds.writers.written import (
    GOOGLE,
    columns_of,
    items_of,
    profile_of,
    read_back,
    write_products,
)

PRODUCTS = (
    {
        "id": "1",
        "title": 'Cup, "blue"\n& more',
        "product_highlight": 'light,"big, red"',
        "shipping": "US:CA:Ground:5 USD,DE:::4 EUR",
        "color": "",
    },
    {"id": "2", "title": "'x' | y\r"},
)
HEADER = "id,title,description,additional_image_link,color,product_highlight,shipping\n"


def text_of(tmp_path: Path, name: str) -> str:
    form = replace(FORMS[name], compression=None)
    write_products(PRODUCTS, form.asked, tmp_path / form.name)
    return (tmp_path / form.name).read_bytes().decode(form.file.encoding)


def test_csv_is_as_it_always_was(tmp_path: Path) -> None:
    assert text_of(tmp_path, "csv") == HEADER + (
        '1,"Cup, ""blue""\n& more",,,"","light,""big, red""","US:CA:Ground:5 USD,DE:::4 EUR"\n'
        "2,\"'x' | y\r\",,,,,\n"
    )


def test_a_positional_file_has_its_lines_and_every_position(tmp_path: Path) -> None:
    assert text_of(tmp_path, "positional") == (
        "HDR|Café   shop\r\n"
        '1|Cup, "blue" & more||||light,"big, red"|US:CA:Ground:5 USD,DE:::4 EUR\r\n'
        "2|'x'   y |||||\r\n"
        "TRL|2\r\n"
    )


def test_rss_has_an_element_for_each_value_and_each_part(tmp_path: Path) -> None:
    assert text_of(tmp_path, "rss") == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">\n<channel>\n'
        "<title>Products</title>\n<link></link>\n<description>Products</description>\n"
        '<item><g:id>1</g:id><g:title>Cup, "blue"\n&amp; more</g:title>'
        "<g:product_highlight>light</g:product_highlight><g:product_highlight>big, red</g:product_highlight>"
        "<g:shipping><g:country>US</g:country><g:region>CA</g:region><g:service>Ground</g:service>"
        "<g:price>5 USD</g:price></g:shipping>"
        "<g:shipping><g:country>DE</g:country><g:price>4 EUR</g:price></g:shipping></item>\n"
        "<item><g:id>2</g:id><g:title>'x' | y&#13;</g:title></item>\n"
        "</channel>\n</rss>\n"
    )


def test_json_has_lists_and_leaves_out_what_is_not_there(tmp_path: Path) -> None:
    assert json.loads(text_of(tmp_path, "json under a key")) == {
        "products": [
            {
                "id": "1",
                "title": 'Cup, "blue"\n& more',
                "product_highlight": ["light", "big, red"],
                "shipping": ["US:CA:Ground:5 USD", "DE:::4 EUR"],
            },
            {"id": "2", "title": "'x' | y\r"},
        ]
    }


def test_a_title_that_declares_parts_names_their_elements(tmp_path: Path) -> None:
    form = FORMS["rss"]
    with items_of([{"id": "1", "shipping": "DE:4 EUR"}], ("id", "shipping")) as connection:
        one, other = columns_of(profile_of(form.file), ("id", "shipping"))
        columns = [one, replace(other, title="shipping(country:price)")]
        write(connection, "items", columns, form.asked, tmp_path / form.name)
    assert read_back(tmp_path / form.name, profile_of(form.file), tmp_path / "work") == [
        {"id": "1", "shipping": "DE:::4 EUR"}
    ]


@pytest.mark.parametrize("name", ["csv", "jsonl.zst"])
def test_cells_of_json_hold_lists_objects_and_json_itself(tmp_path: Path, name: str) -> None:
    form = replace(FORMS[name], compression=None)
    profile = profile_of(form.file)
    as_json = tuple(
        each if each.name == "id" else replace(each, cell=Cell(json=True)) for each in profile.attributes
    )
    product = {
        "id": "1",
        "title": '{"Color":"Red"}',
        "description": 'no "JSON"',
        "additional_image_link": "https://a.example/1,https://a.example/2",
        "shipping": "US::Ground:5 USD",
    }
    with items_of([product]) as connection:
        columns = columns_of(replace(profile, attributes=as_json))
        write(connection, "items", columns, form.asked, tmp_path / form.name)
        if name == "csv":
            (row,) = connection.execute(
                f"FROM read_csv('{tmp_path / form.name}', all_varchar = true)"
            ).fetchall()
            texts = dict(zip((each.title for each in columns), row, strict=True))
            found = {
                key: value if key == "id" else json.loads(value) for key, value in texts.items() if value
            }
        else:
            found = json.loads((tmp_path / form.name).read_text("utf-8"))
    assert found == {
        "id": "1",
        "title": {"Color": "Red"},
        "description": 'no "JSON"',
        "additional_image_link": ["https://a.example/1", "https://a.example/2"],
        "shipping": [{"country": "US", "service": "Ground", "price": "5 USD"}],
    }


@pytest.mark.parametrize(
    ("name", "text", "operation", "now"),
    [
        ("tsv without quotes", "a\tb\r\nc\rd", "on_one_line", "a b c d"),
        ("tsv without quotes", "a\rb", "on_one_line", "a b"),
        ("positional", "a|b\nc", "on_one_line", "a b c"),
        ("rss", "a\x01b\x0b\x1f\ufffe", "without_control_characters", "ab"),
        ("atom", "\x00", "without_control_characters", ""),
    ],
)
def test_what_a_form_cannot_hold_is_counted(
    tmp_path: Path, name: str, text: str, operation: str, now: str
) -> None:
    form = FORMS[name]
    products = [{"id": "1", "title": text}, {"id": "2", "title": "plain"}, {"id": "3", "title": text}]
    with items_of(products) as connection:
        columns = columns_of(profile_of(form.file), every=True)
        written = write(connection, "items", columns, form.asked, tmp_path / form.name, names={"shop": "x"})
        (made,) = written.replacements
        before_and_after = connection.execute(
            f"SELECT {made.was}, {made.now} FROM items WHERE {made.changed}"
        ).fetchall()
    assert (made.column.title, made.operation, made.total) == ("title", operation, 2)
    assert before_and_after == [(text, now), (text, now)]
    back = read_back(tmp_path / form.name, profile_of(form.file), tmp_path / "work")
    assert [each.get("title", "") for each in back] == [now, "plain", now]


@pytest.mark.parametrize(
    ("file", "title", "unencodable"),
    [
        (replace(FORMS["csv"].file, encoding="iso-8859-1"), "é ? ?", 2),
        (replace(FORMS["csv"].file, encoding="windows-1252"), "é ? €", 1),
        (replace(FORMS["rss"].file, encoding="iso-8859-1"), "é \U0001f45f €", 2),
        (replace(FORMS["csv"].file, encoding="utf-16"), "é \U0001f45f €", 0),
    ],
    ids=["latin-1", "windows-1252", "latin-1 in RSS", "utf-16"],
)
def test_characters_that_an_encoding_has_not_are_counted(
    tmp_path: Path, file: FeedFile, title: str, unencodable: int
) -> None:
    path = tmp_path / f"feed{file.endings[0]}"
    written = write_products([{"id": "1", "title": "é \U0001f45f €"}], FileForm(file, None), path)
    assert written.unencodable == unencodable
    (tmp_path / "work").mkdir()
    staged = stage(path, workdir=tmp_path / "work", options=SourceOptions(encoding=file.encoding))
    assert fault_codes(staged) == {}
    assert cells(staged) == [{"id": "1", "title": title}]


def test_names_that_a_file_tells_are_asked_for(tmp_path: Path) -> None:
    form = replace(FORMS["positional"].file, preamble="HDR|{mid}|{company}|{items}")
    columns = columns_of(profile_of(form))
    with items_of([{"id": "1"}]) as connection, pytest.raises(NamesMissing, match="tells company") as raised:
        write(connection, "items", columns, FileForm(form, None), tmp_path / "feed.txt", names={"mid": "7"})
    assert raised.value.names == ("company",)
    assert not [*tmp_path.iterdir()]


def test_a_name_cannot_break_the_line_that_tells_it(tmp_path: Path) -> None:
    form = FORMS["positional"]
    with items_of([{"id": "1"}]) as connection:
        columns = columns_of(profile_of(form.file), every=True)
        names = {"shop": "a\r\nTRL|9\nb {items}"}
        write(connection, "items", columns, form.asked, tmp_path / form.name, names=names)
    assert (tmp_path / form.name).read_text("utf-8").splitlines()[0] == "HDR|a TRL 9 b {items}"
    assert len(read_back(tmp_path / form.name, profile_of(form.file), tmp_path / "work")) == 1


def test_an_item_larger_than_any_file_may_be_is_refused(tmp_path: Path) -> None:
    products = [{"id": "1"}, {"id": "2", "title": "x" * 2_000}]
    with pytest.raises(ItemTooLarge, match="item 2 alone") as raised:
        write_products(products, FORMS["csv"].limited(max_bytes=1_000).asked, tmp_path / "feed.csv")
    assert raised.value.item == 2
    assert not [*tmp_path.iterdir()]


def test_files_are_filled_as_far_as_they_may_be(tmp_path: Path) -> None:
    products = [{"id": str(number), "title": "x" * 50} for number in range(100)]
    form = FORMS["tsv without quotes"].limited(max_bytes=1_000, max_items=12)
    written = write_products(products, form.asked, tmp_path / form.name)
    assert [each.items for each in written.files] == [12] * 8 + [4]


def test_a_file_said_to_have_no_header_may_have_one(tmp_path: Path) -> None:
    profile = profile_of(FORMS["csv without a header"].file)
    path = tmp_path / "feed.csv"
    path.write_text(HEADER + "1,Cup,,,,,\n", "utf-8")
    assert read_back(path, profile, tmp_path / "work") == [{"id": "1", "title": "Cup"}]


def test_a_positional_file_without_its_lines_is_read(tmp_path: Path) -> None:
    path = tmp_path / "feed.txt"
    path.write_text('1|"Cup|||||\nTRX|Plate|||||\n', "utf-8")
    assert read_back(path, profile_of(FORMS["positional"].file), tmp_path / "work") == [
        {"id": "1", "title": '"Cup'},
        {"id": "TRX", "title": "Plate"},
    ]


def test_a_csv_is_read_as_one_where_the_partner_wants_tabs_without_quotes(tmp_path: Path) -> None:
    path = tmp_path / "feed.txt"
    path.write_text('id,title\n1,"Cup, blue"\n', "utf-8")
    profile = profile_of(FORMS["tsv without quotes"].file)
    assert read_back(path, profile, tmp_path / "work") == [{"id": "1", "title": "Cup, blue"}]


def test_hostile_titles_and_paths_stay_data(tmp_path: Path) -> None:
    path = tmp_path / "it's; DROP TABLE items; --.csv"
    with items_of([{"id": "1"}], ("id",)) as connection:
        (column,) = columns_of(profile_of(FORMS["csv"].file), ("id",))
        title = "a' || error('x') || '"
        write(connection, "items", [replace(column, title=title)], FORMS["csv"].asked, path)
        rows = connection.execute("SELECT count(*) FROM items").fetchall()
    assert rows == [(1,)]
    assert path.read_text("utf-8") == f"{title}\n1\n"


def test_memory_is_bounded(tmp_path: Path) -> None:
    """Every form is written in far less than its items take."""
    with duckdb.connect(config={"memory_limit": "64MB", "threads": 2, "temp_directory": ""}) as connection:
        query = "SELECT n::VARCHAR AS id, repeat(md5(n::VARCHAR), 60) AS title FROM range(50_000) t(n)"
        for name in ("csv", "rss", "json under a key"):
            form = FORMS[name]
            columns = columns_of(profile_of(form.file), ("id", "title"))
            written = write(
                connection, f"({query})", columns, form.asked, tmp_path / form.name, names={"shop": "x"}
            )
            assert written.files[0].bytes > 95_000_000


def test_a_file_may_lie_elsewhere_until_it_is_published(tmp_path: Path) -> None:
    form = FORMS["rss.zip"]
    with items_of([{"id": "1"}, {"id": "2"}], ("id",)) as connection:
        columns = columns_of(profile_of(form.file), ("id",))
        partial = tmp_path / ".feed.xml.zip.7.partial"
        whole = write(connection, "items", columns, form.asked, partial, name="feed.xml.zip")
        assert [(each.path, each.name) for each in whole.files] == [(partial, "feed.xml.zip")]
        assert ZipFile(partial).namelist() == ["feed.xml"]
        asked = form.limited(max_items=1).asked
        parts = write(connection, "items", columns, asked, partial, name="feed.xml.zip")
    assert [each.name for each in parts.files] == ["feed-1of2.xml.zip", "feed-2of2.xml.zip"]
    assert [ZipFile(each.path).namelist() for each in parts.files] == [["feed-1of2.xml"], ["feed-2of2.xml"]]


REPEATED = [each for each in GOOGLE.attributes if each.repeatable]
PIECES = ("a", " ", ",", '"', "https://", "\x1f", "1e+5", "é")


@pytest.mark.parametrize("attribute", REPEATED, ids=lambda each: each.name)
@settings(max_examples=3, deadline=None)
@given(cells=st.lists(st.none() | st.lists(st.sampled_from(PIECES), max_size=6).map("".join), min_size=30))
def test_a_value_alone_is_told_as_among_several(attribute: Attribute, cells: list[str | None]) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT unnest(?::VARCHAR[]) AS c", [cells])
        query = f"SELECT c, {mostly_one(attribute, 'c')} AS a, {values_of(attribute, 'c')} AS b FROM t"
        assert connection.execute(f"FROM ({query}) WHERE a IS DISTINCT FROM b").fetchall() == []
