"""Validation: a feed is checked against a partner's profile, and what was found is reported."""
