"""The shipped harness: fakes, Hypothesis strategies, lifecycle machines, contract suites, injected faults.

Adapters of one's own: `contracts`. A service: `lifecycle`; a running server, by its address: `http` and `deployed`. A
partner profile: `profile`. Values: `strategies`. docs/testing.md has examples.

For tests of services built on feedscript, and of adapters written for its ports. `fakes`, `rig` and `stories` need
nothing but feedscript; the others need the `testing` extra (pytest and Hypothesis).
"""
