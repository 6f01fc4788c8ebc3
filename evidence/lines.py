"""The evidence of a record, and what evidence proves, as lines of a page."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import capfirst

from organisations.requests import MemberRequest
from records.models import Record

from .models import Evidence
from .references import natural
from .tables import TONES

# A page names so many of what proves a record, the newest; the library has all of it.
SHOWN = 50


def evidence_for(request: MemberRequest, record: Record) -> Any:
    """All evidence for `record` that the person may see, with versions at hand."""
    found = Evidence.objects.visible_to(request.user).filter(proofs__record=record)
    return found.select_related("organisation").prefetch_related("versions")


def evidence_of(request: MemberRequest, record: Record) -> list[Evidence]:
    """The newest evidence for `record`, SHOWN at most, in the order of references."""
    newest = evidence_for(request, record).order_by("-received_on", "-pk")[:SHOWN]
    return sorted(newest, key=lambda item: natural(item.reference))


def lines_of(request: MemberRequest, record: Record, items: list[Evidence] | None = None) -> dict[str, Any]:
    """What templates/evidence/lines.html shows: `files` (of `items` from `evidence_of`), and how many are more."""
    items = evidence_of(request, record) if items is None else items
    today = request.organisation.today()
    here = reverse("evidence-list", kwargs={"organisation": request.organisation.slug})
    count = len(items) if len(items) < SHOWN else evidence_for(request, record).count()
    return {
        "files": [line_of(item, today) for item in items],
        "more_files": count - len(items),
        "all_files": f"{here}?{urlencode({'proves': record.reference})}",
    }


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


def proven_by(request: MemberRequest, evidence: Evidence) -> list[dict[str, Any]]:
    """What an item proves, as far as the person may see it: each record with the word for its kind."""
    visible = Record.objects.visible_to(request.user).filter(proved_by__evidence=evidence)
    records = sorted(visible.select_related("organisation"), key=lambda record: natural(record.reference))
    return [{"record": record, "kind": capfirst(str(type_of(record)._meta.verbose_name))} for record in records]


def type_of(record: Record) -> type[Record]:
    """The record type behind a row of `Record`."""
    return next(model for model in Record.__subclasses__() if record.kind == model.KIND)


def list_of(record: Record) -> tuple[str, str]:
    """Words and address of the list a record stands in."""
    words = capfirst(str(type_of(record)._meta.verbose_name_plural))
    return words, reverse(f"{record.kind}-list", kwargs={"organisation": record.organisation.slug})
