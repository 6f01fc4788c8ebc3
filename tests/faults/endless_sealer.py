"""Seals two events at a time for as long as it lives: `python -m tests.faults.endless_sealer`. Made to be killed."""

from __future__ import annotations

import django


def main() -> None:
    django.setup()
    from records.sealing.sealer import seal

    while True:
        seal(size=2)


if __name__ == "__main__":
    main()
