"""The page of error codes has each that the service may answer with, and no other."""

import ast
import re

from feedscript.domain import RefusalCode
from feedscript.entrypoints.http.problems import CODES, STATUS_OF_ERROR
from feedscript.entrypoints.serving import CODES as OF_SERVER
from tests.integration.live_server import ROOT

HTTP = ROOT / "feedscript" / "entrypoints" / "http"


def _answered() -> set[str]:
    """Codes of the tables, and those that stand where a problem is made."""
    codes = {code for _, code in STATUS_OF_ERROR.values()} | {*CODES.values(), *OF_SERVER.values()}
    for path in HTTP.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="problem"), args=[_, ast.Constant(value=str(code)), *_]):
                    codes.add(code)
    return codes


def test_the_page_has_every_code() -> None:
    page = (ROOT / "docs" / "reference" / "errors.md").read_text("utf-8")
    told = {
        code
        for row in re.findall(r"^\| \d{3} \| (.*?) \|", page, re.MULTILINE)
        for code in re.findall(r"`(\w+)`", row)
    }
    refusals = {code.value for code in RefusalCode} - _answered()
    assert told - refusals == _answered()
