"""The risk register: list, page, map, starter catalogue (ISO 42001 6.1.2, 8.2)."""
