"""Realistic bugs in copies of the code, and which of the shipped suites catches each."""
