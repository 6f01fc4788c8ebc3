"""The code with which somebody without a name reads the answer to their concern. Only its hash is kept."""

from __future__ import annotations

import hashlib
import secrets

# Digits and letters that nobody takes for one another: each is worth five bits.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, EACH = 4, 4
MISREAD = str.maketrans("OIL", "011")


def new_code() -> str:
    """Four groups of four, 80 bits of chance: `7K3M-Q9TX-04HB-WZ5R`."""
    return "-".join("".join(secrets.choice(LETTERS) for _letter in range(EACH)) for _group in range(GROUPS))


def hash_of(code: str) -> str:
    """SHA-256 of a code however it was typed; empty for what cannot be one."""
    plain = "".join(filter(str.isalnum, code.upper())).translate(MISREAD)
    if len(plain) != GROUPS * EACH or not set(plain) <= set(LETTERS):
        return ""
    return hashlib.sha256(plain.encode()).hexdigest()
