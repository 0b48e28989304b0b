"""`feedscript keys`: a key is shown once, kept as a hash, and every change is on the trail."""

import json
from pathlib import Path
from typing import Any

import pytest

from feedscript.domain import KEY_ID, key_digest, key_id_of
from tests.integration.cli.shell import feedscript


def created(folder: Path, *arguments: str) -> str:
    made = feedscript(folder, "keys", "create", *arguments)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def listed(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    told = feedscript(folder, "keys", "list", *arguments)
    assert told.returncode == 0, told.stderr
    return [json.loads(line) for line in told.stdout.splitlines()]


def trail(folder: Path) -> list[dict[str, Any]]:
    lines = feedscript(folder, "audit", "list").stdout.splitlines()
    return [json.loads(line) for line in reversed(lines)]


def test_a_key_is_shown_once_and_kept_as_a_hash(tmp_path: Path) -> None:
    text = created(
        tmp_path, "ci", "--scope", "read", "--scope", "submit", "--merchant", "m1", "--expires-in", "90d"
    )
    (key,) = listed(tmp_path)
    assert key["id"] == key_id_of(text)
    assert KEY_ID.fullmatch(key["id"])
    assert (key["name"], key["scopes"], key["merchants"], key["partners"]) == (
        "ci",
        ["read", "submit"],
        ["m1"],
        None,
    )
    assert (key["state"], key["last_used_at"]) == ("good", None)
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and not path.is_symlink()]
    assert any(key_digest(text).encode() in data for data in files)
    assert not any(text[15:].encode() in data for data in files)


def test_every_change_is_on_the_trail_and_no_secret(tmp_path: Path) -> None:
    first = created(tmp_path, "ci")
    rotated = feedscript(tmp_path, "keys", "rotate", "ci", "--keep-for", "1h")
    second = rotated.stdout.strip()
    assert feedscript(tmp_path, "keys", "revoke", second).returncode == 0
    told = [(entry["type"], entry["data"]["key"]["id"], entry["data"]["actor"]) for entry in trail(tmp_path)]
    ids = [key_id_of(first), key_id_of(second)]
    assert told == [
        ("feedscript.key.created", ids[0], "operator"),
        ("feedscript.key.revoked", ids[0], "operator"),
        ("feedscript.key.created", ids[1], "operator"),
        ("feedscript.key.revoked", ids[1], "operator"),
    ]
    assert trail(tmp_path)[2]["data"]["replaces"] == ids[0]
    assert first[15:] not in json.dumps(trail(tmp_path))
    assert key_digest(first) not in json.dumps(trail(tmp_path))
    states = {key["id"]: key["state"] for key in listed(tmp_path, "--all")}
    assert states == {ids[0]: "good", ids[1]: "revoked"}, "the old one is good for another hour"
    assert [key["id"] for key in listed(tmp_path)] == [ids[0]]


def test_what_a_rotated_key_may_do_is_what_the_old_one_could(tmp_path: Path) -> None:
    created(tmp_path, "ci", "--scope", "read", "--partner", "meta", "--expires-in", "30d")
    assert feedscript(tmp_path, "keys", "rotate", "ci").returncode == 0
    old, new = listed(tmp_path, "--all")
    assert (old["state"], new["state"]) == ("revoked", "good")
    assert all(old[same] == new[same] for same in ("name", "scopes", "merchants", "partners"))
    assert new["expires_at"] > old["expires_at"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "ci"), "still good"),
        (("create", "a/b"), "none of them"),
        (("create", "x" * 101), "none of them"),
        (("create", "x", "--scope", "everything"), "everything"),
        (("create", "x", "--expires-in", "soon"), "90d"),
        (("revoke", "nobody"), "nobody"),
        (("rotate", "../ci"), "no key"),
    ],
)
def test_what_cannot_be_is_told_in_words(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    created(tmp_path, "ci")
    ended = feedscript(tmp_path, "keys", *arguments)
    assert ended.returncode in (1, 2)
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(listed(tmp_path)) == 1


def test_an_operator_of_all_has_every_scope_but_the_audit(tmp_path: Path) -> None:
    created(tmp_path, "ops")
    assert listed(tmp_path)[0]["scopes"] == ["callback", "operate", "read", "submit"]
