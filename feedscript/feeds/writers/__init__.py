"""Writers: the canonical items as the file that a partner takes."""
