"""S3's object store by the shipped contract, over S3's own protocol."""

from collections.abc import Iterator

import pytest

from feedscript.adapters.objects import S3ObjectStore
from feedscript.ports import ObjectStore
from feedscript.testing.contracts import ObjectStoreContract
from tests.s3_server import REGION, empty_bucket, s3_server


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as endpoint:
        yield endpoint


class TestS3ObjectStore(ObjectStoreContract):
    @pytest.fixture
    def store(self, endpoint: str) -> ObjectStore:
        empty_bucket(endpoint, "feeds")
        return S3ObjectStore(region=REGION, endpoint=endpoint)
