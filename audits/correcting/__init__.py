"""Corrective actions and improvements: what is done, whether it helped, and what could be better (10.1, 10.2)."""
