"""A partner's profile held to itself: what it lets pass, what it finds, and that a feed made by it is right by it.

>>> TestGoogle = profile_test("google")
"""

from feedscript.testing.profile.contract import ProfileContract, profile_test

__all__ = ["ProfileContract", "profile_test"]
