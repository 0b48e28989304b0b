"""The page: what it says, that it asks no host, and that no value of a feed becomes part of it."""

import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_documents import document, issue, sample

from feedscript.feeds.reports import render_html

EMPTY_TAGS = {"meta", "link", "input", "br"}


class Page(HTMLParser):
    """A page taken apart: its elements with their attributes, its texts, and whether every tag is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in EMPTY_TAGS and not (self.get_starttag_text() or "").endswith("/>"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "script"}:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page(*issues: dict[str, object], **facts: object) -> Page:
    built = Page(render_html(document(*issues, **facts)))
    assert built.open == []
    return built


def test_it_tells_verdict_figures_and_source() -> None:
    text = page(issue()).text
    for expected in (
        "Failed",
        "3 of 1,284 items have errors: the partner would reject them.",
        "s3://exports/feed.tsv.gz",
        "google 2026-07",
        "as of 2026-08-01 00:00 UTC",
        "Valid 1,281 99.8%",
        "gtin 41%",
        "Encoding utf-8",
        "Delimiter tab",
        "Size 39.1 KiB",
        "Errors allowed 2%",
        "Complete yes",
        "All findings s3://feeds/issues.jsonl.gz",
    ):
        assert expected in text


def test_a_finding_tells_what_where_how_often_and_what_to_do() -> None:
    shown = page(issue(samples=[sample(1_700, "A2B4", "9,99"), sample(5, "A5", None)]))
    for expected in (
        "price is not as it should be",
        "google.price.invalid_format",
        "3 items",
        "What to do Write it as 12.90 USD.",
        "1,700 1,701 A2B4 9,99",
        "A5 empty",
        "2 of 3 shown.",
    ):
        assert expected in shown.text
    assert "https://support.google.com/merchants/answer/7052112" in [link["href"] for link in shown.all("a")]


def test_findings_are_grouped_by_severity_and_the_widest_come_first() -> None:
    few, many = issue(code="few", items_affected=2, total=2), issue(code="many", items_affected=9, total=9)
    shown = page(issue("info"), few, issue("warning"), many)
    assert [each["data-severity"] for each in shown.all("section") if "data-severity" in each] == [
        "error",
        "warning",
        "info",
    ]
    assert shown.text.index("google.price.many") < shown.text.index("google.price.few")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("passed", "Passed All 1,284 items would be taken, and nothing limits how they are shown."),
        ("error", "Could not be checked"),
    ],
)
def test_a_report_without_findings(status: str, expected: str) -> None:
    shown = page(status=status)
    assert expected in shown.text
    assert shown.all("details") == shown.all("form") == []


def test_warnings_alone_are_told_as_such() -> None:
    text = page(issue("warning"), status="passed_with_warnings").text
    assert "All 1,284 items would be taken; 3 warnings may limit how they are shown." in text


def test_an_empty_feed_and_a_finding_about_the_file() -> None:
    summary = {
        "items_total": 0,
        "items_valid": 0,
        "items_with_errors": 0,
        "issues": {"error": 1, "warning": 0, "info": 0},
    }
    nowhere = {"item": None, "line": None, "item_id": None, "value": None}
    text = page(issue(attribute=None, total=1, samples=[nowhere]), summary=summary, attributes=[]).text
    assert "No item was found in the feed." in text
    assert "1 in the file" in text


def test_partial_reports_and_system_errors_say_so() -> None:
    errors = [{"code": "out_of_memory", "message": "512 MiB were not enough"}]
    text = page(complete=False, stopped_reason="more than 60 s", system_errors=errors, status="error").text
    assert "This report is not complete : more than 60 s." in text
    assert "System error (out_of_memory) : 512 MiB were not enough" in text


HOSTILE = "</script></style><img src=x onerror=alert(1)>'\"&{{ 7*7 }}"


def test_no_value_becomes_markup() -> None:
    hostile = issue(
        attribute=HOSTILE,
        message=HOSTILE,
        rule_id=HOSTILE,
        remediation={"rule_type": HOSTILE, "text": HOSTILE},
        samples=[sample(1, HOSTILE, HOSTILE)],
    )
    shown = page(
        hostile,
        source=document()["source"] | {"uri": HOSTILE, "encoding": HOSTILE},
        attributes=[{"name": HOSTILE, "fill_rate": 0.5}],
        stopped_reason=HOSTILE,
        complete=False,
        system_errors=[{"code": HOSTILE, "message": HOSTILE}],
        job={"job_id": HOSTILE, "affiliate_merchant_id": HOSTILE, "partner_id": HOSTILE},
    )
    assert shown.all("img") == []
    assert len(shown.all("script")) == len(shown.all("style")) == 1
    assert not any(name.startswith("on") or name == "style" for _, each in shown.elements for name in each)
    assert shown.text.count(HOSTILE) >= 8


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https:",
        "http://[",
        "java\nscript:x",
    ],
)
def test_only_web_addresses_become_links(address: str) -> None:
    shown = page(issue(doc_url=address), artifacts={"issues_jsonl": address})
    assert {link["href"] for link in shown.all("a")} <= {"#findings", "findings"}


@settings(deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_any_value_gives_a_page_that_can_be_written_and_closes_its_tags(value: str) -> None:
    html = render_html(document(issue(samples=[sample(1, value, value)], message=value, attribute=value)))
    html.encode("utf-8")
    assert Page(html).open == []


def test_control_and_direction_characters_are_shown() -> None:
    text = page(issue(samples=[sample(1, "a\u202eb", "c\x00d\x1b[2Je")])).text
    assert "a⟨U+202E⟩b" in text
    assert "c⟨U+0000⟩d⟨U+001B⟩[2Je" in text


def test_it_asks_no_other_host() -> None:
    html = render_html(document(issue()))
    shown = Page(html)
    loaded = [
        each for tag in ("script", "img", "iframe", "object") for each in shown.all(tag) if "src" in each
    ]
    assert loaded == []
    assert [link["href"] for link in shown.all("link")] == ["data:,"]
    assert "url(" not in html
    assert "@import" not in html


def test_its_policy_allows_its_own_style_and_script_alone() -> None:
    html = render_html(document(issue()))
    (policy,) = [each["content"] for each in Page(html).all("meta") if "http-equiv" in each]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        found = re.search(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert found is not None
        digest = b64encode(sha256(found.group(1).encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_landmarks_and_labels_are_there() -> None:
    shown = page(issue())
    assert [len(shown.all(tag)) for tag in ("header", "main", "aside", "footer", "h1")] == [1, 1, 1, 1, 1]
    identified = {each["id"] for _, each in shown.elements if "id" in each}
    referred = {each["aria-labelledby"] for _, each in shown.elements if "aria-labelledby" in each}
    assert referred <= identified
    assert {each.get("scope") for each in shown.all("th")} == {"col"}


def test_five_thousand_findings_stay_a_page_that_can_be_sent() -> None:
    issues = [issue(code=f"code_{number}", samples=[sample(number)]) for number in range(5_000)]
    html = render_html(document(*issues))
    assert len(Page(html).all("details")) == 5_000
    assert len(html) < 8_000_000


EXERCISE = """
addEventListener("load", async () => {
  const wait = () => new Promise((done) => setTimeout(done, 200));
  const findings = [...document.querySelectorAll(".finding")];
  const shown = () => findings.filter((each) => !each.closest("[hidden]")).length;
  const search = document.getElementById("search");
  const told = [document.querySelector(".toolbar").hidden, shown()];
  search.value = "NEEDLE price"; search.dispatchEvent(new Event("input")); await wait(); told.push(shown());
  search.value = "no such thing"; search.dispatchEvent(new Event("input")); await wait();
  told.push(shown(), document.getElementById("nothing").hidden);
  document.getElementById("reset").click(); told.push(shown());
  document.querySelector("[name=severity][value=warning]").click(); told.push(shown());
  document.querySelector("[name=severity][value=error]").click(); told.push(shown(), location.hash);
  document.querySelector("button[data-attribute=gtin]").click(); told.push(shown());
  document.getElementById("reset").click(); document.getElementById("unfold").click();
  told.push(document.querySelectorAll(".finding[open]").length);
  document.title = JSON.stringify(told);
});
"""


@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")
def test_the_page_filters_in_a_browser(tmp_path: Path) -> None:
    html = render_html(
        document(
            issue(samples=[sample(1, "needle")]),
            issue("warning", "gtin"),
            issue("error", "gtin"),
            issue("warning"),
        )
    )
    digest = b64encode(sha256(EXERCISE.encode()).digest()).decode()
    html = html.replace("script-src ", f"script-src &#39;sha256-{digest}&#39; ", 1)
    path = tmp_path / "report.html"
    path.write_text(html.replace("</body>", f"<script>{EXERCISE}</script></body>"), "utf-8")
    command = [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000", "--dump-dom", path.as_uri(),
    ]  # fmt: skip
    dom = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert '<title>[false,4,1,0,false,4,2,4,"#severity=error%2Cwarning",2,4]</title>' in dom
