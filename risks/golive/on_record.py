"""What life-cycle records say about a version that is to go live (ISO 42001 A.6.2.4, A.8.2)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from systems.models import AISystem, Outcome, RecordKind, SystemRecord

# The kind of record that stands for each text of a decision (gate.TEXTS).
KINDS = {"verification": RecordKind.VERIFICATION, "user_information": RecordKind.USERS}


def records_for(system: AISystem, version: str) -> Any:
    """Tests of exactly this version, without those that were done again; information for it, or for each version."""
    tests = Q(record_kind=RecordKind.VERIFICATION, system_version=version)
    information = Q(record_kind=RecordKind.USERS, system_version__in={version, ""})
    found = SystemRecord.objects.standing().filter(tests | information, system=system)
    return found.select_related("organisation").order_by("-done_on", "-pk") if version else found.none()


def by_text(system: AISystem, version: str) -> dict[str, list[SystemRecord]]:
    """The records by the text they stand for; those that failed come first."""
    found = sorted(records_for(system, version), key=lambda one: one.outcome != Outcome.FAILED)
    return {name: [one for one in found if one.record_kind == kind] for name, kind in KINDS.items()}


def in_words(record: SystemRecord) -> str:
    """A record as a decision names it: `LC-01 Fairness test: passed, 12 Oct 2026`."""
    told = [str(record.get_outcome_display()).lower()] if record.outcome else []
    told += [date_format(record.done_on, "j M Y")] if record.done_on else []
    named = {"record": record, "told": ", ".join(told)}
    return _("%(record)s: %(told)s") % named if told else str(record)
