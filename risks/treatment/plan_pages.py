"""Pages of the treatment plan."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.authority import Authority
from organisations.requests import MemberRequest
from organisations.roles import VIEW_RECORDS
from records.addresses import record_address
from records.approval_pages import ApprovalPages
from records.views import RecordViews
from risks.criteria.in_force import criteria_in_force
from risks.models import Level, Standing, Treatment, TreatmentPlan
from risks.treatment.filters import TreatmentPlanFilter
from risks.treatment.forms import PlanForm
from risks.treatment.planning import Line, complete, differences, lines_of, lines_today, named_in, told
from risks.treatment.tables import TreatmentPlanTable
from risks.treatment.views import treatment_tabs


class TreatmentPlanViews(RecordViews):
    model, form_class, table_class, filter_class = TreatmentPlan, PlanForm, TreatmentPlanTable, TreatmentPlanFilter
    path = "treatment-plans"
    clause = "6.1.3, 8.3"
    lead = gettext_lazy("Every open line of treatment as designated management approved it, version by version.")
    related = ("owner", "organisation", "decided_by", "submitted_by")
    chips = ((gettext_lazy("In review"), {"state": "in_review"}), (gettext_lazy("Approved"), {"state": "approved"}))

    def extra_list_context(self, request: MemberRequest) -> dict[str, Any]:
        return {"tabs": treatment_tabs(request, "treatment-plan-list")}

    def extra_context(self, request: MemberRequest, record: TreatmentPlan) -> dict[str, Any]:
        is_frozen = record.state not in {Standing.DRAFT, Standing.RETURNED}
        mine = Treatment.objects.visible_to(request.user).of(request.organisation)
        content = record.content if is_frozen else lines_of(mine, criteria_in_force(request.organisation))
        sees_all = VIEW_RECORDS in request.permissions
        returned = named_in(record.decision_note, record.content) if record.state == Standing.RETURNED else set()
        compared = is_frozen and record.state != Standing.SUPERSEDED and sees_all
        return {
            "lines": [shown(request, line, returned) for line in content],
            "is_frozen": is_frozen,
            "differences": differences(content, lines_today(request.organisation)) if compared else [],
            "is_compared": compared,
            "approval": plan_approval.section(
                request, record, may_change=not record.is_settled and self.may_change(request, record)
            ),
        }

    def edit(self, request: MemberRequest, reference: str) -> HttpResponse:
        if self.get(request, reference).is_settled:
            raise PermissionDenied(_("An approved plan stays as it was approved. Begin the next version."))
        return super().edit(request, reference)


def shown(request: MemberRequest, line: Line, returned: set[str]) -> dict[str, Any]:
    """A line of a plan as its page shows it: choices in words, references with their addresses."""
    slug = request.organisation.slug
    sees_all = VIEW_RECORDS in request.permissions
    return line | {
        "url": record_address("treatment", slug, line["treatment"]) if sees_all else "",
        "risk_url": record_address("risk", slug, line["risk"]) if sees_all else "",
        "level_words": told("level", line["level"]),
        "expected_words": str(Level(line["expected_level"]).label) if line.get("expected_level") else "",
        "option_words": told("option", line["option"]),
        "status_words": told("status", line["status"]),
        "controls_words": told("controls", line["controls"]),
        "due_on": parse_date(line["due"]) if line["due"] else None,
        "goes_back": line["treatment"] in returned,
    }


plan_approval = ApprovalPages(
    TreatmentPlanViews(),
    needed=lambda plan: Authority.DESIGNATED,
    earlier=lambda plan: TreatmentPlan.objects.of(plan.organisation),
    complete=complete,
)
