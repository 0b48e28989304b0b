"""A running server held to the model, by its address alone: a deployment, or another implementation of the API.

`pytest --pyargs feedscript.testing.deployed --feedscript-url=http://127.0.0.1:3000` needs no module of one's own
(docs/testing.md); in one, `TestStaging = http_lifecycle_test("http://staging:3000")` does the same.
"""

from feedscript.testing.http.machine import HttpLifecycle, hold_to_the_model, http_lifecycle_test
from feedscript.testing.http.target import Reply, ServerUnreachable, Target

__all__ = [
    "HttpLifecycle",
    "Reply",
    "ServerUnreachable",
    "Target",
    "hold_to_the_model",
    "http_lifecycle_test",
]
