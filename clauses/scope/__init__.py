"""The scope of the AIMS, version by version (ISO 42001 4.3)."""
