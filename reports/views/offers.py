"""Which reports there are: what each is for, the newest of it, and where or how one asks for the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organisations.requests import MemberRequest
from organisations.roles import REQUEST_REPORTS
from reports.models import Report
from reports.schedules import who_may_read

K = Report.Kind


@dataclass(frozen=True)
class Offer:
    """One kind: it is asked for on the Reports page, or on the pages of the records that the list `where` holds."""

    kind: str
    text: Any
    where: str = ""
    where_label: Any = ""


OFFERS = (
    Offer(
        K.READINESS,
        _(
            "One page for management: verdict, figures, what blocks, the decision asked. Then every requirement, the "
            "registers in figures, objectives, audits, evidence with its hashes."
        ),
    ),
    Offer(
        K.RISK_REGISTER,
        _("Criteria, the risk map, every risk with treatment and acceptance, the high and critical ones in full."),
    ),
    Offer(
        K.CORRECTIVE_LOG,
        _("Every corrective action with its cause, what was done, more time given and why, and whether it helped."),
    ),
    Offer(
        K.INTERVIEW,
        _("For one person on one page, before an auditor asks: own duties, main risks, objectives, last decisions."),
    ),
    Offer(
        K.CUSTOMER,
        _("Scope, policy and AI systems by class, nothing confidential. Released by a manager, each time on record."),
    ),
    Offer(
        K.STATEMENT,
        _("Every control with decision, reason, status and proof; a version in force, or as it is today."),
        *("statement-list", _("Statements of Applicability")),
    ),
    Offer(
        K.DOSSIER,
        _("One AI system from purpose to corrective action, gaps shown as gaps."),
        *("ai-system-list", _("AI systems")),
    ),
    Offer(K.IMPACT, _("One impact assessment, section by section."), "impact-assessment-list", _("Impact assessments")),
    Offer(K.GAP_RUN, _("One gap analysis with every answer."), "gap-run-list", _("Gap analyses")),
    Offer(K.AUDIT, _("One audit with its findings in full."), "audit-list", _("Audits")),
    Offer(K.REVIEW, _("The minutes of one management review."), "management-review-list", _("Management reviews")),
    Offer(
        K.COVERAGE,
        _("What the AIMS already has for another framework, requirement by requirement, and what is not covered."),
        *("framework-list", _("Crosswalks")),
    ),
    Offer(
        K.EVOLUTION,
        _("What was added, changed, closed and improved between two days, what was learned, readiness then and now."),
        *("evolution", _("Two days compared")),
    ),
    Offer(
        K.EVIDENCE_PACK,
        _("One archive: records, evidence in every version, the sealed history, an index, a program that checks it."),
        *("report-pack", _("Evidence pack")),
    ),
)


def offers_of(request: MemberRequest) -> list[dict[str, Any]]:
    """In the shape of `reports/offer.html`. One query for the newest of each, one for people who may be chosen."""
    here = {"organisation": request.organisation.slug}
    mine: Any = Report.objects.visible_to(request.user).filter(organisation=request.organisation)
    newest = mine.order_by("kind", "-number").distinct("kind").select_related("organisation", "subject")
    latest = {report.kind: report for report in newest}
    may_ask = REQUEST_REPORTS in request.permissions
    people = who_may_read(request.organisation) if may_ask else ()
    return [
        {
            "kind": one.kind,
            "title": K(one.kind).label,
            "text": one.text,
            "latest": latest.get(one.kind),
            # Whoever may not ask reads these pages all the same, but for the one that only asks.
            "where": reverse(one.where, kwargs=here) if one.where and (may_ask or one.kind != K.EVIDENCE_PACK) else "",
            "where_label": one.where_label,
            "formats": Report.formats_of(one.kind) if may_ask and not one.where else (),
            "people": people if one.kind == K.INTERVIEW and may_ask else (),
        }
        for one in OFFERS
    ]
