"""Which pages somebody in a room may open, by the name of their address. Whatever is not named here is 404 to them."""

# Pages to be read; what of them is shown, `visible_to` decides.
READS: frozenset[str] = frozenset()
# Their own desk: what they may post to.
WRITES: frozenset[str] = frozenset()
