"""What a control treats, on its own page and on the clause page."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import F

from records.addresses import record_address
from records.models import Record
from risks.models import Risk, Treatment

MOST = 50
register = template.Library()


@register.inclusion_tag("risks/treated_risks.html", takes_context=True)
def treated_risks(context: dict[str, Any], control: Record) -> dict[str, Any]:
    """The risks that the treatments resting on a control treat, as far as one may see them. Two queries at most."""
    request = context["request"]
    visible = Risk.objects.visible_to(request.user).of(request.organisation)
    found = Treatment.objects.visible_to(request.user).of(request.organisation)
    found = found.filter(links__control=control, treats__in=visible).select_related("treats")
    slug = request.organisation.slug
    found = found.order_by(F("treats__closed_on").desc(nulls_first=True), "treats__reference", "reference")[: MOST + 1]
    lines = [
        {
            "risk": treatment.treats,
            "treatment": treatment,
            "url": record_address(Risk.KIND, slug, treatment.treats.reference),
            "treatment_url": record_address(Treatment.KIND, slug, treatment.reference),
        }
        for treatment in found
    ]
    return {"lines": lines[:MOST], "are_more": len(lines) > MOST}
