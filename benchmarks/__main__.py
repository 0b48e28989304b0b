"""`python -m benchmarks [NAME ...]`: run all benchmarks, or those named."""

import sys
from importlib import import_module

BENCHMARKS = (
    "domain_import",
    "validation",
    "validation_formats",
    "lxml",
    "readers",
    "generation",
    "row_steps",
    "accept",
    "noop_jobs",
    "hosts",
    "builtin_validation",
    "lookups",
    "steering",
)


def main(names: list[str]) -> int:
    """Run the benchmarks one after the other."""
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        print(f"\n== {name}", flush=True)
        import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
