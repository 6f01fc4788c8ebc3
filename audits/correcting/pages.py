"""Pages of corrective actions: list, page and form (ISO 42001 10.2)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.models import ActionState, CorrectiveAction, Finding
from clauses.asking.verbs import keeps_records
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS
from records.forms import RecordForm
from records.register_page import RegisterViews, fact, openable_from
from risks.models import Concern, Incident

from .actions import may_act, may_give_time, missing, refusal
from .forms import SETTLED_STAYS, SOURCES, CorrectiveActionForm
from .tables import TONES, CorrectiveActionFilter, CorrectiveActionTable
from .tasking import part_form, parts_asked


class CorrectiveActionViews(RegisterViews):
    model, form_class = CorrectiveAction, CorrectiveActionForm
    table_class, filter_class = CorrectiveActionTable, CorrectiveActionFilter
    path = "corrective-actions"
    clause = "10.2"
    lead = gettext_lazy("What went wrong, what was mended, why it happened, what keeps it away, and whether it helped.")
    related = ("owner", "organisation", "done_by", "checker", "closed_by", "remedies", "recurs", "decided_in")
    links = ("incidents", "concerns")
    chips = (
        (gettext_lazy("Open"), {"open": "yes"}),
        (gettext_lazy("Late"), {"due": "late"}),
        (gettext_lazy("Effect to be checked"), {"state": "done"}),
        (gettext_lazy("Check late"), {"check": "late"}),
    )

    def hindrance(self, request: MemberRequest, record: CorrectiveAction, name: str) -> str:
        if not record.is_open:
            return str(SETTLED_STAYS)
        if name == "owner" and CHANGE_RECORDS not in request.permissions:
            return _("Only who keeps the records changes this")
        return ""

    def form(self, request: MemberRequest, record: Any) -> RecordForm:
        form = super().form(request, record)
        if record is None and request.method != "POST":
            form.initial.update(taken_over(request))
        return form

    def extra_context(self, request: MemberRequest, record: CorrectiveAction) -> dict[str, Any]:
        is_done = record.state == ActionState.DONE
        acts, may_change = may_act(record, request.user), self.may_change(request, record)
        why_not = refusal(record, request.user) if is_done else ""
        return {
            "parts": parts_told(request, record),
            "state": {"word": record.get_state_display(), "tone": TONES[ActionState(record.state)]},
            "missing": missing(record) if acts and record.state == ActionState.IN_PROGRESS else [],
            "may_begin": acts and record.state == ActionState.OPEN,
            "may_finish": acts and record.is_to_do,
            "may_give_time": record.is_open and may_give_time(record, request.user),
            "may_check": is_done and not why_not,
            "why_not": why_not if is_done and (acts or keeps_records(request.user, request.organisation)) else "",
            "extensions": record.extensions.select_related("by"),
            "checks": record.checks.select_related("checked_by"),
            "tasks": parts_asked(request, record),
            "part_form": part_form(request, record) if may_change and record.is_open else None,
            **recurrence(request, record),
        }


pages = CorrectiveActionViews()


def parts_told(request: MemberRequest, record: CorrectiveAction) -> list[dict[str, Any]]:
    """What is written down, in the order in which one works: {title, facts}. Only the sources that it has are named."""
    openable = openable_from(record, CorrectiveActionForm, request.user)

    def told(*names: str) -> list[dict[str, Any]]:
        return [fact(record, CorrectiveActionForm, name, openable) for name in names]

    sources = [one for one in told(*SOURCES) if one.get("value") or one.get("records")]
    whys = "\n".join(f"{number}. {why}" for number, why in enumerate(record.whys, 1))
    return [
        {"title": _("What went wrong"), "facts": [*told("problem"), *sources]},
        {"title": _("Correction"), "facts": told("correction")},
        {"title": _("Cause"), "facts": [{"term": _("Whys"), "value": whys}, *told("root_cause")]},
        {"title": _("Corrective action"), "facts": told("measure")},
        {"title": _("Check of the effect"), "facts": told("checker", "check_on")},
    ]


def recurrence(request: MemberRequest, record: CorrectiveAction) -> dict[str, Any]:
    """The earlier one that did not hold, and those that came after this one, as far as one may see them."""
    seen: Any = CorrectiveAction.objects.visible_to(request.user).select_related("organisation")
    return {
        "before": seen.filter(pk=record.recurs_id).first() if record.recurs_id else None,
        "after": list(seen.filter(recurs=record.pk).order_by("reference")),
    }


def taken_over(request: MemberRequest) -> dict[str, Any]:
    """What a new one takes over of the finding, incident or concern that the address names by its key."""
    initial: dict[str, Any] = {}
    named: tuple[tuple[str, Any], ...] = (("remedies", Finding), ("incidents", Incident), ("concerns", Concern))
    for name, model in named:
        key = request.GET.get(name, "")
        if not key.isdecimal() or len(key) > 17:
            continue
        found = model.objects.visible_to(request.user).of(request.organisation).filter(pk=key).first()
        if found is None:
            continue
        initial |= {name: [found.pk]} if name != "remedies" else {name: found.pk}
        initial.setdefault("title", found.title)
        if isinstance(found, Finding):
            initial["problem"] = found.observed
        elif isinstance(found, Incident):
            initial |= {"problem": found.description, "correction": found.correction, "root_cause": found.cause}
    return initial
