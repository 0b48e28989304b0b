"""The console in a real browser: every page and button, signed in and not, with and without script."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.console.browser_rig import KEY, NARROW, WIDE, Scene, chromium, scene

Page = Any
#: Where the pages of a job are, `J` the one that has a report.
PAGES = (
    "/console",
    "/console/jobs",
    "/console/jobs?status=generated&created_after=yesterday",
    "/console/jobs/J",
    "/console/jobs/R",
    "/console/jobs/R/cancel",
    "/console/jobs/J/findings",
    "/console/jobs/J/findings?search=price",
    "/console/jobs/J/report",
    "/console/trail",
    "/console/configuration",
    "/console/configuration/file?kind=merchants&name=mistaken",
    "/console/jobs/none",
)
EXPECTED = ("status of 404", "status of 422", "status of 401")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene(tmp_path_factory.mktemp("console")) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def signed_in(browser: Any, here: Scene) -> Any:
    """The cookies of somebody who has signed in, by the keyboard alone."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{here.server.base}/console/jobs")
    page.keyboard.type(KEY)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Jobs')")
    assert page.url == f"{here.server.base}/console/jobs", "where it was wanted to go"
    state = context.storage_state()
    context.close()
    return state


@contextmanager
def at(browser: Any, here: Scene, path: str, **options: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=here.server.base, **options)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(path)
    yield page
    context.close()


def axe_violations(page: Page, *rules: str) -> list[dict[str, Any]]:
    """What axe-core finds, by all its rules unless some are named."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    violations: list[dict[str, Any]] = (
        axe.Axe()
        .run(page, options=options | ({"runOnly": list(rules)} if rules else {}))
        .response["violations"]
    )
    return violations


def test_every_page_is_one_that_everybody_can_use(browser: Any, here: Scene, signed_in: Any) -> None:
    """On a desk by day, and on a phone at night."""
    with at(browser, here, "/console", storage_state=signed_in) as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        for path in PAGES:
            found = []
            page.goto(path.replace("J", here.checked).replace("R", here.running))
            assert page.locator("h1").count() == 1, path
            for size, scheme, rules in ((WIDE, "light", ()), (NARROW, "dark", ("color-contrast",))):
                page.set_viewport_size(size)
                page.emulate_media(color_scheme=scheme)
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                    f"{path} is too wide"
                )
                found += [(each["id"], each["nodes"][0]["html"]) for each in axe_violations(page, *rules)]
            assert not found, path
        assert not [text for text in said if not any(each in text for each in EXPECTED)]


def test_the_page_to_sign_in_and_out(browser: Any, here: Scene, signed_in: Any) -> None:
    with at(browser, here, "/console") as page:
        assert not axe_violations(page)
        page.fill("#key", "wrong")
        page.click("text=Sign in >> nth=-1")
        assert "No key has this text" in page.inner_text("[role=alert]")
        page.fill("#key", KEY)
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('Overview')")
        page.click("text=Sign out")
        page.wait_for_selector("h1:has-text('Sign in')")
        page.goto("/console/jobs")
        assert page.inner_text("h1") == "Sign in"


def test_the_page_of_the_api_has_nothing_serious(browser: Any, here: Scene) -> None:
    with at(browser, here, "/api/docs/", viewport=NARROW) as page:
        page.locator(".opblock-summary-control").first.click()
        page.wait_for_selector(".responses-table select[aria-label]")
        serious = [each["id"] for each in axe_violations(page) if each["impact"] in ("serious", "critical")]
        assert not serious


def test_a_link_leads_somebody_without_a_key_to_one_file(browser: Any, here: Scene, signed_in: Any) -> None:
    with at(browser, here, f"/console/jobs/{here.checked}", storage_state=signed_in) as page:
        page.select_option("#file", "report")
        page.select_option("#lasts", "1 hour")
        page.click("text=Make it")
        address = page.input_value("#address")
        assert not axe_violations(page)
    with at(browser, here, address) as page:
        assert page.inner_text("h1") == "Failed"
        page.goto(f"/console/jobs/{here.checked}")
        assert page.inner_text("h1") == "Sign in", "and to nothing else"
        assert page.goto(f"{address[:-9]}{address[-9].swapcase()}{address[-8:]}x").status == 404


def test_the_report_is_searched_filtered_and_handed_on(browser: Any, here: Scene, signed_in: Any) -> None:
    with at(browser, here, f"/console/jobs/{here.checked}/report", storage_state=signed_in) as page:
        every = page.locator(".finding:visible").count()
        errors, warnings = page.locator(".group.error .finding"), page.locator(".group.warning .finding")
        assert errors.count() + warnings.count() == every > errors.count() > 0
        page.click(".toggle.warning")
        assert page.locator(".finding:visible").count() == warnings.count(), "the one that was pressed"
        assert "severity=warning" in page.url
        page.click(".toggle.error")
        assert page.locator(".finding:visible").count() == every, "and another one too"
        page.click(".toggle.warning")
        page.fill("#search", here.beyond)
        page.wait_for_selector("#nothing:visible")
        assert "This looks through" in page.inner_text("#beyond")
        address = page.url
        assert f"search={here.beyond}" in address
        page.goto("about:blank")
        page.goto(address)
        assert page.input_value("#search") == here.beyond
        assert page.locator(".finding:visible").count() == 0
        page.click("text=Search all findings")
        page.wait_for_selector("h1:has-text('Findings')")
        assert page.locator("tbody tr").count() > 0, "beyond the samples"
        assert here.beyond in page.inner_text("tbody")


def test_files_are_had_over_http(browser: Any, here: Scene, signed_in: Any) -> None:
    with at(browser, here, f"/console/jobs/{here.checked}/findings", storage_state=signed_in) as page:
        with page.expect_download() as download:
            page.click("text=CSV")
        rows = Path(download.value.path()).read_text().splitlines()
        assert download.value.suggested_filename == "report.findings.csv"
        assert rows[0].startswith("rule_id,severity")
        assert len(rows) > 30
        page.goto(f"/console/jobs/{here.checked}")
        with page.expect_download() as download:
            page.click(".files >> text=Log")
        assert "the first line" in Path(download.value.path()).read_text()


def test_without_script_all_is_there_and_works(browser: Any, here: Scene, signed_in: Any) -> None:
    with at(browser, here, "/console", storage_state=signed_in, java_script_enabled=False) as page:
        assert "validation failed" in page.inner_text("main")
        page.click("a.id >> nth=0")
        assert "the first line" in page.inner_text(".log")
        page.click("text=Retry the validation")
        page.wait_for_selector("h1")
        assert page.locator(".attempts > li").count() == 2


def test_a_log_is_followed_until_its_script_ends(browser: Any, here: Scene, signed_in: Any) -> None:
    with at(browser, here, f"/console/jobs/{here.running}", storage_state=signed_in) as page:
        page.wait_for_selector(".log:has-text('the first line')")
        assert "the last line" not in page.inner_text(".log")
        here.go_on()
        page.wait_for_selector(".log:has-text('the last line')")
        page.wait_for_selector("#head:has-text('generated')")
        assert page.locator("[data-log], [data-live]").count() == 0, "and then nothing is asked for any more"


def test_cancelling_asks_first(browser: Any, here: Scene, signed_in: Any) -> None:
    (here.folder / "go-on").unlink(missing_ok=True)
    body = {
        "affiliate_merchant_id": "m3",
        "source_s3_path": "s3://bucket/export.csv",
        "destination_s3_path": "s3://bucket/m3.csv",
    }
    job_id = here.server.post("/api/feed/generate", body, **{"X-API-Key": KEY}).json()["job_id"]
    with at(browser, here, f"/console/jobs/{job_id}", storage_state=signed_in) as page:
        page.click("text=Cancel …")
        page.click("text=Leave it")
        assert page.inner_text("[role=status]").startswith("generating")
        page.click("text=Cancel …")
        page.click("text=Cancel the job")
        page.wait_for_selector("#head:has-text('cancelled')")
        page.click("text=Retry the generation")
        page.wait_for_selector("[role=status]:has-text('generating')")
        assert page.locator(".attempts > li").count() == 2
