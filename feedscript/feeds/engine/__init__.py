"""What every step of the engine stands on: a bounded DuckDB, limits, progress, errors, pieces of SQL."""
