"""The evidence library as a list."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from records.tables import NUMBER, WIDE, BadgeColumn, DayColumn, RecordTable
from records.templatetags.components import badge, day

from .models import Evidence, State
from .references import in_order

TONES = {
    State.CURRENT: "",
    State.EXPIRING: "warn",
    State.EXPIRED: "bad",
    State.ABSENT: "warn",
    State.DAMAGED: "bad",
}


class LatestColumn(tables.Column):
    """One fact about the newest version; `of` is its name there. Blank where no file ever came."""

    def __init__(self, of: str, **extra: Any) -> None:
        super().__init__(**{"accessor": "latest", "orderable": False, "empty_values": (), **extra})
        self.of = of

    def render(self, record: Evidence) -> Any:
        found = getattr(record.latest, self.of, None)
        return "–" if found in {None, ""} else found

    def value(self, record: Evidence) -> Any:
        return getattr(record.latest, self.of, None)


class EvidenceTable(RecordTable):
    """On the page what one looks for; in the export everything, with the dates and the hash."""

    evidence_kind = BadgeColumn({}, verbose_name=_("Kind"), attrs=WIDE)
    proves = tables.Column(verbose_name=_("Proves"), accessor="proofs", orderable=False, empty_values=(), attrs=WIDE)
    number = LatestColumn("number", verbose_name=_("Version"), attrs=NUMBER)
    produced_on = DayColumn(visible=False)
    covers_from = DayColumn(visible=False)
    covers_to = DayColumn(visible=False)
    received_on = DayColumn()
    valid_until = tables.Column(verbose_name=_("Valid until"), empty_values=(), attrs={"td": {"class": "nowrap"}})
    state = tables.Column(
        verbose_name=_("State"), accessor="valid_until", orderable=False, empty_values=(), visible=False
    )
    description = tables.Column(visible=False)
    filename = LatestColumn("filename", verbose_name=_("File"), visible=False)
    url = LatestColumn("url", verbose_name=_("Link"), visible=False)
    sha256 = LatestColumn("sha256", verbose_name="SHA-256", visible=False)
    review_on = DayColumn(verbose_name=_("Review"), visible=False)

    class Meta(RecordTable.Meta):
        model = Evidence
        fields = (
            *("reference", "title", "evidence_kind", "proves", "owner", "number", "produced_on", "covers_from"),
            *("covers_to", "received_on", "valid_until", "state", "description", "filename", "url", "sha256"),
            "review_on",
        )
        sequence = fields
        attrs = RecordTable.Meta.attrs

    def render_proves(self, record: Evidence) -> str:
        return self.value_proves(record) or "–"

    def value_proves(self, record: Evidence) -> str:
        return ", ".join(in_order(proof.record.reference for proof in record.proofs.all()))

    def render_valid_until(self, record: Evidence) -> str:
        state, until = self.state_of(record), record.valid_until
        if not TONES[state]:
            return str(day(until))
        return format_html("{} {}", badge(state.label, TONES[state]), day(until) if until else "")

    def value_valid_until(self, record: Evidence) -> Any:
        return record.valid_until

    def value_state(self, record: Evidence) -> str:
        return str(self.state_of(record).label)

    def state_of(self, record: Evidence) -> State:
        return record.state(self.request.organisation.today())
