"""Which AI systems a scope names, and where the inventory says something else by now (ISO 42001 4.3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from clauses.models import ScopeStatement
from organisations.models import Organisation
from records.approvable import OPEN, Standing
from systems.models import AISystem


@dataclass(frozen=True)
class Named:
    """One AI system as a scope names it."""

    reference: str
    title: str
    in_scope: bool
    reason: str


@dataclass(frozen=True)
class Disagreement:
    """Where the list of AI systems says something else than a scope: `what` names it for programs."""

    reference: str
    title: str
    what: str
    words: str


def systems_today(organisation: Organisation, user: Any = None) -> list[Named]:
    """The AI systems in use, in scope or out, as far as `user` may see them."""
    systems: Any = AISystem.objects.of(organisation).in_use()
    if user is not None:
        systems = systems.visible_to(user)
    rows = systems.order_by("reference").values_list("reference", "title", "in_scope", "scope_reason")
    return [Named(*row) for row in rows]


def systems_of(scope: ScopeStatement, user: Any = None) -> list[Named]:
    """What a version says: any but an open draft what it was submitted with.

    An open draft says what holds today, to `user` as far as they may see it.
    """
    if scope.state in OPEN:
        return systems_today(scope.organisation, user)
    return [Named(**row) for row in scope.content]


def disagreements(before: Iterable[Named], now: Iterable[Named]) -> list[Disagreement]:
    """What became of the AI systems since a scope was approved, system by system."""
    were, are = ({one.reference: one for one in some} for some in (before, now))
    found = []
    for reference in sorted({*were, *are}):
        was, is_now = were.get(reference), are.get(reference)
        if told := disagreement(was, is_now):
            named = is_now or was
            found.append(Disagreement(reference, named.title if named else "", *told))
    return found


def disagreement(was: Named | None, is_now: Named | None) -> tuple[str, str] | None:
    if was is None:
        words = _("New, in scope") if is_now and is_now.in_scope else _("New, out of scope")
        return "new", words
    if is_now is None:
        return "gone", _("Retired since; the scope names it as in scope") if was.in_scope else _("Retired since")
    if was.in_scope != is_now.in_scope:
        return ("came_in", _("In scope by now")) if is_now.in_scope else ("went_out", _("Out of scope by now"))
    if was.reason != is_now.reason:
        return "reason", _("The reason reads differently by now")
    return None


def approved_scope(organisation: Organisation) -> ScopeStatement | None:
    """The version in force today."""
    return ScopeStatement.objects.of(organisation).filter(state=Standing.APPROVED).order_by("-number").first()


def disagreements_today(organisation: Organisation, user: Any = None) -> list[Disagreement]:
    """Where scope and inventory disagree today; nothing while no scope is approved."""
    scope = approved_scope(organisation)
    if scope is None:
        return []
    return disagreements(systems_of(scope), systems_today(organisation, user))


def freeze(scope: ScopeStatement) -> None:
    """Keeps the AI systems of today as what this version names, with a fingerprint of all it says."""
    scope.content = [asdict(one) for one in systems_today(scope.organisation)]
    said = [scope.label, scope.text, scope.boundaries, scope.sites, scope.interfaces, scope.content]
    scope.fingerprint = hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
