"""What else a requirement of ISO/IEC 42001 serves: requirements of other frameworks that relate to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from clauses.models import Mapping, OtherFramework, Requirement
from organisations.requests import MemberRequest
from organisations.roles import ENTER_ROOM, VIEW_RECORDS

from .coverage import RANK
from .lines import how_words


@dataclass
class Serves:
    """One framework with what of it relates; `weak` apart, for those who ask."""

    framework: OtherFramework
    url: str
    claimed: list[dict[str, Any]] = field(default_factory=list)
    weak: list[dict[str, Any]] = field(default_factory=list)


def served_frameworks(request: MemberRequest, requirement: Requirement) -> list[Serves]:
    """By framework, the strongest first. One query. Nothing in a room: crosswalks are not what is audited there."""
    if ENTER_ROOM in request.permissions:
        return []
    mappings: Any = Mapping.objects.visible_to(request.user).of(request.organisation)
    mappings = mappings.standing().filter(source=requirement, target__is_assessable=True)
    may_open = VIEW_RECORDS in request.permissions
    found: dict[int, Serves] = {}
    rows = mappings.select_related("target__framework").order_by("target__framework__name", "target__order", "pk")
    for mapping in sorted(rows, key=lambda one: RANK[one.strength]):
        framework = mapping.target.framework
        url = framework.address(request.organisation) if may_open else ""
        serves = found.setdefault(framework.pk, Serves(framework, url))
        (serves.claimed if mapping.is_claimed else serves.weak).append(
            {
                "requirement": mapping.target,
                "how": how_words(mapping),
                "url": framework.address(
                    request.organisation, "framework-requirement", requirement_id=mapping.target_id
                )
                if may_open
                else "",
            }
        )
    return sorted(found.values(), key=lambda one: (one.framework.is_own, one.framework.name))
