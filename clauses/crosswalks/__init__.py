"""Other frameworks beside ISO/IEC 42001, what of them the AIMS already shows, and who says so (crosswalks)."""
