"""Settings of the whole suite."""

from hypothesis import settings

# The same examples every time; a search for new ones is made on purpose (HYPOTHESIS_PROFILE=default).
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
