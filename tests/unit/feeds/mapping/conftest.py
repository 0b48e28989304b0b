"""What tests of mappings share: the feeds of exports, which take a second each."""

from tests.unit.feeds.mapping.platform_feeds import feeds

__all__ = ["feeds"]
