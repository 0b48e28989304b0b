"""The shipped harness: fakes, strategies, lifecycle machines and contract suites for adapters of your own."""
