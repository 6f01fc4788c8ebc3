"""Findings: what an audit found, what is answered and done about it, and who verifies that (ISO 42001 9.2, 10.2)."""
