"""YAML documents: checked with the line of each mistake, and those of the package compiled once."""
