"""The console: pages at `/console` for whoever looks after the service, over the same service as the API."""
