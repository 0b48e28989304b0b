"""Generation, from a merchant's file to the partner's."""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from feedscript.feeds.engine.errors import SourceUnreadable
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.progress import Progress
from feedscript.feeds.generation import (
    DestinationUnwritable,
    EmptyFeed,
    LimitPassed,
    UnknownAttribute,
)
from feedscript.feeds.mapping import AttributesUnmatched, Mapping, Rule
from feedscript.feeds.validation.validation import validate
from tests.unit.feeds.products import generate_all

SAMPLES = Path(__file__).parents[4] / "samples"
HEADER = "SKU,Name,Details,URL,Picture,Stock,Price,Currency\n"
ROW = 'A{0},Mug {0},"A mug, enamelled",https://www.example.com/{0},https://cdn.example.com/{0}.jpg,3,"9,50",EUR\n'


def items(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def export(folder: Path, text: str) -> Path:
    path = folder / "export.csv"
    path.write_text(text, "utf-8")
    return path


def test_an_export_becomes_a_feed(tmp_path: Path) -> None:
    source = export(tmp_path, HEADER + ROW.format(1) + ROW.format(2))
    generated = generate_all(source, tmp_path / "out" / "feed.csv")
    assert (generated.account.seen, generated.items_written, generated.account.lost) == (2, 2, {})
    assert generated.matched["price"] == ("Price",)
    assert generated.unmatched == ()
    assert items(tmp_path / "out" / "feed.csv")[0] == {
        "id": "A1",
        "title": "Mug 1",
        "description": "A mug, enamelled",
        "link": "https://www.example.com/1",
        "image_link": "https://cdn.example.com/1.jpg",
        "availability": "in_stock",
        "price": "9.50 EUR",
    }
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "feed.csv",
        "feed.csv.manifest.json",
    ]


def test_the_sample_export_is_repaired(tmp_path: Path) -> None:
    generated = generate_all(SAMPLES / "merchant-export.csv", tmp_path / "feed.csv")
    feed = items(tmp_path / "feed.csv")
    assert generated.items_written == len(feed) == 279
    assert {"Units in Stock", "Warehouse Location", "Last Changed"} <= {*generated.unmatched}
    assert Counter(item["availability"] for item in feed) == {"in_stock": 242, "out_of_stock": 37}
    assert {item["price"][-4:] for item in feed} == {" USD"}
    assert {len(item["gtin"]) for item in feed} == {0, 12, 13}
    assert not any("<" in item["description"] or "\n" in item["description"] for item in feed)
    assert max(len(item["title"]) for item in feed) <= 150
    assert all(item["link"].startswith("https://") and " " not in item["link"] for item in feed)


def test_items_keep_the_sources_order(tmp_path: Path) -> None:
    source = export(tmp_path, HEADER + "".join(ROW.format(number) for number in range(5_000)))
    generate_all(source, tmp_path / "feed.csv")
    assert [item["id"] for item in items(tmp_path / "feed.csv")] == [f"A{number}" for number in range(5_000)]


def test_an_item_without_a_required_value_is_passed_on_where_nothing_is_excluded(tmp_path: Path) -> None:
    source = export(tmp_path, HEADER + ROW.format(1) + "A2,,,,,,,\n")
    generate_all(source, tmp_path / "feed.csv")
    assert [item["title"] for item in items(tmp_path / "feed.csv")] == ["Mug 1", ""]


def test_a_malformed_row_is_left_out_and_counted(tmp_path: Path) -> None:
    source = export(tmp_path, HEADER + ROW.format(1) + "A2,Mug\n" + ROW.format(3))
    generated = generate_all(source, tmp_path / "feed.csv", max_lost_ratio=0.5)
    assert (generated.account.seen, generated.items_written, generated.account.lost) == (
        3,
        2,
        {"ragged_row": 1},
    )
    assert "1 malformed" in generated.headline()


def test_an_empty_feed_is_never_published(tmp_path: Path) -> None:
    destination = tmp_path / "feed.csv"
    destination.write_text("yesterday's", "utf-8")
    with pytest.raises(EmptyFeed, match="holds no item"):
        generate_all(export(tmp_path, HEADER), destination)
    assert destination.read_text("utf-8") == "yesterday's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.csv", "feed.csv"]


def test_attributes_without_a_column_are_named_with_the_columns(tmp_path: Path) -> None:
    source = export(tmp_path, "SKU,Name,Colour of the box\n1,Mug,red\n")
    with pytest.raises(AttributesUnmatched) as caught:
        generate_all(source, tmp_path / "feed.csv")
    assert caught.value.missing == ("description", "link", "image_link", "availability", "price")
    assert "its columns are SKU, Name, Colour of the box" in str(caught.value)
    assert not (tmp_path / "feed.csv").exists()


def test_a_mapping_speaks_before_the_synonyms(tmp_path: Path) -> None:
    source = export(tmp_path, HEADER.replace("Details", "Blurb") + ROW.format(1))
    mapping = Mapping({"description": Rule(columns=("Blurb",)), "brand": Rule(constant="Fernhollow")})
    generate_all(source, tmp_path / "feed.csv", mapping=mapping)
    (item,) = items(tmp_path / "feed.csv")
    assert (item["description"], item["brand"]) == ("A mug, enamelled", "Fernhollow")


def test_a_destination_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    source = export(tmp_path, HEADER + ROW.format(1))
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(DestinationUnwritable):
        generate_all(source, tmp_path / "file" / "feed.csv")


def test_progress_ends_with_the_rows(tmp_path: Path) -> None:
    told: list[Progress] = []
    source = export(tmp_path, HEADER + ROW.format(1))
    generate_all(source, tmp_path / "feed.csv", progress=told.append)
    assert (told[-1].rows, told[-1].bytes) == (1, source.stat().st_size)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "export.xml",
            (
                "<products><product><sku>A1</sku><name>Mug</name><details>Enamel</details><url>https://www.example.com/1</url>"
                "<picture>https://cdn.example.com/1.jpg</picture><stock>3</stock><price>9,50 €</price>"
                "<images><image>https://cdn.example.com/2.jpg</image><image>https://cdn.example.com/3.jpg</image></images>"
                "</product></products>"
            ),
        ),
        (
            "export.jsonl",
            (
                '{"sku": "A1", "name": "Mug", "details": "Enamel", "url": "https://www.example.com/1", "stock": 3, '
                '"picture": "https://cdn.example.com/1.jpg", "price": "9,50 €", '
                '"images": ["https://cdn.example.com/2.jpg", "https://cdn.example.com/3.jpg"]}\n'
            ),
        ),
    ],
)
def test_any_format_can_be_a_source(tmp_path: Path, name: str, content: str) -> None:
    source = tmp_path / name
    source.write_text(content, "utf-8")
    generate_all(source, tmp_path / "feed.csv")
    assert items(tmp_path / "feed.csv") == [
        {
            "id": "A1",
            "title": "Mug",
            "description": "Enamel",
            "link": "https://www.example.com/1",
            "image_link": "https://cdn.example.com/1.jpg",
            "additional_image_link": "https://cdn.example.com/2.jpg,https://cdn.example.com/3.jpg",
            "availability": "in_stock",
            "price": "9.50 EUR",
        }
    ]


def test_a_source_that_breaks_off_gives_no_feed(tmp_path: Path) -> None:
    source = export(tmp_path, "<products><product><id>1</id></product><prod")
    with pytest.raises(SourceUnreadable):
        generate_all(source, tmp_path / "feed.csv")
    assert not (tmp_path / "feed.csv").exists()


def test_an_attribute_that_the_profile_has_not_is_an_error(tmp_path: Path) -> None:
    source = export(tmp_path, HEADER + ROW.format(1))
    with pytest.raises(UnknownAttribute, match="'titel', which is no attribute of the profile google"):
        generate_all(source, tmp_path / "feed.csv", mapping=Mapping({"titel": Rule(columns=("Name",))}))


def test_one_mapping_serves_partners_of_whom_one_alone_knows_an_attribute(tmp_path: Path) -> None:
    source = export(tmp_path, HEADER + ROW.format(1))
    mapping = Mapping({"seller_name": Rule(constant="Acme"), "brand": Rule(constant="Fernhollow")})
    for profile in ("google", "openai"):
        generate_all(source, tmp_path / profile, profile=profile, mapping=mapping)
    assert "seller_name" not in items(tmp_path / "google")[0]
    assert validate(tmp_path / "openai", profile="openai").items_total == 1


def test_what_is_no_file_is_not_replaced_by_a_feed(tmp_path: Path) -> None:
    source = export(tmp_path, HEADER + ROW.format(1))
    os.mkfifo(tmp_path / "feed.csv")
    (tmp_path / "link.csv").symlink_to("feed.csv")
    for name in ("feed.csv", "link.csv"):
        with pytest.raises(DestinationUnwritable, match="is no regular file"):
            generate_all(source, tmp_path / name)
    assert (tmp_path / "feed.csv").is_fifo()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.csv", "feed.csv", "link.csv"]


@pytest.mark.parametrize(
    ("name", "magic"), [("feed.csv.gz", b"\x1f\x8b"), ("feed.csv.zst", b"\x28\xb5\x2f\xfd")]
)
def test_the_destinations_name_tells_the_compression(tmp_path: Path, name: str, magic: bytes) -> None:
    generate_all(export(tmp_path, HEADER + ROW.format(1)), tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(magic)


def test_a_generated_feed_is_left_as_it_is(tmp_path: Path) -> None:
    generate_all(SAMPLES / "merchant-export.csv", tmp_path / "once.csv")
    generate_all(tmp_path / "once.csv", tmp_path / "twice.csv")
    assert (tmp_path / "twice.csv").read_bytes() == (tmp_path / "once.csv").read_bytes()


def test_the_order_and_spelling_of_columns_do_not_matter(tmp_path: Path) -> None:
    with (SAMPLES / "merchant-export.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    with (tmp_path / "turned.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(name.upper().replace(" ", "_") for name in reversed(header))
        writer.writerows(row[::-1] for row in rows)
    generate_all(SAMPLES / "merchant-export.csv", tmp_path / "straight-feed.csv")
    generate_all(tmp_path / "turned.csv", tmp_path / "turned-feed.csv")
    assert (tmp_path / "turned-feed.csv").read_bytes() == (tmp_path / "straight-feed.csv").read_bytes()


def test_what_else_was_wrong_with_the_file_is_counted(tmp_path: Path) -> None:
    good = (
        '{"id": "A1", "title": "Mug", "description": "Enamel", "link": "https://www.example.com/1", "price": "9 EUR", '
        '"image_link": "https://cdn.example.com/1.jpg", "availability": "in stock"}\n'
    )
    source = tmp_path / "export.jsonl"
    source.write_text(good + '{"id": "A2", \n' + good, "utf-8")
    generated = generate_all(source, tmp_path / "feed.csv", max_lost_ratio=0.5)
    assert (generated.items_written, generated.faults) == (2, {"malformed_json": 1})
    assert generated.headline().endswith("; the source has malformed_json x1")


def test_mixed_line_ends_are_read(tmp_path: Path) -> None:
    source = tmp_path / "export.csv"
    source.write_bytes(
        (HEADER + ROW.format(1) + ROW.format(2).replace("\n", "\r\n") + ROW.format(3)).encode()
    )
    generate_all(source, tmp_path / "feed.csv")
    assert [item["id"] for item in items(tmp_path / "feed.csv")] == ["A1", "A2", "A3"]


@pytest.mark.parametrize(
    ("limits", "error", "cause"),
    [
        (Limits(max_bytes=1_000), SourceUnreadable, "max_bytes"),
        (Limits(memory_bytes=1_000_000, max_spill_bytes=0), LimitPassed, "memory"),
    ],
)
def test_past_a_limit_there_is_no_feed(
    tmp_path: Path, limits: Limits, error: type[Exception], cause: str
) -> None:
    source = export(tmp_path, HEADER + "".join(ROW.format(number) for number in range(1_000)))
    with pytest.raises(error, match=cause):
        generate_all(source, tmp_path / "feed.csv", limits=limits)
    assert [path.name for path in tmp_path.iterdir()] == ["export.csv"]


def test_a_declaration_of_sub_attributes_goes_with_its_values(tmp_path: Path) -> None:
    header, row = HEADER.strip() + ",shipping(country:price)\n", ROW.format(1).strip() + ",US:5.00 USD\n"
    generate_all(export(tmp_path, header + row), tmp_path / "feed.csv")
    assert items(tmp_path / "feed.csv")[0]["shipping(country:price)"] == "US:5.00 USD"
    found = {issue.rule.attribute for issue in validate(tmp_path / "feed.csv").issues}
    assert "shipping" not in found
