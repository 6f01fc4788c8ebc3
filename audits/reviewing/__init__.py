"""The management review: planned, prepared from the records, held, its minutes issued (ISO 42001 9.3)."""
