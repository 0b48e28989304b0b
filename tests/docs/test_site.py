"""The site builds without a dead link, and needs no outside host."""

import re
import subprocess
import sys
from pathlib import Path

import feedscript.domain
import feedscript.feeds
import feedscript.ports
from feedscript.feeds import profile_ids
from tests.integration.live_server import ROOT

_FETCHED = re.compile(
    r'<(?:script|img|iframe)[^>]+src="([^"]+)"|<link[^>]+rel="stylesheet"[^>]+href="([^"]+)"'
)


#: What is public has its place in these, so that nobody looks for it in the source.
_REFERENCES = {
    "domain": feedscript.domain.__all__,
    "feeds": feedscript.feeds.__all__,
    "ports": feedscript.ports.__all__,
}


def test_the_site_builds_strictly_and_fetches_nothing_from_elsewhere(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        "-d",
        str(tmp_path / "read"),
    ]
    built = subprocess.run(
        [*command, str(ROOT / "docs"), str(tmp_path / "site")],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    pages = [*(tmp_path / "site").rglob("*.html")]
    assert len(pages) > 50
    fetched = {
        source
        for page in pages
        for match in _FETCHED.finditer(page.read_text("utf-8"))
        for source in match.groups()
        if source
    }
    assert fetched
    assert not [source for source in fetched if source.startswith(("http:", "https:", "//"))]
    # A directive that was not understood leaves its name behind as text.
    spilt = [page.name for page in pages if re.search(r"<p>(\.\. [\w:]+::|:\w+:)", page.read_text("utf-8"))]
    assert not spilt
    site = tmp_path / "site"
    for name, public in _REFERENCES.items():
        page = (site / "reference" / f"{name}.html").read_text("utf-8")
        described = {each.rpartition(".")[2] for each in re.findall(r'id="(feedscript\.[\w.]+)"', page)}
        assert not set(public) - described
    # What others draw and list by script is there without it.
    calls = (site / "reference/http.html").read_text("utf-8")
    assert all(f"{each}</span>" in calls for each in ("/api/feed/generate", "/ready"))
    assert "<svg" in (site / "lifecycle.html").read_text("utf-8")
    assert {page.stem for page in (site / "_made/rules").iterdir()} == {*profile_ids(), "index"} - {"google"}
