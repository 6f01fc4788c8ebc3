"""Treatments, acceptance of what remains, the plan as a whole (ISO 42001 6.1.3, 8.3)."""
