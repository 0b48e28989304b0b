"""What only the service knows: no script is shown it, and no file that the service writes has it."""

import os
import sys
from pathlib import Path

import requests

from feedscript.adapters.system import HmacAttemptTokens
from tests.integration.cli.shell import feedscript
from tests.integration.live_server import SERVE, LiveServer, poll, request_body, script

SECRETS = {
    "API_KEYS": "alice=key-that-nobody-may-see-0123456789",
    "AUDIT_KEYS": "audit-key-that-nobody-may-see-0123456789",
    "WEBHOOK_SECRETS": "whsec_bm9ib2R5IG1heSBzZWUgdGhpcyBzZWNyZXQ=",
    "AWS_SECRET_ACCESS_KEY": "cloud-key-that-nobody-may-see-0123456789",
    "AWS_SESSION_TOKEN": "cloud-token-that-nobody-may-see-0123456789",
    "DATABASE_URL": "postgresql://db/feeds?password=database-password-that-nobody-may-see-0123",
    "PGPASSWORD": "another-password-that-nobody-may-see-0123456789",
    "FEEDSCRIPT_KEY": "caller-key-that-nobody-may-see-0123456789",
}
KEY = SECRETS["API_KEYS"].partition("=")[2]
LOOK_EVERYWHERE = f"""exec {sys.executable} -I -S - <<'END'
import os, glob, resource
seen = b"\\0".join(f"{{k}}={{v}}".encode() for k, v in os.environ.items() if k != "FEEDSCRIPT_TOKEN")
looked = 0
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        text = open(path, "rb").read()
    except OSError:
        continue
    if b"WORKERS=2" in text or b"FEEDSCRIPT" in text:
        looked += 1
        seen += text.replace(os.environ["FEEDSCRIPT_TOKEN"].encode(), b"(its own)")
print(f"looked at {{looked}} processes; files {{resource.getrlimit(resource.RLIMIT_NOFILE)[0]}}", flush=True)
os.write(1, seen)
open(os.environ["FEEDSCRIPT_RESULT_FILE"], "w").write('{{"n": 1}}')
END"""


def opened_at_a_browser(base: str, job_id: str, key: str) -> list[str]:
    """What opens something to whoever has it: the session's cookie, its forms' token, and a link."""
    browser = requests.Session()
    assert (
        browser.post(f"{base}/console/sign-in", data={"key": "a-wrong-" + key}, timeout=30).status_code == 401
    )
    assert browser.post(f"{base}/console/sign-in", data={"key": key}, timeout=30).ok
    page = browser.get(f"{base}/console/jobs/{job_id}", timeout=30).text
    form_token = page.partition('name="csrf" value="')[2].partition('"')[0]
    form = {"csrf": form_token, "file": "log", "lasts": "1 hour"}
    shared = browser.post(f"{base}/console/jobs/{job_id}/links", data=form, timeout=30).text
    link = shared.partition("/console/shared/")[2].partition('"')[0]
    assert requests.get(f"{base}/console/shared/{link}", timeout=30).ok
    found = [browser.cookies["feedscript_session"], form_token, link]
    assert all(found)
    return found


def written(folder: Path) -> dict[Path, bytes]:
    """Every file that the service wrote, but the one that is the secret of the tokens."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {path: path.read_bytes() for path in found if path.name not in (".secret", "script.sh")}


def test_no_script_is_shown_a_secret_and_no_file_has_one(tmp_path: Path) -> None:
    command = script(tmp_path, LOOK_EVERYWHERE)
    bearer = {"Authorization": f"Bearer {KEY}"}
    made = feedscript(tmp_path, "keys", "create", "made").stdout.strip()
    assert made.startswith("fsk_")
    # One at a time: scripts of one user see the tokens of each other (docs/scripts.md).
    with LiveServer(
        tmp_path,
        SERVE,
        GENERATE_COMMAND=command,
        MAX_CONCURRENT_SCRIPTS="1",
        ACCESS_LOG="true",
        LOG_LEVEL="DEBUG",
        **SECRETS,
    ) as server:
        tmp = request_body(callback_url="http://127.0.0.1:9/x")
        job_ids = []
        for body in (
            request_body(job_id="a"),
            {**tmp, "job_id": "b", "destination_s3_path": "s3://bucket/b.csv"},
        ):
            answer = server.post("/api/feed/generate", body, **bearer)
            if answer.status_code == 202:
                job_ids.append(answer.json()["job_id"])
        server.put_object("bucket/feed.csv", b"id,title\n1,x\n")
        checked = request_body(
            source_s3_path="s3://bucket/feed.csv", destination_s3_path="s3://bucket/report.json"
        )
        job_ids.append(server.post("/api/feed/validate", checked, **bearer).json()["job_id"])
        assert server.post(
            "/api/callback/feed", {"job_id": job_ids[0]}, Authorization="Bearer forged"
        ).status_code
        for job_id in job_ids:
            url = f"{server.base}/api/feed/status/{job_id}"
            ended(url, bearer)
        by_made = {"X-API-Key": made}
        for path in ("/metrics", f"/api/feed/status/{job_ids[0]}?wait=1", "/console/configuration"):
            assert requests.get(server.base + path, headers=by_made, timeout=30).ok
        opening = opened_at_a_browser(server.base, job_ids[0], made)
    files = written(tmp_path)
    (log,) = [text for path, text in files.items() if path.parts[-2:] == (job_ids[0], "1.log")]
    assert int(log.split()[2]) >= 3, (
        "the script saw the environments of server and runner, or none of this counts"
    )
    assert b"files 4096" in log
    secret = (tmp_path / "jobs/.secret").read_bytes()
    tokens = [HmacAttemptTokens(secret).issue(job_id, 1) for job_id in job_ids]
    for hidden in (
        *(value.rpartition("=")[2] or value for value in SECRETS.values()),
        KEY,
        made,
        *opening,
        *tokens,
        secret.decode(),
    ):
        having = [path for path, text in files.items() if hidden.strip("=").encode() in text]
        assert not having, (hidden, having)


def test_files_are_nobody_elses(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with LiveServer(
            tmp_path, SERVE, GENERATE_COMMAND=script(tmp_path, "echo hello > left; cat left")
        ) as server:
            job_id = server.post("/api/feed/generate", request_body()).json()["job_id"]
            ended(f"{server.base}/api/feed/status/{job_id}", {})
    finally:
        os.umask(before)
    made = [path for name in ("jobs", "activities", "runs", "logs") for path in (tmp_path / name).rglob("*")]
    assert made
    assert not [path for path in made if not path.is_symlink() and path.stat().st_mode & 0o007]


def ended(url: str, headers: dict[str, str]) -> None:
    """Wait until the job's script is over."""
    poll(lambda: requests.get(url, headers=headers, timeout=30).json()["attempts"][0].get("exited_at"))
