"""The service and the domain behind it, by the shipped machine."""

from feedscript.testing.lifecycle import lifecycle_test

TestServiceLifecycle = lifecycle_test(lambda rig: rig.service_over(*rig.memory), examples=250, steps=30)


def test_the_machine_reaches_what_seldom_happens() -> None:
    reached = TestServiceLifecycle.reached
    if not reached:  # another process of the tests has run the machine
        TestServiceLifecycle("runTest").debug()
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
