"""A deployment held to the model: `pytest --pyargs feedscript.testing.deployed --feedscript-url=http://...`."""

import pytest

from feedscript.testing.http import Target, hold_to_the_model


def test_the_server_does_as_the_model_says(feedscript_target: Target, pytestconfig: pytest.Config) -> None:
    """Every answer, every job, every listing and every trail is what the model says."""
    hold_to_the_model(feedscript_target, examples=pytestconfig.getoption("--feedscript-examples"))
