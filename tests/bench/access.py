"""What it costs to ask who may see what: the authorised query beside a plain join with the membership."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evidence.models import Evidence
from organisations.middleware import memberships_of, note_rights
from organisations.models import User
from records.search import found

from .figures import Part
from .meters import interleaved
from .stock import Stocked

HOW = (
    "CPU of the first 50 items of evidence through `visible_to`, divided by that of the same 50 through a join with "
    "the membership, which knows neither roles nor end dates nor grants."
)
TYPED = ("re", "report", "fairness", "fairness audit", "EV-1", "EV-99", "6.1.2", "person 3", "zzz")
TYPING = 50


def inside(user: User) -> User:
    """A person as a request knows them."""
    known = User.objects.get(pk=user.pk)
    note_rights(known, memberships_of(known))
    return known


def authorised(stock: Stocked, *, rounds: int) -> Part:
    part = Part(f"Authorised query at {stock.size.evidence:,}", HOW)
    here = Evidence.objects.filter(organisation=stock.organisation)

    def joined() -> Any:
        return list(here.filter(organisation__memberships__user=stock.officer).order_by("pk")[:50])

    people = {"officer": stock.officer, "auditor": stock.auditor, "contributor": stock.contributor}
    cases = {name: seen_by(stock, inside(user)) for name, user in people.items()}
    for name, ratio in interleaved(cases, joined, rounds=rounds).items():
        low, high = ratio.quartiles
        part.add(name, ratio.median, 3, unit="×", spread=f"{low:.2f}–{high:.2f}")
    return part


def seen_by(stock: Stocked, user: User) -> Callable[[], Any]:
    return lambda: list(Evidence.objects.visible_to(user).of(stock.organisation).order_by("pk")[:50])


def typing(stock: Stocked, *, rounds: int) -> Part:
    """What a person waits for at each key in the search field, without the drawing."""
    part = Part(f"Search while typing at {stock.size.evidence:,}", "CPU of one search, median and quartiles.")
    cases = {}
    for name, person in (("officer", stock.officer), ("contributor", stock.contributor)):
        user = inside(person)
        rights = user.held[stock.organisation.pk]  # type: ignore[attr-defined]
        for text in TYPED:
            cases[f"“{text}”, {name}"] = search(user, stock, text, rights)
    for name, ratio in interleaved(cases, lambda: None, rounds=rounds).items():
        low, high = ratio.case.quartiles
        part.add(name, ratio.case.median, TYPING, unit=" ms", spread=f"{low:.1f}–{high:.1f}")
    return part


def search(user: User, stock: Stocked, text: str, rights: frozenset[str]) -> Callable[[], Any]:
    return lambda: found(user, stock.organisation, text, 10, rights=rights)
