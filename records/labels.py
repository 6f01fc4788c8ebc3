"""Versions as people write them: 2.0, then 2.1."""


def next_label(label: str) -> str:
    """`2.1` after `2.0`, `4` after `3`; what does not end in a number counts on behind a dot."""
    head, dot, last = label.rpartition(".")
    return f"{head}{dot}{int(last) + 1}" if last.isdecimal() else f"{label}.1"
