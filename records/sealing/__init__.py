"""History sealed: a gapless order of each organisation's events, under Merkle roots that chain up to one head.

What is sealed. Every row of every event table (`organisations.history.tracked`), once it is committed, gets a place in
the *chain* of its organisation: 1, 2, 3 … without a gap. What belongs to no organisation stands in the chain of the
installation. The order is that of sealing; within one root it is that of time.

The line of an event is UTF-8 JSON without spaces, keys sorted, nothing escaped that need not be
(`json.dumps(..., sort_keys=True, separators=(",", ":"), ensure_ascii=False)`):

    {"at": "2026-11-23T09:41:07.123456+00:00", "context": UUID or null, "event": its pgh_id, "label": "insert",
     "metadata": what is known of the context (who, which page, which job) or null, "object": pgh_obj_id as text,
     "sequence": its place in the chain, "table": name of the event table, "values": {column: text or null}}

Values are PostgreSQL's text forms under fixed settings (`lines.PINNED`). Which columns they are, is the *shape* of the
table when the event was sealed: a column that a later migration adds is not in the lines of earlier events.

    leaf = SHA-256(0x00 ‖ line)
    node = SHA-256(0x01 ‖ left ‖ right); the odd last one of a level goes up unchanged (this is the tree of RFC 6962)
    head = SHA-256(0x02 ‖ head of the root before, 32 zero bytes at first ‖ Merkle root ‖
                   {"first": …, "last": …, "made_at": …, "number": …} as JSON like the line)

The *current root* is the newest root of a chain: its number, its head and its last sequence are printed in reports.
Whoever has noted a head proves with it that everything up to its last sequence is what it was (`verify --head`).

Rooms: `models`, `lines` and `belonging` (SQL), `merkle` (pure), `sealer` (writes), `roots` and `packed` (read),
`verifying` (finds what was altered). Reasons: docs/decisions/0025-sealed-history.md.
"""
