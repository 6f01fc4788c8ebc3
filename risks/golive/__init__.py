"""The gate to going live (ISO 42001 A.6.2.5)."""
