"""Dated scores of risks (ISO 42001 6.1.2, 8.2)."""
