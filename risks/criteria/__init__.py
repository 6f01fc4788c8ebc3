"""Risk criteria: versions, approval, the one in force (ISO 42001 6.1.1, 6.1.2)."""
