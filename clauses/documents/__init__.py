"""Documented information and its versions (ISO 42001 5.2, 7.5)."""
