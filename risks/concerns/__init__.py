"""Concerns: raised by anybody, also without a name, answered by those who keep the AIMS (A.3.3)."""
