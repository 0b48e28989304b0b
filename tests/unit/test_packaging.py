"""The wheel holds what the source tree holds."""

from pathlib import Path

from setuptools import find_packages

ROOT = Path(__file__).parents[2]


def test_every_module_is_in_a_package_that_is_shipped() -> None:
    shipped = set(find_packages(str(ROOT), include=["feedscript*"]))
    modules = (path.relative_to(ROOT).parent for path in (ROOT / "feedscript").rglob("*.py"))
    assert {".".join(folder.parts) for folder in modules} == shipped


def test_every_data_file_has_a_kind_that_is_shipped() -> None:
    kinds = {path.suffix for path in (ROOT / "feedscript").rglob("*.*") if path.is_file()}
    assert kinds - {".py", ".pyc", ".typed"} <= {
        ".yaml",
        ".html",
        ".j2",
        ".css",
        ".js",
        ".txt",
        ".json",
        ".zip",
    }
