"""Pictures of the pages that the service shows, where there is a browser to take them with."""

import shutil
import subprocess
from pathlib import Path

from feedscript.feeds import render_html, validate
from tools.site.service import served, service, with_jobs


def photograph(folder: Path, feed: Path, size: str) -> bool:
    """Take the pictures of a feed's report and of the console; answers whether there is a browser."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not browser:
        return False
    report = folder / "report.html"
    report.write_text(render_html(validate(feed).document()), "utf-8")
    _take(browser, report.as_uri(), folder / "report.png", size)
    with service() as (app, executor):
        job_id = with_jobs(app.test_client(), executor)
        with served(app) as address:
            _take(browser, f"{address}/console", folder / "console.png", size)
            _take(browser, f"{address}/console/jobs/{job_id}", folder / "job.png", size)
    return True


def _take(browser: str, address: str, picture: Path, size: str) -> None:
    command = [browser, "--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu"]
    subprocess.run(
        [*command, f"--window-size={size}", f"--screenshot={picture}", address],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
