"""A built-in script for the tests: what it does is in FEEDSCRIPT_SOURCE."""

import os
import signal
import sys
import time
from pathlib import Path


def main() -> int:
    mode = os.environ["FEEDSCRIPT_SOURCE"]
    if mode == "environment":
        sys.stdout.write(f"{sorted(os.environ)}\n{Path.cwd()} {os.getsid(0) == os.getpid()}\n")
    elif mode == "user":
        sys.stdout.write(f"{os.getuid()} {os.geteuid()} {os.getgid()}\n")
    elif mode == "raise":
        raise RuntimeError("on purpose")
    elif mode == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif mode.startswith("sleep "):
        Path(mode.removeprefix("sleep ")).write_text(str(os.getpid()))
        time.sleep(60)
    return 0
