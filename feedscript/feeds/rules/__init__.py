"""Rules: what a profile declares, compiled to expressions of the query engine; and their catalogue."""
