"""The sample organisations of the demo: invented people, names and numbers."""
