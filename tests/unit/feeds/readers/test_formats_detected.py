"""What a source is, told by how it begins; ids name the kind."""

import pytest

from tests.feeds_scanning import fault_codes, stage_bytes


@pytest.mark.parametrize("before", ["", "<!-- a -->\n", '<?xml version="1.0"?><!-- a --> <!-- b -->'])
@pytest.mark.parametrize("begin", ["<!DOCTYPE html><html>", "<html lang='en'>"])
def test_a_web_page_is_no_feed(before, begin, tmp_path):
    assert fault_codes(stage_bytes(f"{before}{begin}</html>".encode(), tmp_path)) == {"wrong_format": 1}


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("<!-- a -->" * 5_000, id="3.12-comments"),
        pytest.param("<?a b?>" * 5_000, id="3.12-instructions"),
        pytest.param("<!-- a" * 5_000, id="3.12-comments-without-end"),
        pytest.param(" " * 50_000, id="3.12-blanks"),
        pytest.param("<!DOCTYPE " + " " * 50_000, id="3.12-document-type-of-blanks"),
    ],
)
def test_what_stands_before_a_document_takes_no_time(before, tmp_path):
    staged = stage_bytes(f"{before}<catalog><product><id>1</id></product></catalog>".encode(), tmp_path)
    assert staged.source.format in {"xml", "unknown"}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("{id},{title}\n1,A\n", "csv"),
        ("[id];[title]\n1;A\n", "csv"),
        ("{id}\t{title}\n1\tA\n", "tsv"),
        ('{"id": "1", "title": "A"}\n', "jsonl"),
        ('[{"id": "1"}, {"id": "2"}]', "json"),
    ],
)
def test_titles_in_brackets_are_no_json(text, form, tmp_path):
    assert stage_bytes(text.encode(), tmp_path).source.format == form
