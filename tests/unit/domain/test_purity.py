"""The domain stands alone: importing it brings in the standard library and nothing else."""

import json
import subprocess
import sys

LOADED = "import feedscript.domain, json, sys; print(json.dumps(sorted(sys.modules)))"
#: Of the standard library and the domain's own, beyond those of the interpreter's start.
MOST_MODULES = 60
ALL = "import feedscript.service, feedscript.adapters.memory, sys; print(*sys.modules)"


def test_importing_the_domain_brings_in_the_standard_library_alone() -> None:
    # Without the site module nothing but the program and its own package is on the path.
    modules = json.loads(_run(LOADED, "-I"))
    ours = {name for name in modules if name.partition(".")[0] == "feedscript"}
    assert ours
    assert {name for name in ours if not name.startswith("feedscript.domain")} == {"feedscript"}
    site = set(json.loads(_run("import json, sys; print(json.dumps(sorted(sys.modules)))", "-I")))
    foreign = {name.partition(".")[0] for name in set(modules) - ours - site} - sys.stdlib_module_names
    assert foreign == set()
    # An import is as fast as it is small: `make bench` has the time.
    assert len(set(modules) - site) <= MOST_MODULES


def test_importing_the_service_brings_in_no_test_tool() -> None:
    assert {"pytest", "hypothesis", "_pytest"}.isdisjoint(_run(ALL, "-I").split())


def _run(program: str, *flags: str) -> str:
    return subprocess.run(
        [sys.executable, *flags, "-c", program], capture_output=True, text=True, check=True
    ).stdout
