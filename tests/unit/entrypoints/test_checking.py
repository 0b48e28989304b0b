"""What is wrong with a deployment is found, all of it, and what is right is not."""

import json
import os
import threading
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from feedscript.entrypoints.broken_workers import YOUNG, BrokenWorkers
from feedscript.entrypoints.checking.finding import Level
from feedscript.entrypoints.checking.folders import file_system_of
from feedscript.entrypoints.checking.names import KNOWN, misspelt
from feedscript.entrypoints.checking.objects import buckets
from feedscript.entrypoints.cli import main
from feedscript.ports.errors import ObjectStoreFailed
from feedscript.testing.fakes import MemoryObjectStore
from tests.integration.live_server import ROOT

EVERYBODYS = {
    "PATH": "/bin",
    "HOME": "/root",
    "HOSTNAME": "h",
    "LOGNAME": "x",
    "USER": "x",
    "TERM": "xterm",
    "PORTS": "1",
}


def check(folder: Path, *options: str, **environment: str) -> Result:
    """`feedscript check` in a folder, with nothing in the environment but this, and nothing of it left there."""
    before = dict(os.environ)
    given_up = dict.fromkeys(os.environ)
    try:
        with chdir(folder):
            runner = CliRunner(env={**given_up, "PATH": os.environ["PATH"], **environment})
            return runner.invoke(main, ["check", *options])
    finally:
        # What `.env` says goes into the environment itself, as for a service.
        os.environ.clear()
        os.environ.update(before)


def found(folder: Path, *options: str, **environment: str) -> list[tuple[str, str, str]]:
    """What is wrong, as level, part and message."""
    lines = check(folder, "--json", *options, **environment).stdout.splitlines()
    findings = (json.loads(line) for line in lines)
    return [tuple(each.values()) for each in findings if each["level"] != "ok"]


def test_nothing_is_wrong_with_the_example_and_nothing_is_made(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text())
    ended = check(tmp_path)
    assert ended.exit_code == 0, ended.output
    assert "0 errors, 0 warnings" in ended.stdout
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    merchants, partners = tmp_path / "config/merchants", tmp_path / "config/partners"
    for folder in (merchants, partners, tmp_path / "config/merchant", tmp_path / "jobs"):
        folder.mkdir(parents=True)
    (tmp_path / "jobs").chmod(0o777)
    (tmp_path / "jobs/.secret").write_text("short")
    (merchants / "a.yaml").write_text("sorce: {}\nvalidation: {fail_on: never}\n")
    (merchants / "my shop.yaml").write_text("{}")
    (merchants / "b.yaml").write_text(
        "rows: [{look_up: {column: a, in: brands.csv, key: b, take: {c: d}}}]\n"
        "mapping: {attributes: {titel: {column: a}}}\n"
    )
    (partners / "p.yaml").write_text("profile: meta@1999-01\n")
    (tmp_path / "script").write_text("#!/no/such/interpreter\n")
    (tmp_path / "script").chmod(0o755)
    (tmp_path / ".env").write_text(
        "MAX_RETRYS=3\nOTHER=1\nno name\nAPI_KEYS=a=short\nGENERATE_COMMAND=./script\n"
        "VALIDATE_COMMAND=no-such-program\n"
        "SCRIPT_ENVIRONMENT=NOT_SET\nHOST=127.0.0.1\nHOST=localhost\n"
    )
    (tmp_path / ".env").chmod(0o644)
    told = found(tmp_path, FEEDSCRIPT_PORT="80", LOG_DIR="x")
    expected = {
        ("error", "settings"): ["MAX_RETRIES", ".env:3"],
        ("warning", "settings"): [".env:2: OTHER", "HOST is said twice", "PORT?", "LOGS_DIR?"],
        ("warning", "folders"): ["JOBS_DIR"],
        ("error", "scripts"): ["/no/such/interpreter", "no-such-program"],
        ("warning", "scripts"): ["NOT_SET"],
        ("error", "credentials"): [".secret has fewer"],
        ("warning", "credentials"): ["chmod 600", "key of a", ".secret may be read"],
        ("error", "config"): ["a.yaml:1: sorce", "a.yaml:2", "b.yaml:1", "meta has no version", "merchants?"],
        ("warning", "config"): ["my shop.yaml"],
    }
    for kind, pieces in expected.items():
        messages = [message for *at, message in told if tuple(at) == kind]
        for piece in pieces:
            assert any(piece in message for message in messages), (kind, piece, messages)
        assert len(messages) >= len(pieces)
    assert check(tmp_path).exit_code == 1


def test_settings_that_cannot_be_used_are_findings_too(tmp_path: Path) -> None:
    ended = check(tmp_path, PORT="seven", WORKERS="0", JOB_DIR="x")
    assert ended.exit_code == 1
    for piece in ("PORT='seven'", "WORKERS='0'", "JOBS_DIR?"):
        assert piece in ended.stdout


def test_an_open_service_without_a_key_is_an_error(tmp_path: Path) -> None:
    assert [each[:2] for each in found(tmp_path, HOST="0.0.0.0")] == [("error", "credentials")]
    assert not found(tmp_path, HOST="0.0.0.0", API_KEYS="ops=a-key-that-is-long-enough")


def test_a_service_behind_a_proxy_without_a_key_is_warned_of(tmp_path: Path) -> None:
    proxied = {"PUBLIC_URL": "https://feeds.example.com"}
    assert [each[:2] for each in found(tmp_path, **proxied)] == [("warning", "credentials")]
    assert not found(tmp_path, **proxied, API_KEYS="ops=a-key-that-is-long-enough")
    assert not found(tmp_path, **proxied, ALLOW_ANONYMOUS="true")
    assert not found(tmp_path, PUBLIC_URL="http://localhost:3000")


def test_warnings_count_where_that_is_wished(tmp_path: Path) -> None:
    assert check(tmp_path, LOG_DIR="x").exit_code == 0
    assert check(tmp_path, "--strict", LOG_DIR="x").exit_code == 1


def test_a_folder_of_configuration_that_is_named_and_not_there_is_told(tmp_path: Path) -> None:
    assert [each[:2] for each in found(tmp_path, CONFIG_DIR="confg")] == [("warning", "config")]


def test_a_full_disk_is_an_error(tmp_path: Path) -> None:
    assert ("error", "disk") in [each[:2] for each in found(tmp_path, MIN_FREE_BYTES=str(2**60))]


def test_folders_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = found(tmp_path, JOBS_DIR="file", OBJECT_STORE_ROOT="logs/objects")
    assert [each[:2] for each in told] == [("error", "folders")] * 2
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_local_bucket_is_tried_where_it_is_named(tmp_path: Path) -> None:
    first = check(tmp_path, "--bucket", "feeds")
    assert (first.exit_code, "s3://feeds was not there" in first.stdout) == (0, True), "a volume may be away"
    assert "s3://feeds can be written and read" in check(tmp_path, "--bucket", "feeds").stdout
    assert (tmp_path / "objects/feeds/.feedscript-check").is_file()
    (tmp_path / "objects/closed").symlink_to("/nowhere")
    assert [each[:2] for each in found(tmp_path, ALLOWED_BUCKETS="closed,m1=feeds")] == [("error", "objects")]
    assert not found(tmp_path, "--offline", ALLOWED_BUCKETS="closed")


class _Away(MemoryObjectStore):
    """A store that does not answer."""

    def __init__(self, until: threading.Event) -> None:
        super().__init__()
        self._until = until

    def publish(self, path: Path, uri: str) -> None:
        self._until.wait(30)


class _Refusing(MemoryObjectStore):
    def publish(self, path: Path, uri: str) -> None:
        raise ObjectStoreFailed(uri, "AccessDenied")


def test_a_store_is_written_to_and_read_and_not_waited_for() -> None:
    over = threading.Event()
    for store, piece in (
        (MemoryObjectStore(), "read"),
        (_Refusing(), "AccessDenied"),
        (_Away(over), "within"),
    ):
        (finding,) = buckets(store, ["feeds"], patience=5 if piece != "within" else 0.01)
        assert piece in finding.message
        assert finding.level is (Level.OK if piece == "read" else Level.ERROR)
    over.set()


@pytest.fixture(scope="module")
def env_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("env") / ".env"


@given(name=st.sampled_from(KNOWN), data=st.data())
def test_a_setting_that_lost_a_letter_is_never_passed_over(env_file: Path, name: str, data: Any) -> None:
    lost = data.draw(st.integers(0, len(name) - 1))
    wrong = name[:lost] + name[lost + 1 :]
    # A name, and one that is nobody else's.
    if wrong in KNOWN or not wrong.strip("_") or wrong.startswith("AWS_"):
        return
    env_file.write_text(f"{wrong}=1\n")
    (finding,) = misspelt(None, env_file=env_file, environment={})
    assert wrong in finding.message
    if len(name) > 6:
        assert finding.level is Level.ERROR
        assert name in finding.message


@given(names=st.lists(st.sampled_from(KNOWN), unique=True))
def test_what_is_right_is_not_found_fault_with(env_file: Path, names: list[str]) -> None:
    env_file.write_text("".join(f"{name}=1\n" for name in names))
    kubernetes = {"FEEDSCRIPT_SERVICE_HOST": "10.0.0.1", "FEEDSCRIPT_PORT": "tcp://10.0.0.1:3000"}
    environment = {**EVERYBODYS, **kubernetes, "FEEDSCRIPT_KEY": "k", **dict.fromkeys(names, "1")}
    assert not list(misspelt(None, env_file=env_file, environment=environment))


def test_the_kind_of_a_file_system_is_that_of_its_nearest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "1 0 0:1 / / rw - ext4 /dev/a rw\n2 1 0:2 / /srv/a\\040b rw shared:1 - nfs4 host:/x rw\n"
        "3 1 0:3 / /srv/a\\040bc rw - tmpfs none rw\n"
    )
    kinds = [
        file_system_of(Path(place), mounts)
        for place in ("/srv", "/srv/a b", "/srv/a b/jobs", "/srv/a bc/jobs")
    ]
    assert kinds == ["ext4", "nfs4", "nfs4", "tmpfs"]
    assert file_system_of(Path("/srv"), tmp_path / "none") == ""


def test_processes_that_live_are_not_broken_however_often_they_end() -> None:
    now = [0.0]
    counted = BrokenWorkers(2, clock=lambda: now[0])
    for worker in range(100):
        counted.began(worker)
        now[0] += YOUNG
        assert not counted.ended(worker)
    for worker in range(100):  # one a quarter of a minute is no row of them
        counted.began(worker)
        now[0] += 15
        counted.began(-worker - 1)
        assert not counted.ended(-worker - 1)


def test_enough_that_end_at_once_are_enough() -> None:
    counted = BrokenWorkers(2, clock=lambda: 1.0)
    answers = []
    for worker in range(6):
        counted.began(worker)
        answers.append(counted.ended(worker))
    assert answers == [False] * 5 + [True]


def test_a_profile_of_ones_own_is_checked_once_with_the_files_that_name_it(tmp_path: Path) -> None:
    text = (ROOT / "examples/own_partner.yaml").read_text()
    (tmp_path / "config/partners").mkdir(parents=True)
    own = tmp_path / "config/shop.yaml"
    own.write_text(text)
    for name in ("a", "b"):
        (tmp_path / f"config/partners/{name}.yaml").write_text("profile: ../shop.yaml\n")
    assert not found(tmp_path)
    own.write_text(text.replace("unique:", "uniqe:").replace("type: gtin", "type: gtim"))
    told = found(tmp_path)
    assert [each[:2] for each in told] == [("error", "config")] * 2
    assert ["config/shop.yaml:11" in told[0][2], "config/shop.yaml:18" in told[1][2]] == [True, True]
