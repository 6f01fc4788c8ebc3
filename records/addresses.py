"""Addresses of records. A page has hundreds of them, so the pattern is looked up once for a kind, not for each."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from django.urls import reverse
from django.utils.http import RFC3986_SUBDELIMS

HOLE = "REFERENCE"


def record_address(kind: str, organisation: str, reference: str, page: str = "detail") -> str:
    """Address of a page (detail, edit, history) of the record with this reference; `organisation` is its slug."""
    start, end = around(kind, organisation, page)
    return f"{start}{quote(reference, safe=RFC3986_SUBDELIMS + '/~:@')}{end}"


@lru_cache(maxsize=1024)
def around(kind: str, organisation: str, page: str) -> tuple[str, str]:
    address = reverse(f"{kind}-{page}", kwargs={"organisation": organisation, "reference": HOLE})
    start, _hole, end = address.rpartition(HOLE)
    return start, end
