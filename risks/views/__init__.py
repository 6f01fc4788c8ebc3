"""Pages of risks and what belongs to them."""
