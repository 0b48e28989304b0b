"""A wrong profile is refused with the file, the line and the key at fault."""

from pathlib import Path

import pytest

from feedscript.feeds import ProfileError, UnknownProfile, load_profile, profile_ids, read_profile

HEAD = """\
id: shop
version: "1"
title: A shop
doc: https://shop.example.com/feeds
item: id
attributes:
  - {name: id, required: true}
"""


def refused(folder: Path, text: str) -> ProfileError:
    path = folder / "shop.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ProfileError) as raised:
        read_profile(path)
    return raised.value


def test_every_shipped_profile_loads() -> None:
    assert [load_profile(each).id for each in profile_ids()] == list(profile_ids())


def test_an_unknown_profile_names_those_that_exist() -> None:
    with pytest.raises(UnknownProfile, match="known are"):
        load_profile("gogle")


@pytest.mark.parametrize(
    ("text", "line", "key", "cause"),
    [
        (HEAD + "  - {name: title, type: txt}\n", 8, "attributes.1.type", "Must be one of"),
        (HEAD + "  - name: title\n    max_lenght: 150\n", 9, "attributes.1.max_lenght", "Unknown field"),
        (HEAD + "  - name: size\n    type: enum\n", 8, "attributes.1.values", "needs its values"),
        (HEAD + "  - name: x\n    pattern: '['\n", 9, "attributes.1.pattern", "no regular expression"),
        (HEAD + "  - name: x\n    required_when: {presnt: id}\n", 9, "attributes.1.required_when", "unknown operator"),
        (HEAD + "  - name: x\n    required_when: {present: [titel]}\n", 8, "attributes.1", "titel, which is no"),
        (HEAD + "  - {name: id}\n", 8, "attributes.1", "already the name of an attribute"),
        (HEAD + "  - {name: x, values: [a], accepts: {b: c}}\n", 8, "attributes.1.accepts", "values does not list"),
        (HEAD + "  - name: x\n    conditions:\n      - code: a\n", 10, "attributes.1.conditions.0.expect", "Missing"),
        (HEAD.replace("https://", ""), 4, "doc", "Not a valid URL"),
        (HEAD.replace("item: id", "item: sku"), 5, "item", "no attribute sku"),
        (HEAD + "id: again\n", 8, "id", "given twice"),
        (HEAD + "  - {name: x\n", 9, "", "is not YAML"),
        (HEAD + "taxonomy: gogle\n", 8, "taxonomy", "Must be one of"),
        (HEAD + "taxonomy: google\ncategories:\n  a: [Nowhere]\n", 10, "categories.a", "no category of the"),
        (HEAD + "unchecked: [id]\n", 8, "unchecked", "already the name of an attribute"),
        (HEAD + "history:\n  - {version: '2', date: '2026-01-01', changes: [x]}\n", 8, "history", "not begin with"),
        ("- a list\n", 1, "", "must be a mapping"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, key: str, cause: str) -> None:
    error = refused(tmp_path, text)
    assert (error.line, error.key) == (line, key)
    assert cause in error.cause
    assert str(error).startswith(f"{tmp_path / 'shop.yaml'}:{line}: ")
