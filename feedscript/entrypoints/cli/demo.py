"""`feedscript demo`: the main job from end to end, over HTTP, on a server of its own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import httpcore2

from feedscript.entrypoints.settings import Settings
from feedscript.entrypoints.starting import STARTER

BUCKET = "demo"
PATIENCE = 60.0
LOOK_EVERY = 0.1
OK, ACCEPTED = 200, 202
UNDER_WAY = ("generating", "validating")
MERCHANT = "trailhead-outfitters"
PARTNERS = ((1, "google"), (2, "meta"))


class DemoFailed(click.ClickException):
    """The demo did not go as it should."""


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Where jobs, feeds and reports of the demo are kept; an earlier demo's is emptied first.",
)
@click.option(
    "--samples",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=STARTER,
    help="Where merchant-export.csv, its merchant's file and broken-feed.csv lie, instead of those that come along.",
)
def demo(folder: Path, samples: Path) -> None:
    """Turn a merchant's export into the feeds of two partners, validate them, and validate a broken feed too."""
    bucket = folder / "objects" / BUCKET
    _empty(folder, an_earlier_one=bucket.is_dir())
    bucket.mkdir(parents=True)
    for name in ("merchant-export.csv", "broken-feed.csv"):
        shutil.copy(samples / name, bucket / name)
    merchants = folder / "config" / "merchants"
    merchants.mkdir(parents=True)
    shutil.copy(samples / f"{MERCHANT}.yaml", merchants / f"{MERCHANT}.yaml")
    with _server(folder) as base:
        job_id, other_id = (_generate_and_validate(base, number, partner) for number, partner in PARTNERS)
        broken_id = _validate_broken(base)
        _show_trail(base, job_id)
    _say("Where everything lies")
    for what, where in {
        "the merchant's file": merchants / f"{MERCHANT}.yaml",
        "Google's feed": bucket / "google-feed.csv",
        "Meta's feed": bucket / "meta-feed.csv",
        "its manifest": bucket / "meta-feed.csv.manifest.json",
        "its report": bucket / "meta-report.json",
        "the broken feed's report, as a page": bucket / "broken-report.html",
        "the first job": next((folder / "jobs").rglob(f"{job_id}.json")),
        "the second job": next((folder / "jobs").rglob(f"{other_id}.json")),
        "the third job": next((folder / "jobs").rglob(f"{broken_id}.json")),
        "the audit trail": folder / "activities",
        "the scripts' logs": folder / "logs",
    }.items():
        click.echo(f"  {what:38} {where}")
    click.secho("\nThe demo is complete.", bold=True)


def _empty(folder: Path, *, an_earlier_one: bool) -> None:
    """Remove what an earlier demo has left, and nothing else."""
    if an_earlier_one:
        shutil.rmtree(folder)
    elif folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise click.BadParameter(f"{folder} is there, and no demo's; name another one", param_hint="--folder")


def _generate_and_validate(base: str, number: int, partner: str) -> str:
    body = {
        "job_id": number,
        "affiliate_merchant_id": MERCHANT,
        "source_s3_path": f"s3://{BUCKET}/merchant-export.csv",
        "destination_s3_path": f"s3://{BUCKET}/{partner}-feed.csv",
        "callback_url": f"{base}/api/callback/feed",
        "partner_id": partner,
    }
    name = partner.capitalize()
    _say(f"Generate: the merchant's export becomes {name}'s feed")
    job_id: str = _post(f"{base}/api/feed/generate", body)["job_id"]
    _expect(_follow(base, job_id), "generated")
    click.echo(f"  {_get(f'{base}/api/feed/status/{job_id}')['job_data']['result']['headline']}")
    _say(f"Validate: is it what {name} accepts? (the same job_id; its source is the generated feed)")
    wanted = {k: v for k, v in body.items() if k != "source_s3_path"}
    report = f"s3://{BUCKET}/{partner}-report.json"
    _post(f"{base}/api/feed/validate", wanted | {"destination_s3_path": report})
    _expect(_follow(base, job_id), "validated")
    _show_report(base, job_id)
    return job_id


def _validate_broken(base: str) -> str:
    _say("Validate a broken feed")
    body = {
        "job_id": "broken",
        "affiliate_merchant_id": MERCHANT,
        "source_s3_path": f"s3://{BUCKET}/broken-feed.csv",
        "destination_s3_path": f"s3://{BUCKET}/broken-report.json",
        "partner_id": "google",
    }
    job_id: str = _post(f"{base}/api/feed/validate", body)["job_id"]
    _expect(_follow(base, job_id), "validation_failed")
    _show_report(base, job_id)
    return job_id


def _show_trail(base: str, job_id: str) -> None:
    _say("What is on the audit trail about the first job")
    activities = _get(f"{base}/api/feed/jobs/{job_id}/activities")["activities"]
    calls = [activity for activity in activities if activity["type"] == "feedscript.api.call"]
    for activity in activities:
        if activity not in calls:
            call = activity["data"].get("call")
            by = f"  by {call['method']} {call['path']}, answered {call['status']}" if call else ""
            click.echo(f"  {activity['time']}  {activity['type']}{by}")
    click.echo(f"  and {len(calls)} API calls that changed nothing, each with its request and its answer")


def _follow(base: str, job_id: str) -> str:
    """Print the states that the job goes through until it rests; answers the last."""
    path: list[str] = []
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        job = _get(f"{base}/api/feed/status/{job_id}")
        if not path or path[-1] != job["status"]:
            path.append(job["status"])
        if job["status"] not in UNDER_WAY:
            click.echo(f"  state: {' -> '.join(path)}   reason: {job['reason']}   error: {job['error']}")
            return path[-1]
        time.sleep(LOOK_EVERY)
    raise DemoFailed(f"job {job_id} is still {path[-1]} after {PATIENCE:g} s")


def _show_report(base: str, job_id: str) -> None:
    report = _get(f"{base}/api/feed/jobs/{job_id}/report")
    click.echo(f"  report: {report['status']}, {json.dumps(report['summary'])}")
    for issue in report["issues"]:
        where = issue["samples"][0] if issue["samples"] else {}
        example = (
            f"e.g. item {where.get('item')}, line {where.get('line')}: {where.get('value')!r}"
            if where
            else ""
        )
        click.echo(f"    {issue['severity']:8} {issue['rule_id']:44} x{issue['total']:<4} {example[:70]}")


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """`feedscript serve` on a free port, with everything it writes in the folder."""
    port = _free_port()
    folder = folder.absolute()
    own = {name: str(folder / name.removesuffix("_DIR").lower()) for name in DIRECTORIES}
    settings = own | {
        "OBJECT_STORE": "local",
        "OBJECT_STORE_ROOT": str(folder / "objects"),
        "PORT": str(port),
    }
    (folder / "logs").mkdir()
    with (folder / "logs" / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "feedscript", "serve"],
            # The settings of a service that is run from here, in `.env` too, are none of the demo's.
            env={name: value for name, value in os.environ.items() if name not in SETTINGS} | settings,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(base, process, folder)
        click.echo(f"feedscript serves {base} (its documentation is at /api/docs)")
        yield base
    finally:
        process.terminate()
        process.wait(PATIENCE)


SETTINGS = {field.name.upper() for field in fields(Settings)}
DIRECTORIES = ("JOBS_DIR", "ACTIVITIES_DIR", "RUNS_DIR", "LOGS_DIR", "CONFIG_DIR")


def _wait_until_ready(base: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    give_up = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < give_up:
        try:
            if httpcore2.request("GET", f"{base}/ready", extensions=_within(5)).status == OK:
                return
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException):
            time.sleep(LOOK_EVERY)
    raise DemoFailed(f"the server does not answer; see {folder / 'logs' / 'server.log'}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _post(url: str, body: Mapping[str, Any]) -> dict[str, Any]:
    text = json.dumps(body)
    click.echo(f"  POST {url}\n       {text}")
    answer = httpcore2.request(
        "POST",
        url,
        headers={"Content-Type": "application/json"},
        content=text.encode(),
        extensions=_within(30),
    )
    click.echo(f"  {answer.status} {answer.content.decode().strip()}")
    if answer.status not in (OK, ACCEPTED):
        raise DemoFailed(f"{url} answered {answer.status}")
    document: dict[str, Any] = json.loads(answer.content)
    return document


def _get(url: str) -> dict[str, Any]:
    answer = httpcore2.request("GET", url, extensions=_within(30))
    if answer.status != OK:
        raise DemoFailed(f"{url} answered {answer.status}: {answer.content.decode()}")
    document: dict[str, Any] = json.loads(answer.content)
    return document


def _within(seconds: float) -> dict[str, Any]:
    return {"timeout": {"connect": seconds, "read": seconds, "write": seconds}}


def _expect(state: str, wanted: str) -> None:
    if state != wanted:
        raise DemoFailed(f"the job is {state}, not {wanted}")


def _say(heading: str) -> None:
    click.secho(f"\n{heading}", bold=True)
