"""Audits: the list, the page of one, and its verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from audits.models import Audit, AuditKind, AuditState, Finding, Grade, rules_of
from audits.rights import AuditedViews, audits
from clauses.models import Requirement
from organisations.requests import MemberRequest
from organisations.roles import REQUEST_REPORTS, VIEW_RECORDS
from records.filters import RecordChoiceFilter, RecordFilter
from records.register_page import parts_of
from records.tables import MID, NUMBER, BadgeColumn, DayColumn, RecordTable
from systems.filters import systems_seen
from systems.models import Supplier
from systems.tables import HiddenColumn

from . import actions
from .checklist import counts_of, lines_of
from .forms import OVER_STAYS, AuditForm
from .impartiality import accept_conflicts, open_conflicts

TONES = {
    AuditState.PLANNED: "info",
    AuditState.UNDER_WAY: "warn",
    AuditState.REPORT_ISSUED: "good",
    AuditState.CANCELLED: "none",
}


# What the page of an audit shows in parts of its own.
SHOWN_APART = {"requirements", "summary", "systems", "team", "accepted_because", "scope", "of_supplier"}


class AuditTable(RecordTable):
    audit_kind = tables.Column(verbose_name=gettext_lazy("Kind"), attrs=MID)
    state = BadgeColumn({str(state.value): tone for state, tone in TONES.items()})
    planned_from = DayColumn(verbose_name=gettext_lazy("From"))
    planned_to = HiddenColumn()
    lead = tables.Column(verbose_name=gettext_lazy("Lead auditor"), order_by=("lead__name",), attrs=MID)
    open_findings = tables.Column(verbose_name=gettext_lazy("Open findings"), attrs=NUMBER)
    report_on = DayColumn(verbose_name=gettext_lazy("Report"))
    review_on = HiddenColumn()
    programme = HiddenColumn()
    body = HiddenColumn()
    criteria = HiddenColumn()
    scope = HiddenColumn()
    summary = HiddenColumn()
    independence = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = Audit
        fields = (
            *("reference", "title", "audit_kind", "state", "planned_from", "planned_to", "lead", "open_findings"),
            *("report_on", "owner", "review_on", "programme", "body", "criteria", "scope", "summary", "independence"),
        )
        sequence = fields


class AuditFilter(RecordFilter):
    kind = filters.ChoiceFilter(choices=AuditKind.choices, field_name="audit_kind", label=gettext_lazy("Kind"))
    state = filters.ChoiceFilter(choices=AuditState.choices, label=gettext_lazy("State"))
    system = RecordChoiceFilter(queryset=systems_seen, field_name="systems", label=gettext_lazy("AI system"))
    open = filters.ChoiceFilter(
        choices=[("yes", gettext_lazy("Planned or under way"))], method="by_open", label=gettext_lazy("Open")
    )

    def by_open(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(state__in=[AuditState.PLANNED, AuditState.UNDER_WAY])


class AuditViews(AuditedViews):
    model, form_class, table_class, filter_class = Audit, AuditForm, AuditTable, AuditFilter
    path = "audits"
    clause = "9.2.1, 9.2.2"
    lead = gettext_lazy("Internal audits, audits of suppliers, and those of the certification body.")
    related = ("owner", "organisation", "lead", "programme", "of_supplier", "issued_by")
    chips = (
        (gettext_lazy("Open"), {"open": "yes"}),
        (gettext_lazy("Internal"), {"kind": "internal"}),
    )

    def visible(self, request: MemberRequest) -> Any:
        grave = Finding.objects.open().filter(found_in=OuterRef("pk")).order_by().values("found_in")
        count = Subquery(grave.annotate(n=Count("pk")).values("n"))
        return super().visible(request).annotate(open_findings=Coalesce(count, 0))

    def extra_list_context(self, request: MemberRequest) -> dict[str, Any]:
        return {"sees_all": VIEW_RECORDS in request.permissions}

    def hindrance(self, request: MemberRequest, record: Any, name: str) -> str:
        return super().hindrance(request, record, name) or ("" if record.is_open else str(OVER_STAYS))

    def extra_context(self, request: MemberRequest, record: Audit) -> dict[str, Any]:
        return audit_page(request, record, tab="audit")


pages = AuditViews()


def audit_page(request: MemberRequest, audit: Audit, *, tab: str) -> dict[str, Any]:
    """What the pages of one audit share: state, figures, tabs, and its checklist."""
    lines = lines_of(audit)
    may_change = pages.may_change(request, audit)
    counts, found = counts_of(lines), findings_of(request, audit)
    parts = parts_of(audit, AuditForm, request.user, without=SHOWN_APART)
    return {
        "state": {"word": audit.get_state_display(), "tone": TONES[AuditState(audit.state)]},
        "lines": lines,
        "counts": counts,
        "sections": scope_words(audit),
        "sampled": list(visible_systems(request, audit)),
        "supplier": visible_supplier(request, audit),
        "people": list(audit.team.order_by("name")),
        "findings": found,
        "open_conflicts": open_conflicts(audit) if audit.is_open else [],
        "noted": list(audit.impartiality_notes.select_related("person", "owned__organisation", "accepted_by")),
        "missing": actions.missing(audit) if audit.is_open and may_change else [],
        "facts": list(parts),
        "may_write": audit.is_open and may_change,
        "may_issue": audit.is_open and audits(request.user, audit),
        "may_prove": pages.may_prove(request, audit),
        "may_report": REQUEST_REPORTS in request.permissions,
        "next_open": next((one for one in lines if not one.is_concluded), None),
        "tabs": tabs_of(audit, counts, tab),
    }


def visible_systems(request: MemberRequest, audit: Audit) -> Any:
    visible = systems_seen(request)
    return visible.filter(audits=audit).select_related("organisation").order_by("reference")


def visible_supplier(request: MemberRequest, audit: Audit) -> Any:
    visible: Any = Supplier.objects.visible_to(request.user).select_related("organisation")
    return visible.filter(pk=audit.of_supplier_id).first() if audit.of_supplier_id else None


def scope_words(audit: Audit) -> str:
    """The numbers of the requirements in scope, whole clauses and areas as such; empty where it is all of them."""
    named, every = set(audit.requirements.all()), list(Requirement.objects.assessable())
    if not named or len(named) == len(every):
        return ""
    words = []
    for number in dict.fromkeys(one.section for one in every):
        inside = [one for one in every if one.section == number]
        chosen = [one.number for one in inside if one in named]
        words += [number] if len(chosen) == len(inside) else chosen
    return ", ".join(words)


def findings_of(request: MemberRequest, audit: Audit) -> list[dict[str, Any]]:
    """The findings of an audit that one may see, the gravest first, each with the word of the organisation."""
    rules, order = rules_of(request.organisation), [grade.value for grade in Grade]
    visible: Any = Finding.objects.visible_to(request.user).of(request.organisation).filter(found_in=audit)
    found = visible.select_related("organisation", "owner", "requirement").order_by("reference")
    return [
        {"finding": one, "word": rules.word_for(one.grade, audit.audit_kind)}
        for one in sorted(found, key=lambda one: order.index(one.grade))
    ]


def tabs_of(audit: Audit, counts: dict[str, int], current: str) -> list[dict[str, Any]]:
    tabs = [
        ("audit", _("Audit"), audit.get_absolute_url(), None),
        ("checklist", _("Checklist"), address(audit, "audit-checklist"), f"{counts['concluded']}/{counts['of']}"),
    ]
    return [{"label": label, "url": url, "count": count, "current": key == current} for key, label, url, count in tabs]


def address(audit: Audit, name: str, **more: Any) -> str:
    return reverse(name, kwargs={"organisation": audit.organisation.slug, "reference": audit.reference} | more)


def done(request: MemberRequest, record: Any, words: str, act: Callable[[], Any]) -> HttpResponse:
    """Does what was asked and says so, or says why not."""
    try:
        act()
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        messages.success(request, words % {"record": record})
    return redirect(record)


def typed(request: MemberRequest, name: str = "text") -> str:
    """What was typed beside a verb. The database keeps no NUL in a text."""
    return request.POST.get(name, "").replace("\x00", "")


def version_of(request: MemberRequest) -> int | None:
    """The version that was shown beside a verb."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else None


def changeable(request: MemberRequest, reference: str) -> Audit:
    audit: Audit = pages.get(request, reference)
    if not pages.may_change(request, audit):
        raise PermissionDenied
    return audit


@require_POST
def issue(request: MemberRequest, reference: str) -> HttpResponse:
    """Issues the report as it was shown; afterwards nothing in the audit changes."""
    audit: Audit = pages.get(request, reference)
    if not audits(request.user, audit):
        raise PermissionDenied
    words = _("The report of %(record)s is issued: nothing in it changes any more.")
    return done(request, audit, words, lambda: actions.issue_report(audit, by=request.user, seen=version_of(request)))


@require_POST
def cancel(request: MemberRequest, reference: str) -> HttpResponse:
    audit, reason = changeable(request, reference), typed(request)
    words = _("%(record)s is cancelled.")
    return done(
        request, audit, words, lambda: actions.cancel(audit, by=request.user, reason=reason, seen=version_of(request))
    )


@require_POST
def accept_auditors(request: MemberRequest, reference: str) -> HttpResponse:
    """Says why auditors who own part of what is audited are accepted."""
    audit, reason = changeable(request, reference), typed(request)
    words = _("It is noted why the auditors of %(record)s are accepted.")
    return done(request, audit, words, lambda: accept_conflicts(audit, by=request.user, reason=reason))
