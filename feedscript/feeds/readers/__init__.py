"""Readers: any source, of any format, becomes a `Staged` file."""
