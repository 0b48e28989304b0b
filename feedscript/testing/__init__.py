"""The shipped harness: fakes, Hypothesis strategies, lifecycle machines, contract suites, injected faults.

For tests of services built on feedscript, and of adapters written for its ports. `fakes`, `rig` and `stories` need
nothing but feedscript; `strategies`, `lifecycle`, `contracts` and `faults` need the `testing` extra (pytest and
Hypothesis).
"""
