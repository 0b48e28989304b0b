"""The report as a page: one file that asks no other host for anything and trusts no value."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from feedscript.feeds.reports import presentation
from feedscript.feeds.reports.presentation import Document

if TYPE_CHECKING:
    from jinja2 import Environment, Template


def render_html(document: Document) -> str:
    """The page of a report's JSON document; values are escaped, and only http(s) addresses become links.

    Its policy (CSP) allows the page's own style and script by their hashes and nothing else.
    """
    return page_template().render(
        document=document,
        findings=presentation.by_severity(document),
        verdict=presentation.VERDICTS[document["status"]],
        lead=presentation.lead(document),
        facts=presentation.facts(document),
    )


@cache
def page_template() -> "Template":
    """The page's template, compiled once."""
    style, script = _part("report.css"), _part("report.js")
    environment = page_environment("feedscript.feeds.reports", ".")
    environment.filters.update(
        moment=presentation.moment, remedy=presentation.remedy, web_address=presentation.web_address
    )
    environment.globals.update(
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'",
    )
    return environment.get_template("report.html.j2")


def page_environment(package: str, folder: str) -> "Environment":
    """What makes pages of the templates in a package's folder: what is not there is an error, and no text is markup.

    Characters that nobody sees are shown as what they are.
    """
    # Its import takes longer than the checking of a small feed, and most runs write no page.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - as said

    environment = Environment(
        loader=PackageLoader(package, folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    filters: dict[str, Any] = {
        "count": presentation.count,
        "counted": presentation.counted,
        "percent": presentation.percent,
        "size": presentation.size,
    }
    environment.filters.update(filters)
    return environment


def _shown(value: object) -> object:
    text = value is None or (isinstance(value, str) and not isinstance(value, Markup))
    return presentation.visible(value) if text else value


def _part(name: str) -> str:
    return resources.files("feedscript.feeds.reports").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
