"""The service and the domain behind it, by the shipped machine."""

from feedscript.testing.lifecycle import lifecycle_test

TestServiceLifecycle = lifecycle_test(lambda rig: rig.service_over(*rig.memory), examples=250, steps=30)


def test_the_machine_reaches_what_seldom_happens() -> None:
    # After the test above, which pytest runs first.
    reached = TestServiceLifecycle.reached
    seldom = {
        "automatic retry",
        "automatic retries exhausted",
        "retries_exhausted",
        "revoked",
        "no_callback",
        "cancelled",
        "retry called off",
        "waited for its turn",
        "crashed",
        "reference_mismatch",
    }
    assert seldom - {*reached} == set()
