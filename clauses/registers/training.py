"""Training records and competences (ISO 42001 7.2)."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clauses.models import Competence, TrainingRecord
from clauses.models.support import Level, TrainingState
from organisations.requests import MemberRequest
from records.filters import RecordFilter
from records.imports.importer import Importer
from records.naming import named_for
from records.register_columns import WideColumn
from records.register_page import REVIEW, RegisterForm, RegisterViews
from records.tables import WIDE_NOWRAP, BadgeColumn, DayColumn, RecordTable
from records.templatetags.components import badge
from systems.tables import HiddenColumn

TONES = {
    TrainingState.NOT_COMPLETED: "warn",
    TrainingState.EXPIRED: "bad",
    TrainingState.NOT_CHECKED: "info",
    TrainingState.COMPLETED: "good",
}
GAP = [("yes", _("With a gap")), ("no", _("Without"))]


class TrainingForm(RegisterForm):
    groups = [
        (_("Training"), _("Who takes part in what."), ["title", "owner", "due_on"]),
        (
            _("Result"),
            _("Filled in once it is completed. Proof of it is evidence on its page."),
            [("completed_on", "expires_on"), "score", "effective_check"],
        ),
        (REVIEW[0], _("When this entry is looked at again."), [("review_on", "review_every")]),
    ]

    class Meta:
        model = TrainingRecord
        fields = [
            *("title", "owner", "due_on", "completed_on", "expires_on", "score", "effective_check"),
            *("review_on", "review_every"),
        ]
        labels = {"title": _("Course"), "owner": _("Person")}


class TrainingTable(RecordTable):
    owner = tables.Column(verbose_name=_("Person"), order_by=("owner__name",), attrs=WIDE_NOWRAP)
    state = tables.Column(verbose_name=_("State"), empty_values=(), orderable=False)
    completed_on = DayColumn()
    expires_on = DayColumn(verbose_name=_("Valid until"))
    due_on = HiddenColumn()
    score = HiddenColumn()
    effective_check = HiddenColumn()
    review_on = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = TrainingRecord
        fields = (
            *("reference", "title", "owner", "state", "completed_on", "expires_on"),
            *("due_on", "score", "effective_check", "review_on"),
        )
        sequence = fields

    def render_owner(self, value: Any) -> str:
        return named_for(self.request, value)

    def value_owner(self, value: Any) -> str:
        return named_for(self.request, value)

    def render_state(self, record: TrainingRecord) -> str:
        state = record.state(self.request.organisation.today())
        return str(badge(state.label, TONES[state]))

    def value_state(self, record: TrainingRecord) -> str:
        return str(record.state(self.request.organisation.today()).label)


class TrainingFilter(RecordFilter):
    state = filters.ChoiceFilter(choices=TrainingState.choices, method="by_state", label=_("State"))

    def by_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found: Any = queryset
        return found.in_state(value, self.request.organisation.today())


class TrainingImporter(Importer):
    """A course is taken by many: who took it names the record with it."""

    key = ("title", "owner")


class TrainingViews(RegisterViews):
    model, form_class, table_class, filter_class = TrainingRecord, TrainingForm, TrainingTable, TrainingFilter
    path = "training-records"
    about_person = "owner"
    clause = "7.2"
    lead = _("Who was trained in what, with proof, and whether it worked.")
    bulk = ("owner", "review_on", "due_on")
    imports = (
        *("title", "owner", "due_on", "completed_on", "expires_on", "score", "effective_check"),
        *("review_on", "review_every"),
    )
    importer = TrainingImporter
    chips = (
        (_("Not completed"), {"state": "not_completed"}),
        (_("Not checked"), {"state": "not_checked"}),
        (_("Expired"), {"state": "expired"}),
    )

    def extra_context(self, request: MemberRequest, record: TrainingRecord) -> dict[str, Any]:
        state = record.state(request.organisation.today())
        return super().extra_context(request, record) | {"state": {"word": state.label, "tone": TONES[state]}}


class CompetenceForm(RegisterForm):
    lets_see = ("person",)
    groups = [
        (_("Required"), _("What the role needs, whoever holds it."), ["title", "role", "required", "level_required"]),
        (
            _("Held"),
            _("What the person in it can, and what shows it."),
            ["person", "level_held", "shown_by", "closing"],
        ),
        (*REVIEW, ["owner", ("review_on", "review_every")]),
    ]

    class Meta:
        model = Competence
        fields = [
            *("title", "role", "required", "level_required", "person", "level_held", "shown_by", "closing"),
            *("owner", "review_on", "review_every"),
        ]
        labels = {"title": _("Competence")}
        help_texts = {"shown_by": _("Training, education or experience; proof of it is evidence on this page.")}


class CompetenceTable(RecordTable):
    role = WideColumn()
    person = WideColumn(order_by=("person__name",))
    level_required = BadgeColumn({}, verbose_name=_("Required"), attrs=WIDE_NOWRAP)
    level_held = BadgeColumn({}, verbose_name=_("Held"), attrs=WIDE_NOWRAP)
    gap = tables.Column(verbose_name=_("Gap"), orderable=False)
    owner = HiddenColumn()
    required = HiddenColumn()
    shown_by = HiddenColumn()
    closing = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = Competence
        fields = (
            *("reference", "title", "role", "person", "level_required", "level_held", "gap", "review_on"),
            *("owner", "required", "shown_by", "closing"),
        )
        sequence = fields

    def render_person(self, value: Any) -> str:
        return named_for(self.request, value)

    def value_person(self, value: Any) -> str:
        return named_for(self.request, value)

    def render_gap(self, record: Competence) -> str:
        return str(gap_badge(record))

    def value_gap(self, record: Competence) -> int:
        return record.gap


def gap_badge(record: Competence) -> str:
    words = _("%(n)s missing") % {"n": record.gap} if record.gap else _("None")
    return str(badge(words, "warn" if record.gap else "good"))


class CompetenceFilter(RecordFilter):
    gap = filters.ChoiceFilter(choices=GAP, method="by_gap", label=_("Gap"))
    level_required = filters.ChoiceFilter(choices=Level.choices, label=_("Level required"))

    def by_gap(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found: Any = queryset
        with_gap = found.with_gap()
        return with_gap if value == "yes" else found.exclude(pk__in=with_gap.values("pk"))


class CompetenceViews(RegisterViews):
    model, form_class, table_class, filter_class = Competence, CompetenceForm, CompetenceTable, CompetenceFilter
    path = "competences"
    about_person = "person"
    clause = "7.2"
    lead = _("What each role of the AIMS needs to be able to do, what its holder can, and what is missing.")
    related = ("owner", "organisation", "person")
    bulk = ("owner", "review_on")
    chips = ((_("With a gap"), {"gap": "yes"}), (_("Review overdue"), {"review": "overdue"}))

    def extra_context(self, request: MemberRequest, record: Competence) -> dict[str, Any]:
        tone = "warn" if record.gap else "good"
        word = _("Gap: %(n)s") % {"n": record.gap} if record.gap else _("No gap")
        return super().extra_context(request, record) | {"state": {"word": word, "tone": tone}}
