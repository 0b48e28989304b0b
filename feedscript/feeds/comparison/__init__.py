"""Comparison: which items of a feed are new, gone or changed against another, by attribute, in any format."""
