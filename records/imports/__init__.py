"""Bringing a register as a spreadsheet: read, matched, checked as a whole, written in one transaction (issue 5)."""
