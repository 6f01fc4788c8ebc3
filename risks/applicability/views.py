"""Pages of own controls and of the Statement of Applicability, its comparison and its coverage of Annex A (6.1.3)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from organisations.authority import Authority
from organisations.requests import MemberRequest, may_take_away
from organisations.roles import CHANGE_RECORDS, VIEW_RECORDS
from records.approval_pages import ApprovalPages
from records.export import exported
from records.labels import next_label
from records.views import RecordViews, chip
from risks.applicability.coverage import TONES, Considered, coverage
from risks.applicability.difference import differences
from risks.applicability.filters import OwnControlFilter, StatementFilter
from risks.applicability.forms import OwnControlForm, StatementForm
from risks.applicability.lines import area_chips, as_table, control_address, drawn, filtered, state_chips
from risks.applicability.statement import Line, lines_of, live_lines
from risks.applicability.stating import UNSAID, draft_statement, freeze, obstacles, says_nothing_new
from risks.applicability.tables import OwnControlTable, StatementTable
from risks.models import OPEN, UNDECIDED, OwnControl, Standing, Statement, TreatmentState

NOW = "now"


class OwnControlViews(RecordViews):
    model, form_class, table_class, filter_class = OwnControl, OwnControlForm, OwnControlTable, OwnControlFilter
    path = "own-controls"
    clause = "6.1.3"
    lead = gettext_lazy("Controls of our own, beside those of Annex A, that the treatment of our risks needs.")
    bulk = ("owner", "review_on", "status")

    def visible(self, request: MemberRequest) -> Any:
        still_open = Q(treated_by__treats__closed_on=None) & ~Q(treated_by__status=TreatmentState.DROPPED)
        counted = Count("treated_by__treats", filter=still_open, distinct=True)
        return super().visible(request).annotate(n_risks=counted)


class StatementViews(RecordViews):
    model, form_class, table_class, filter_class = Statement, StatementForm, StatementTable, StatementFilter
    path = "soa"
    clause = "6.1.3"
    lead = gettext_lazy("All controls of Annex A and our own: applicable or not, the reason for either, and the state.")
    related = ("owner", "organisation", "decided_by", "submitted_by")
    can_be_created = False

    def may_change(self, request: MemberRequest, record: Any) -> bool:
        return record.state in OPEN and super().may_change(request, record)

    def extra_list_context(self, request: MemberRequest) -> dict[str, Any]:
        versions = self.visible(request).order_by("number")
        last, under_way = versions.last(), versions.filter(state__in=UNDECIDED).exists()
        return {
            "may_draft": CHANGE_RECORDS in request.permissions and not under_way,
            "last": last,
            "next": next_label(last.label) if last else "",
            "sees_all": VIEW_RECORDS in request.permissions,
        }

    def extra_context(self, request: MemberRequest, record: Statement) -> dict[str, Any]:
        lines = lines_of(record)
        shown, is_open = filtered(request, lines), record.state in OPEN
        sees_all = VIEW_RECORDS in request.permissions
        may_change = self.may_change(request, record)
        return {
            "lines": drawn(request, shown),
            "count": len(lines),
            "chips": state_chips(request, lines),
            "areas": area_chips(request, lines),
            "is_open": is_open,
            "obstacles": told_obstacles(request, record, lines) if is_open else [],
            "since": since(record, lines) if sees_all and record.state == Standing.APPROVED else 0,
            "approval": approval.section(request, record, may_change=may_change),
            "exports": self.line_exports(request, record, len(shown)) if may_take_away(request) else [],
            "compare_url": record.url("compare") if sees_all or others(self.visible(request), record) else "",
            "sees_all": sees_all,
        }

    def line_exports(self, request: MemberRequest, record: Statement, count: int) -> list[dict[str, str]]:
        kwargs = {"organisation": request.organisation.slug, "reference": record.reference}
        labels = {"csv": _("CSV, %(n)s rows as shown"), "xlsx": _("Excel, %(n)s rows as shown")}
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return [
            {
                "label": label % {"n": count},
                "url": reverse("statement-lines", kwargs=kwargs | {"file_format": kind}) + query,
            }
            for kind, label in labels.items()
        ]


def told_obstacles(request: MemberRequest, draft: Statement, lines: list[Line]) -> list[dict[str, str]]:
    """What keeps a draft from being submitted, each with the address where it is mended."""
    by_control = {line.control: line for line in lines}
    slug = request.organisation.slug
    own = (
        [{"control": draft.reference, "reason": str(UNSAID), "url": draft.edit_url}] if says_nothing_new(draft) else []
    )
    return own + [
        {
            "control": one.control,
            "reason": one.reason,
            "url": control_address(slug, line) if (line := by_control.get(one.control)) else "",
        }
        for one in obstacles(lines)
    ]


def since(statement: Statement, lines: list[Line]) -> int:
    """How many controls say something else today than this version does."""
    organisation = statement.organisation
    return len(differences(lines, live_lines(organisation, on=organisation.today())))


statements = StatementViews()
approval = ApprovalPages(
    statements,
    needed=lambda version: Authority.DESIGNATED,
    earlier=lambda version: Statement.objects.of(version.organisation),
    complete=freeze,
)


@require_POST
def new_draft(request: MemberRequest) -> HttpResponse:
    """Makes the next version, and opens it."""
    if CHANGE_RECORDS not in request.permissions:
        raise PermissionDenied
    try:
        draft = draft_statement(request.organisation, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(statements.list_url(request))
    return redirect(draft)


@require_safe
def export_lines(request: MemberRequest, reference: str, file_format: str) -> HttpResponseBase:
    statement = statements.get(request, reference)
    rows = as_table(filtered(request, lines_of(statement)))
    return exported(rows, name=f"{request.organisation.slug}-{statement.reference}", file_format=file_format)


@require_safe
def compare(request: MemberRequest, reference: str) -> HttpResponse:
    """This version beside another one, or today: the earlier is always the one before.

    Today is of the whole organisation, so for who sees all of it.
    """
    statement, sees_all = statements.get(request, reference), VIEW_RECORDS in request.permissions
    versions = others(statements.visible(request), statement)
    asked = request.GET.get("with", "")
    other = chosen(asked, statement, versions)
    if other is None and not sees_all:
        if asked or not versions:
            raise Http404
        other = versions[0]
    before, after = (other, statement) if other and other.number < statement.number else (statement, other)
    today = live_lines(request.organisation, on=request.organisation.today()) if after is None else []
    found = differences(lines_of(before), lines_of(after) if after else today)
    slug = request.organisation.slug
    crumbs = [
        (capfirst(statements.words), statements.list_url(request)),
        (statement.reference, statement.get_absolute_url()),
        (_("Compare"), None),
    ]
    context = {
        "record": statement,
        "tabs": [
            *({"label": one.label, "url": f"?with={one.reference}", "current": one == other} for one in versions),
            *([{"label": _("Today"), "url": f"?with={NOW}", "current": other is None}] if sees_all else ()),
        ],
        "before": before,
        "after": after,
        "found": [{"one": one, "url": control_address(slug, one.line)} for one in found],
        "crumbs": crumbs,
    }
    return render(request, "risks/statement_compare.html", context)


def others(visible: Any, statement: Statement) -> list[Statement]:
    return list(visible.exclude(pk=statement.pk).order_by("number"))


def chosen(name: str, statement: Statement, versions: list[Statement]) -> Statement | None:
    """The version asked for, None for today; without a wish the one before, or today where there is none."""
    if name == NOW:
        return None
    if name:
        found = next((one for one in versions if one.reference == name), None)
        if found is None:
            raise Http404
        return found
    return next((one for one in reversed(versions) if one.number < statement.number), None)


@require_safe
def coverage_page(request: MemberRequest) -> HttpResponse:
    """Every control of Annex A with how it was considered. Of the whole organisation, so for who sees all of it."""
    if VIEW_RECORDS not in request.permissions:
        raise PermissionDenied
    pairs = coverage(live_lines(request.organisation, on=request.organisation.today()))
    wanted = request.GET.get("considered", "")
    shown = [(line, how) for line, how in pairs if wanted not in Considered.values or how == wanted]
    chips = [
        chip(request, how.label, {"considered": how.value}) | {"count": sum(found == how for _line, found in pairs)}
        for how in Considered
    ]
    rows = drawn(request, [line for line, _how in shown])
    context = {
        "rows": [
            row | {"how": how.label, "how_tone": TONES.get(how, "")} for row, (_l, how) in zip(rows, shown, strict=True)
        ],
        "chips": chips,
        "count": len(pairs),
        "crumbs": [(capfirst(statements.words), statements.list_url(request)), (_("All controls considered"), None)],
    }
    return render(request, "risks/statement_coverage.html", context)
