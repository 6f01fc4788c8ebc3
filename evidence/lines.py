"""The evidence of a record as lines of a page."""

from datetime import date
from typing import Any

from django.urls import reverse

from organisations.requests import MemberRequest
from records.models import Record

from .models import Evidence
from .tables import TONES


def evidence_of(request: MemberRequest, record: Record) -> list[Evidence]:
    """Evidence for `record` that the person may see, with versions at hand."""
    found = Evidence.objects.visible_to(request.user).filter(proofs__record=record)
    return list(found.select_related("organisation").prefetch_related("versions").order_by("reference"))


def lines_of(request: MemberRequest, record: Record) -> list[dict[str, Any]]:
    today = request.organisation.today()
    return [line_of(evidence, today) for evidence in evidence_of(request, record)]


def line_of(evidence: Evidence, today: date) -> dict[str, Any]:
    """One item with its state on that day, as templates/evidence/lines.html shows it."""
    state, latest = evidence.state(today), evidence.latest
    line: dict[str, Any] = {
        "reference": evidence.reference,
        "name": f"{evidence.reference} {evidence.title}",
        "url": evidence.get_absolute_url(),
        "tone": TONES[state] or "good",
        "state": state.label,
        "valid_until": evidence.valid_until,
    }
    if latest:
        kwargs = {"organisation": evidence.organisation.slug, "reference": evidence.reference, "number": latest.number}
        line |= {"sha256": latest.sha256, "download_url": reverse("evidence-download", kwargs=kwargs), "latest": latest}
    return line
