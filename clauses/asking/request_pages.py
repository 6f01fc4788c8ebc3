"""Evidence requests: evidence asked of one person for a requirement, delivered, accepted or returned (A7)."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from clauses.models import EvidenceRequest
from clauses.models.asking import WAITING, RequestState
from evidence.models import Evidence
from evidence.references import in_order
from organisations.requests import MemberRequest
from records.tables import BadgeColumn, DueColumn, RecordTable
from records.templatetags.components import due
from systems.tables import HiddenColumn

from .page import AskingFilter, AskingForm, AskingViews, done, typed
from .verbs import accept, deliver, keeps_records, may_answer, refusal, send_back, withdraw

TONES = {
    RequestState.ASKED: "info",
    RequestState.DELIVERED: "info",
    RequestState.RETURNED: "warn",
    RequestState.ACCEPTED: "good",
    RequestState.WITHDRAWN: "none",
}


class EvidenceRequestForm(AskingForm):
    groups = [
        (
            gettext_lazy("What is asked for"),
            gettext_lazy("Whoever is asked may read the requirement's page until the request is settled."),
            ["title", "asks", "about"],
        ),
        (
            gettext_lazy("Who and when"),
            gettext_lazy("Who is asked is told at once."),
            ["owner", "due_on", ("review_on", "review_every")],
        ),
    ]

    class Meta:
        model = EvidenceRequest
        fields = ["title", "asks", "about", "owner", "due_on", "review_on", "review_every"]
        labels = {"title": gettext_lazy("Evidence"), "owner": gettext_lazy("Asked of")}


class EvidenceRequestTable(RecordTable):
    state = BadgeColumn({str(state.value): tone for state, tone in TONES.items()})
    # As the catalogue calls it: whoever sees the request need not see the organisation's own page of it.
    about = HiddenColumn(accessor="about__requirement", verbose_name=gettext_lazy("Requirement"))
    due_on = DueColumn(verbose_name=gettext_lazy("Due"))
    review_on = HiddenColumn()
    asks = HiddenColumn()
    asked_by = HiddenColumn(verbose_name=gettext_lazy("Asked by"))
    delivered_on = HiddenColumn()
    decided_on = HiddenColumn()
    remark = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = EvidenceRequest
        fields = (
            *("reference", "title", "state", "owner", "due_on", "review_on", "about", "asks"),
            *("asked_by", "delivered_on", "decided_on", "remark"),
        )
        sequence = fields

    def render_due_on(self, value: Any, record: EvidenceRequest) -> str:
        return str(due(value, done=record.state not in WAITING, today=self.request.organisation.today()))

    def value_due_on(self, value: Any) -> Any:
        return value


class EvidenceRequestFilter(AskingFilter):
    state = filters.ChoiceFilter(choices=RequestState.choices, label=gettext_lazy("State"))


class EvidenceRequestViews(AskingViews):
    model, form_class = EvidenceRequest, EvidenceRequestForm
    table_class, filter_class = EvidenceRequestTable, EvidenceRequestFilter
    path = "evidence-requests"
    related = (*AskingViews.related, "about__requirement")
    lead = gettext_lazy("Evidence asked of one person by a day; what they deliver is accepted or returned.")
    chips = (
        (gettext_lazy("To be accepted"), {"state": "delivered"}),
        (gettext_lazy("Late"), {"due": "late"}),
        (gettext_lazy("Asked of me"), {"mine": "yes"}),
    )

    def extra_context(self, request: MemberRequest, record: EvidenceRequest) -> dict[str, Any]:
        is_delivered = record.state == RequestState.DELIVERED
        why_not = refusal(record, request.user) if is_delivered else ""
        may_decide = is_delivered and not why_not
        return super().extra_context(request, record) | {
            "state": {"word": record.get_state_display(), "tone": TONES[RequestState(record.state)]},
            "may_deliver": record.state in WAITING and may_answer(record, request.user),
            "may_decide": may_decide,
            "why_not": why_not,
            "delivered": delivered_of(request, record) if may_decide else [],
            "may_withdraw": not record.is_settled and keeps_records(request.user, request.organisation),
        }


pages = EvidenceRequestViews()


def delivered_of(request: MemberRequest, record: EvidenceRequest) -> list[str]:
    """References of the evidence linked to a request, as the page shows them."""
    seen = Evidence.objects.visible_to(request.user).filter(proofs__record=record.pk)
    return in_order(seen.values_list("reference", flat=True))


@require_POST
def hand_in(request: MemberRequest, reference: str) -> HttpResponse:
    asked, text = pages.get(request, reference), typed(request)
    if not may_answer(asked, request.user):
        raise PermissionDenied
    words = _("%(record)s was delivered.")
    return done(request, asked, words, lambda: deliver(asked, by=request.user, remark=text))


@require_POST
def take(request: MemberRequest, reference: str) -> HttpResponse:
    asked, text, shown = deciding(request, reference), typed(request), request.POST.getlist("evidence")
    words = _("%(record)s is accepted: its evidence now proves the requirement.")
    return done(request, asked, words, lambda: accept(asked, by=request.user, shown=shown, remark=text))


@require_POST
def give_back(request: MemberRequest, reference: str) -> HttpResponse:
    asked, text = deciding(request, reference), typed(request)
    words = _("%(record)s was returned.")
    return done(request, asked, words, lambda: send_back(asked, by=request.user, reason=text))


@require_POST
def call_off(request: MemberRequest, reference: str) -> HttpResponse:
    asked, text = pages.get(request, reference), typed(request)
    if not keeps_records(request.user, request.organisation):
        raise PermissionDenied
    words = _("%(record)s is withdrawn.")
    return done(request, asked, words, lambda: withdraw(asked, by=request.user, reason=text))


def deciding(request: MemberRequest, reference: str) -> EvidenceRequest:
    """The request, for who may decide on it: others are turned away."""
    asked: EvidenceRequest = pages.get(request, reference)
    if refusal(asked, request.user):
        raise PermissionDenied
    return asked
