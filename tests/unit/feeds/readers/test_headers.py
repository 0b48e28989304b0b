"""Headers of delimited text: found where they are, told where they cannot be read (ids: part.number)."""

from pathlib import Path

import pytest

from feedscript.feeds import generate, validate
from feedscript.feeds.engine.errors import SourceUnreadable
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.readers.staging import stage
from tests.feeds_scanning import cells, fault_codes, rejects, stage_bytes

ITEM = {"id": "A1", "title": "Oak lamp", "link": "https://shop.example/p1"}
ROWS = "id,title,link\nA1,Oak lamp,https://shop.example/p1\n"


def staged_with(folder: Path, text: str, options: SourceOptions) -> Staged:
    path = folder / "feed"
    path.write_text(text, "utf-8", newline="")
    return stage(path, workdir=folder, options=options)


@pytest.mark.parametrize(
    ("above", "titles"),
    [
        pytest.param("Products of today\n", [(1, "Products of today")], id="3.6-title"),
        pytest.param("Products of today,,\n\n", [(1, "Products of today")], id="3.6-title-of-a-spreadsheet"),
        pytest.param("\nProducts\n\n27.11.2026\n", [(2, "Products"), (4, "27.11.2026")], id="3.6-two-titles"),
        pytest.param("# comment\n27.11.2026\n", [(2, "27.11.2026")], id="3.6-comment-and-title"),
    ],
)
def test_a_lone_title_above_the_header_is_passed_over_and_told(
    tmp_path: Path, above: str, titles: list[tuple[int, str]]
) -> None:
    staged = stage_bytes((above + ROWS).encode(), tmp_path)
    assert cells(staged) == [ITEM]
    told = staged.faults.samples["title_line"]
    assert [(fault.line, fault.value, fault.severity) for fault in told] == [
        (*title, "warning") for title in titles
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("id;title\n1;Nice, red\n2;Blue, big\n", id="3.6-one-comma-in-every-row"),
        pytest.param("id\nAB,CD\nEF,GH\n", id="3.6-no-header-is-made-of-items"),
        pytest.param("sku\n1,2\n3,4\n", id="3.6-values-are-no-names"),
    ],
)
def test_what_might_be_a_title_is_a_header(tmp_path: Path, text: str) -> None:
    staged = stage_bytes(text.encode(), tmp_path)
    if ";" in text:
        assert (staged.delimiter, staged.columns, fault_codes(staged)) == (";", ("id", "title"), {})
    else:
        assert not validate(tmp_path / "feed").valid


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        pytest.param(f"Shop, Berlin, DE\nv2,x,y\n{ROWS}", SourceOptions(header=3), [ITEM], id="3.6-header"),
        pytest.param("a,b;c,d;e,f\n1,2;3,4;5,6\n", SourceOptions(delimiter=";"),
                     [{"a,b": "1,2", "c,d": "3,4", "e,f": "5,6"}], id="3.6-delimiter-against-the-guess"),
        pytest.param("id^title\n1^a, b\n", SourceOptions(delimiter="^"), [{"id": "1", "title": "a, b"}],
                     id="3.6-delimiter-that-is-not-guessed"),
        pytest.param("x\n\n#id;title\n1;a\n", SourceOptions(header=3, delimiter=";"), [{"id": "1", "title": "a"}],
                     id="3.6-both"),
        pytest.param('"two\nlines",x,y\n' + ROWS, SourceOptions(header=3), [ITEM], id="3.6-lines-are-physical"),
    ],
)  # fmt: skip
def test_what_the_merchant_says_of_header_and_delimiter_settles_it(
    tmp_path: Path, text: str, options: SourceOptions, expected: list[dict[str, str]]
) -> None:
    staged = staged_with(tmp_path, text, options)
    assert (cells(staged), fault_codes(staged)) == (expected, {})


def test_case_3_6_a_header_that_is_not_there_is_told(tmp_path: Path) -> None:
    staged = staged_with(tmp_path, ROWS, SourceOptions(header=9))
    (fault,) = staged.faults.samples["unreadable_header"]
    assert "no header in line 9" in (fault.value or "")
    assert "only 2 lines" in (fault.value or "")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        pytest.param("id,title,\n1,a,\n2,b,\n", ("id", "title", ""), id="3.7-comma-at-the-end-of-all"),
        pytest.param("id,title,\n1,a\n2,b\n", ("id", "title"), id="3.7-comma-at-the-end-of-the-header"),
        pytest.param("id,title\n1,a,\n2,b,\n", ("id", "title", ""), id="3.7-comma-at-the-end-of-the-rows"),
        pytest.param(",id,title\n0,1,a\n1,2,b\n", ("", "id", "title"), id="3.7-index-of-pandas"),
    ],
)
def test_a_column_without_a_name_costs_no_item(tmp_path: Path, text: str, columns: tuple[str, ...]) -> None:
    staged = stage_bytes(text.encode(), tmp_path)
    rows = [{name: value for name, value in row.items() if name} for row in cells(staged)]
    assert (staged.columns, rows) == (columns, [{"id": "1", "title": "a"}, {"id": "2", "title": "b"}])
    (fault,) = staged.faults.samples["unnamed_column"]
    assert fault.severity == "warning"
    assert rejects(staged) == []


NAMES = ROWS.partition("\n")[0]
UNREADABLE = [
    pytest.param('id,""title"",link\nA1,x,y\n', "line 1", id="6.8-doubled-quotes"),
    pytest.param('id,"title,link\nA1,x,y\n', "line 1", id="6.8-open-quote"),
    pytest.param('id,"title,link\nA1,"x",y\nA2,z,5\n', "quote", id="6.8-quote-closed-in-a-row"),
    pytest.param('id,"title,link\nA1,x",y\nA2,z,5\n', "not closed", id="6.8-quote-that-pairs-in-a-row"),
    pytest.param('"id" ,"title" ,"link"\nA1,x,y\n', "spaces", id="6.8-space-after-quote"),
    pytest.param("# exported today\n# no items\n", "comments", id="6.8-only-comments"),
    pytest.param("sep=;\n", "comments", id="6.8-sep-alone"),
    pytest.param('"\n', "quotes", id="6.8-one-quote"),
    pytest.param("#id,title,link\n", "comments", id="6.8-commented-header-alone"),
]


@pytest.mark.parametrize(("text", "told"), UNREADABLE)
def test_an_unreadable_header_never_passes(tmp_path: Path, text: str, told: str) -> None:
    source = tmp_path / "feed.csv"
    source.write_text(text)
    report = validate(source)
    assert (report.status, report.complete) == ("failed", False)
    (issue,) = report.issues
    assert (issue.rule.id, issue.severity) == ("google.file.unreadable_header", "error")
    assert told in (issue.samples[0].value or "")
    with pytest.raises(SourceUnreadable, match="header"):
        generate(source, tmp_path / "out.csv")


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "x\n1\n", "a\tb\n"])
def test_case_6_8_a_file_without_a_known_column_never_passes(tmp_path: Path, text: str) -> None:
    source = tmp_path / "feed.csv"
    source.write_text(text)
    report = validate(source)
    assert report.status == "failed"
    assert "google.file.no_known_column" in {issue.rule.id for issue in report.issues}


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        pytest.param("#id,title,price\nA1,Cup,9.90 EUR\n", ("id", "title", "price"), id="6.11-hash-and-name"),
        pytest.param(
            "# id,title,price\nA1,Cup,9.90 EUR\n", ("id", "title", "price"), id="6.11-hash-space-name"
        ),
        pytest.param("#,id,link\n1,A1,https://a.example\n", ("#", "id", "link"), id="6.11-number-column"),
        pytest.param(
            "# by ACME\n\n#id,link\nA1,https://a.example\n", ("id", "link"), id="6.11-below-a-comment"
        ),
        pytest.param(
            "# Required,# Text\nid,title\nA1,Cup\n", ("id", "title"), id="6.11-comment-as-wide-as-the-header"
        ),
        pytest.param(
            "#id;x;9.90 EUR\nsku;name;price\n1;a;2\n", ("sku", "name", "price"), id="6.11-commented-item"
        ),
    ],
)
def test_a_line_that_begins_with_a_hash_is_header_or_comment(
    tmp_path: Path, text: str, columns: tuple[str, ...]
) -> None:
    staged = stage_bytes(text.encode(), tmp_path)
    assert (staged.columns, len(cells(staged)), fault_codes(staged)) == (columns, 1, {})
