"""Incidents: recorded, told to whom they must be told in time, corrected, closed with what was learned (8.2, A.8.4)."""
