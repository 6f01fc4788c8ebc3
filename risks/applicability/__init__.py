"""Own controls and the Statement of Applicability (ISO 42001 6.1.3)."""
