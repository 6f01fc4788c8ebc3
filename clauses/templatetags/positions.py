"""Parts of the requirements that other pages show."""

from typing import Any

from django import template
from django.db.models import Q

from clauses.models import Position
from clauses.standing import standings
from evidence.models import Evidence
from systems.models import AISystem

register = template.Library()


@register.inclusion_tag("clauses/linked_positions.html", takes_context=True)
def linked_positions(context: dict[str, Any], system: AISystem) -> dict[str, Any]:
    """The requirements whose position names an AI system, or whose evidence is about it, with the state of each."""
    request = context["request"]
    about = Evidence.objects.visible_to(request.user).filter(proofs__record=system)
    concerned = Q(systems=system) | Q(proved_by__evidence__in=about)
    found = (
        Position.objects.visible_to(request.user).filter(concerned).distinct().in_order().select_related("organisation")
    )
    return {"standings": standings(found, on=request.organisation.today())}
