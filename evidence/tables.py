"""The evidence library as a list."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from records.tables import NUMBER, WIDE, BadgeColumn, DayColumn, RecordTable
from records.templatetags.components import badge, day

from .models import Evidence, State

TONES = {State.CURRENT: "", State.EXPIRING: "warn", State.EXPIRED: "bad", State.ABSENT: "warn"}


class EvidenceTable(RecordTable):
    evidence_kind = BadgeColumn({}, verbose_name=_("Kind"), attrs=WIDE)
    proves = tables.Column(verbose_name=_("Proves"), accessor="proofs", orderable=False, empty_values=(), attrs=WIDE)
    received_on = DayColumn()
    valid_until = tables.Column(verbose_name=_("Valid until"), empty_values=(), attrs={"td": {"class": "nowrap"}})
    version_number = tables.Column(
        verbose_name=_("Version"), accessor="latest", orderable=False, empty_values=(), attrs=NUMBER
    )
    review_on = None

    class Meta(RecordTable.Meta):
        model = Evidence
        fields = (
            *("reference", "title", "evidence_kind", "proves", "owner"),
            *("version_number", "received_on", "valid_until"),
        )
        sequence = fields
        attrs = RecordTable.Meta.attrs

    def references(self, record: Evidence) -> list[str]:
        return sorted(proof.record.reference for proof in record.proofs.all())

    def render_proves(self, record: Evidence) -> str:
        return ", ".join(self.references(record)) or "–"

    def value_proves(self, record: Evidence) -> str:
        return ", ".join(self.references(record))

    def render_version_number(self, record: Evidence) -> Any:
        return record.latest.number if record.latest else "–"

    def value_version_number(self, record: Evidence) -> Any:
        return record.latest.number if record.latest else None

    def render_valid_until(self, record: Evidence) -> str:
        state = record.state(self.request.organisation.today())
        if not TONES[state]:
            return str(day(record.valid_until))
        return format_html(
            "{} {}", badge(state.label, TONES[state]), day(record.valid_until) if record.valid_until else ""
        )

    def value_valid_until(self, record: Evidence) -> Any:
        return record.valid_until
