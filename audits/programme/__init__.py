"""The audit programme, its coverage over the years, and the calendar of certification (ISO 42001 9.2.2)."""
