"""Every block of code on a page does what the page says.

By its language: `sh` runs in one folder for the whole page, with the samples; a `text` block straight behind is what
it prints (`...` stands for anything). `python` runs in one namespace. `yaml` and `json` are read by what reads them.
"""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import ExitStack, chdir
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path
from typing import Any

import pytest
import yaml
from sybil import Document, Example, Region, Sybil
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer

from feedscript.feeds import load_config, read_mapping
from tests.integration.live_server import ROOT, free_port
from tests.postgresql_server import server
from tests.s3_server import empty_bucket, s3_server

#: Written by the code itself (other tests hold them to it), or by a reader in the past.
_NOT_PAGES = ("docs/profiles/", "docs/rules.md", "docs/decisions/", "docs/seeded-bugs.md", "docs/_")
_RUN_ELSEWHERE = {
    "docs/webhooks.md": "tests/integration/webhooks/test_manual.py",
    "docs/scripts.md": "tests/integration/http/test_live.py",
}
PAGES = sorted(
    name
    for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
    if not (name := path.relative_to(ROOT).as_posix()).startswith(_NOT_PAGES)
)
PATIENCE = 120.0
#: What stands on a page for a service or a database of the reader's.
_SERVICE, _DATABASE = "localhost:3000", "postgresql://feedscript:...@db.example.com/feedscript"
_PARTS = ("source", "generation", "validation", "mapping", "rows", "profile")


class Page:
    """What the blocks of one page share: a folder with the samples, a shell's variables, a port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.database = _DATABASE
        self.settings: dict[str, str] = {}
        self.names: dict[str, Any] = {}
        self.printed: str | None = None
        self._groups: list[int] = []
        (folder / "samples").symlink_to(ROOT / "samples")
        (folder / "examples").symlink_to(ROOT / "examples")
        (folder / ".variables").touch()

    def run(self, code: str) -> str:
        code = code.replace(_SERVICE, f"127.0.0.1:{self.port}").replace(_DATABASE, self.database)
        script = f"set -eu; . ./.variables\n{code}\nexport -p > .variables"
        environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PORT": str(self.port),
            "PYTHONPATH": f"{ROOT}",
            "COLUMNS": "200",
            **self.settings,
        }
        with (self.folder / ".printed").open("w+b") as output:
            process = subprocess.Popen(
                ["bash", "-o", "pipefail", "-c", script],
                cwd=self.folder, env=environment, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
            self._groups.append(process.pid)
            status = process.wait(PATIENCE)
            output.seek(0)
            printed = output.read().decode()
        assert status == 0, f"exit code {status} of\n{code}\n{printed}"
        return printed

    def close(self) -> None:
        for group in self._groups:
            try:
                os.killpg(group, signal.SIGTERM)
            except ProcessLookupError:
                continue


def sh(example: Example) -> None:
    page: Page = example.namespace["page"]
    page.printed = page.run(str(example.parsed))


def text(example: Example) -> None:
    page: Page = example.namespace["page"]
    before = example.document.text[: example.region.start].rstrip()
    if page.printed is None or not before.endswith("```"):
        return
    expected, options = str(example.parsed), ELLIPSIS | NORMALIZE_WHITESPACE
    assert OutputChecker().check_output(expected, page.printed, options), (
        f"{expected}\nbut it was\n{page.printed}"
    )
    page.printed = None


def python(example: Example) -> None:
    page: Page = example.namespace["page"]
    with chdir(page.folder):
        exec(compile(str(example.parsed), example.path, "exec"), page.names)


def as_yaml(example: Example) -> None:
    page: Page = example.namespace["page"]
    document = yaml.safe_load(str(example.parsed))
    config = page.folder / f"config-{example.line}"
    kind = "partners" if "profile" in document else "merchants"
    (config / kind).mkdir(parents=True)
    (config / kind / "one.yaml").write_text(str(example.parsed), "utf-8")
    if document.keys() <= set(_PARTS):
        load_config(config, **{"partner_id" if kind == "partners" else "merchant_id": "one"})
    else:
        read_mapping(config / kind / "one.yaml")


def as_json(example: Example) -> None:
    json.loads(str(example.parsed))


def parser(language: str, evaluate: Any) -> Any:
    lexer = FencedCodeBlockLexer(language)

    def parse(document: Document) -> Any:
        for region in lexer(document):
            yield Region(region.start, region.end, region.lexemes["source"], evaluate)

    return parse


EVALUATED = {"sh": sh, "text": text, "python": python, "yaml": as_yaml, "json": as_json}
#: What is held to by tests of its own: examples of mappings, the diagram of states, a systemd unit, a message.
READ_ONLY = {"csv", "mermaid", "ini", "http"}
SYBIL = Sybil([parser(*each) for each in EVALUATED.items()], path=str(ROOT))


def languages(page: str) -> set[str]:
    """Of the blocks that open on the page, bare ones and directives aside."""
    fences = [
        line.strip()
        for line in (ROOT / page).read_text("utf-8").splitlines()
        if line.strip().startswith("```")
    ]
    return {fence.removeprefix("```") for fence in fences[::2]} - {""}


@pytest.mark.parametrize("name", PAGES)
def test_the_blocks_of_a_page_do_what_it_says(name: str, tmp_path: Path) -> None:
    if name in _RUN_ELSEWHERE:
        assert f'"{name}"' in (ROOT / _RUN_ELSEWHERE[name]).read_text("utf-8")
        return
    page = Page(tmp_path)
    document = SYBIL.parse(ROOT / name)
    document.namespace["page"] = page
    with ExitStack() as around:
        around.callback(page.close)
        if _DATABASE in document.text:
            page.database = server().new_database("pages")
        if name == "docs/how-to/s3.md":
            page.settings["S3_ENDPOINT"] = endpoint = around.enter_context(s3_server())
            empty_bucket(endpoint, "shop")
        for example in document.examples():
            example.evaluate()


@pytest.mark.parametrize("name", PAGES)
def test_a_block_says_its_language_and_is_looked_at(name: str) -> None:
    unknown = {each for each in languages(name) if not each.startswith("{")} - EVALUATED.keys() - READ_ONLY
    assert not unknown


@pytest.mark.parametrize("name", PAGES)
def test_a_link_has_a_text_where_no_sphinx_gives_it_one(name: str) -> None:
    assert not re.findall(r"\[\]\([^)]*\)", (ROOT / name).read_text("utf-8"))


def test_every_page_is_found_from_the_first_one() -> None:
    listed = re.findall(r"\]\(([\w/.-]+)\)", (ROOT / "docs/index.md").read_text("utf-8"))
    pages = {name.removeprefix("docs/") for name in PAGES if name.startswith("docs/")}
    # An index leads to them.
    below = {page for page in pages if page.startswith("mapping/")}
    assert pages - below - {"index.md"} <= set(listed)
