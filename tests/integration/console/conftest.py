"""The application in this process, as the API's tests have it."""

from tests.integration.http.conftest import api

__all__ = ["api"]
