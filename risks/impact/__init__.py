"""The impact assessment at work: its versions (ISO 42001 6.1.4, 8.4)."""
