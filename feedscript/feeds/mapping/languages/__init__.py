"""What merchants call columns and write in them, a document for each language, and which of it a source means."""
