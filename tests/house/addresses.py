"""Walks the map of the portal: every page with its name and an address that leads to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

ARGUMENT = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")
GROUP = re.compile(r"\(\?P<(?P<name>\w+)>[^)]*\)")
MADE_UP = {
    "organisation": "brightwater",
    "reference": "AIS-01",
    "token": "x" * 43,
    "key": "x" * 20,
    "int": "1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


@dataclass(frozen=True)
class Address:
    """One page of the portal; `pattern` has its arguments in angle brackets, as in urls.py."""

    name: str
    pattern: str

    @property
    def is_of_an_organisation(self) -> bool:
        return self.pattern.startswith("/<slug:organisation>/")

    def filled(self, argument: Callable[[str], str | None] = MADE_UP.get) -> str:
        """The address with `argument(name)` in each place, else what was made up for it or for its kind."""

        def fill(found: re.Match[str]) -> str:
            name, converter = found["name"], found["converter"] or ""
            return argument(name) or MADE_UP.get(name) or MADE_UP.get(converter) or "x1"

        return ARGUMENT.sub(fill, self.pattern)


def addresses(resolver: URLResolver | None = None, before: str = "/") -> Iterator[Address]:
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = before + plain(str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from addresses(entry, pattern)
        elif isinstance(entry, URLPattern):
            yield Address(entry.name or pattern, pattern)


def plain(pattern: str) -> str:
    """A pattern as in `path()`, also where it is a regular expression."""
    return GROUP.sub(r"<\g<name>>", pattern).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
