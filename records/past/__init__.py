"""The records as they were at the end of a day gone by, read from history (ISO 42001 7.5.3, 10.1)."""
