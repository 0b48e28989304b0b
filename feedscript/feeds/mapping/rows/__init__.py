"""Steps over the rows of a source, before attributes are taken from them."""
