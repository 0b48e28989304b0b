"""How `make docs` builds the site: pages in Markdown, references out of the code itself."""

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import flask_swagger_ui
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.util import logging

import feedscript
from feedscript.entrypoints.container import Container
from feedscript.entrypoints.http import create_app
from feedscript.entrypoints.settings import Settings
from feedscript.feeds import render_html, validate
from feedscript.testing.fakes import RecordingNotifier, ScriptedExecutor

HERE = Path(__file__).parent
#: What the build itself makes for the pages; nothing in it is kept.
MADE = HERE / "_made"
#: Of it, what becomes a part of the site as it is.
EXTRA = MADE / "extra"

_SHOWN = """SwaggerUIBundle({spec: %s, dom_id: "#http-api", supportedSubmitMethods: [], validatorUrl: null});
"""

project = "feedscript"
author = "the feedscript founders"
version = release = feedscript.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click", "sphinx_copybutton"]
exclude_patterns = ["_build", "_made"]
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
html_theme = "furo"
html_title = f"feedscript {version}"
html_copy_source = False
html_show_copyright = False
# The kinds of link that are followed within the site are checked by -W; these would need the network.
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": False}


def write_openapi(app: Sphinx) -> None:
    """Write the document that the service serves, with the page that shows it, as the service does."""
    page = EXTRA / "swagger"
    shutil.copytree(Path(flask_swagger_ui.__file__).parent / "dist", page, dirs_exist_ok=True)
    with TemporaryDirectory() as folder:
        places = {
            f"{name}_dir": Path(folder) / name for name in ("jobs", "activities", "runs", "logs", "config")
        }
        container = Container(settings=Settings(**places, object_store_root=Path(folder) / "objects"))
        with (
            container.executor.override(ScriptedExecutor()),
            container.notifier.override(RecordingNotifier()),
        ):
            answer = create_app(container).test_client().get("/api/openapi.json")
    app.config.html_extra_path = [str(EXTRA)]
    document = json.dumps(answer.json, indent=1)
    (EXTRA / "openapi.json").write_text(document, "utf-8")
    # A page that was opened from a disk may fetch nothing: it has the document in itself.
    (page / "shown.js").write_text(_SHOWN % document, "utf-8")


def photograph(app: Sphinx) -> None:
    """Take the pictures of the pages that the service shows, where there is a browser to take them with."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not browser:
        logging.getLogger(__name__).info("no chromium here: the site has no pictures")
        return
    page = MADE / "report.html"
    page.write_text(render_html(validate(HERE.parent / "samples" / "broken-feed.csv").document()), "utf-8")
    command = [browser, "--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu"]
    size = f"--window-size={app.config.picture_size}"
    subprocess.run(
        [*command, size, f"--screenshot={MADE / 'report.png'}", page.as_uri()],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    app.tags.add("pictures")


def setup(app: Sphinx) -> None:
    """Let the build make what the pages show (Sphinx calls this)."""
    # Pygments knows neither; both are read as they stand.
    for language in ("csv", "mermaid"):
        app.add_lexer(language, TextLexer)
    app.add_config_value("picture_size", "1100,1000", "html")
    app.connect("builder-inited", write_openapi)
    app.connect("builder-inited", photograph)
