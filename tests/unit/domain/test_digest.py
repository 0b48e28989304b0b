"""Digests are those that jobs were stored with."""

from feedscript.domain.digest import json_digest, sha256_hex


def test_an_objects_digest_is_that_of_its_canonical_json() -> None:
    assert json_digest({"b": None, "a": "x y"}) == sha256_hex(b'{"a":"x y","b":null}')
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
