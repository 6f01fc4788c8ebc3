"""Parts of the requirements that other pages show."""

from typing import Any

from django import template

from clauses.models import Position
from clauses.standing import standings
from systems.models import AISystem

register = template.Library()


@register.inclusion_tag("clauses/linked_positions.html", takes_context=True)
def linked_positions(context: dict[str, Any], system: AISystem) -> dict[str, Any]:
    """The requirements whose position names an AI system, with the state of each."""
    request = context["request"]
    found = Position.objects.visible_to(request.user).filter(systems=system).in_order().select_related("organisation")
    return {"standings": standings(found, on=request.organisation.today())}
