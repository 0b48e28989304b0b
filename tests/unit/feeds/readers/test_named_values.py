"""Lists of names with values become columns, whatever a platform calls them; ids name the kind."""

import json

import pytest

from feedscript.feeds.engine.limits import Limits
from tests.feeds_scanning import cells, stage_bytes

BEGIN = "<SHOP><SHOPITEM><ITEM_ID>1</ITEM_ID><PRICE>5</PRICE>"
XML = [
    pytest.param('<param name="Color">Red</param><param name="Size">L</param>', "param", id="3.4-yml"),
    pytest.param(
        '<param name="Color" unit="x">Red</param><param name="Size">L</param>', "param", id="3.4-yml-unit"
    ),
    pytest.param(
        "<PARAM><PARAM_NAME>Color</PARAM_NAME><VAL>Red</VAL></PARAM><PARAM><PARAM_NAME>Size</PARAM_NAME><VAL>L</VAL></PARAM>",
        "PARAM",
        id="3.4-heureka",
    ),
    pytest.param(
        '<attrs><a name="Color"><![CDATA[Red]]></a><a name="Size">L</a></attrs>', "attrs.a", id="3.4-ceneo"
    ),
    pytest.param(
        "<ps><p><name>Color</name><value>Red</value></p><p><name>Size</name><value>L</value></p></ps>",
        "ps.p",
        id="3.4-nested",
    ),
]


@pytest.mark.parametrize(("params", "column"), XML)
def test_names_in_xml_become_columns(params: str, column: str, tmp_path) -> None:
    staged = stage_bytes(f"{BEGIN}{params}</SHOPITEM></SHOP>".encode(), tmp_path)
    (item,) = cells(staged)
    assert (item[f"{column}[Color]"], item[f"{column}[Size]"]) == ("Red", "L")
    assert f"{column}[Color]" in staged.columns


JSON = [
    pytest.param([{"name": "Color", "value": "Red"}, {"name": "Size", "value": "L"}], id="3.4-json"),
    pytest.param([{"key": "Color", "value": "Red"}, {"key": "Size", "value": "L"}], id="3.4-json-key"),
    pytest.param(
        [{"id": 1, "name": "Color", "options": ["Red"]}, {"id": 2, "name": "Size", "options": ["L"]}],
        id="3.4-woocommerce",
    ),
    pytest.param(
        [{"attribute_code": "Color", "value": "Red"}, {"attribute_code": "Size", "value": "L"}],
        id="3.4-magento",
    ),
    pytest.param(
        [{"@type": "PropertyValue", "name": "Color", "value": "Red"}, {"name": "Size", "value": "L"}],
        id="3.4-schema.org",
    ),
]


@pytest.mark.parametrize("attributes", JSON)
def test_names_in_json_become_columns(attributes: list[dict[str, object]], tmp_path) -> None:
    staged = stage_bytes(json.dumps({"id": "1", "price": "5", "attributes": attributes}).encode(), tmp_path)
    assert cells(staged) == [{"id": "1", "price": "5", "attributes[Color]": "Red", "attributes[Size]": "L"}]


def test_several_values_of_a_name_share_a_cell(tmp_path) -> None:
    params = '<param name="Color">Red</param><param name="Color">Blue</param>'
    (item,) = cells(stage_bytes(f"{BEGIN}{params}</SHOPITEM></SHOP>".encode(), tmp_path))
    assert item["param[Color]"] == "Red\x1fBlue"


OTHER = [
    pytest.param(
        {"brand": {"name": "Acme", "url": "u"}}, {"brand.name": "Acme", "brand.url": "u"}, id="name-and-url"
    ),
    pytest.param(
        {"image": {"name": "Front", "src": "s"}}, {"image.name": "Front", "image.src": "s"}, id="picture"
    ),
    pytest.param({"brand": {"name": "Acme"}}, {"brand.name": "Acme"}, id="name-alone"),
    pytest.param(
        {"x": {"name": "a" * 101, "value": "v"}}, {"x.name": "a" * 101, "x.value": "v"}, id="long-name"
    ),
]


@pytest.mark.parametrize(("item", "expected"), OTHER)
def test_what_is_no_named_value_keeps_its_columns(item, expected, tmp_path) -> None:
    assert cells(stage_bytes(json.dumps({"id": "1", **item}).encode() + b"\n", tmp_path)) == [
        {"id": "1", **expected}
    ]


def test_more_names_than_columns_may_be_are_told_and_the_items_are_read(tmp_path) -> None:
    items = [{"id": str(n), "price": "5", "params": [{"name": f"P{n}", "value": "v"}]} for n in range(80)]
    content = "".join(json.dumps(item) + "\n" for item in items)
    staged = stage_bytes(content.encode(), tmp_path, limits=Limits(max_columns=40))
    assert len(cells(staged)) == 80
    assert staged.complete
    assert len(staged.columns) == 22
    (fault,) = staged.faults.samples["unknown_column"]
    assert "more than 20 names" in fault.message
