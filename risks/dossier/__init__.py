"""One AI system from purpose to concerns, on one page."""
