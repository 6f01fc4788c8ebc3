"""The clause page, where officers live, and the list of all requirements."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from evidence.linking import dropped, take_in
from evidence.models import Evidence
from organisations.requests import MemberRequest
from records.models import Record
from records.views import RecordViews

from .actions import Stale, answer_question, count_as, no_longer_count
from .answering import answer_form, too_late
from .clause_page import clause_page, question_line
from .crosswalks.serving import served_frameworks
from .filters import PositionFilter
from .forms import PositionForm
from .importing import PositionImporter
from .models import ExpectedEvidence, Position, Question
from .standing import standings
from .tables import PositionTable


class PositionViews(RecordViews):
    model, form_class, table_class, filter_class = Position, PositionForm, PositionTable, PositionFilter
    path = "clauses"
    lead = gettext_lazy("All assessable clauses and every control of Annex A, with where we stand on each.")
    related = ("owner", "organisation", "requirement", "changed_by")
    can_be_created = False
    rows = 100
    bulk = ("owner", "review_on", "status")
    imports = (
        *("applicable", "justification", "basis", "status", "owner", "review_on", "review_every"),
        *("narrative", "systems"),
    )
    importer = PositionImporter
    chips = (
        (gettext_lazy("Clauses 4–10"), {"kind": "clause"}),
        (gettext_lazy("Annex A"), {"kind": "control"}),
        (gettext_lazy("Not met"), {"mark": "not_met"}),
        (gettext_lazy("Not answered"), {"mark": "unanswered"}),
    )

    def visible(self, request: MemberRequest) -> Any:
        return super().visible(request).order_by("requirement__order")

    def table(self, request: MemberRequest, records: Any) -> PositionTable:
        table: Any = super().table(request, records)
        shown = list(table.data.data)
        by_id = {one.position.pk: one for one in standings(shown, on=request.organisation.today())}
        for position in shown:
            one = by_id[position.pk]
            position.facts, position.verdict = one.facts, one.verdict
        return table

    def beside(self, request: MemberRequest, name: str, value: Any) -> dict[str, Any]:
        return {"status_on": request.organisation.today()} if name == "status" else {}

    def extra_context(self, request: MemberRequest, record: Position) -> dict[str, Any]:
        may_change = self.may_change(request, record)
        form = self.form(request, record) if may_change else None
        serves = served_frameworks(request, record.requirement)
        return clause_page(request, record, form=form, may_change=may_change) | {"serves": serves}


pages = PositionViews()


def changeable(request: MemberRequest, reference: str) -> Position:
    position: Position = pages.get(request, reference)
    if not pages.may_change(request, position):
        raise PermissionDenied
    return position


@require_POST
def save_position(request: MemberRequest, reference: str) -> HttpResponse:
    """Inline save of the position; answers with the saved line, the errors at the fields and the new verdict."""
    position = changeable(request, reference)
    Record.objects.select_for_update().get(pk=position.pk)
    form = PositionForm(
        request.POST,
        instance=pages.get(request, reference),
        organisation=request.organisation,
        user=request.user,
    )
    state = "stale" if form.is_stale else "saved" if form.is_valid() else "invalid"
    if state == "saved" and form.has_changed():
        state = kept(form)
    fresh = pages.get(request, reference)
    context = clause_page(request, fresh, form=form, may_change=True)
    return render(request, "clauses/position_saved.html", context | {"record": fresh, "state": state})


def kept(form: PositionForm) -> str:
    try:
        form.save()
    except ValidationError as error:
        form.add_error(None, error)
        return "invalid"
    return "saved"


@require_POST
def save_answer(request: MemberRequest, reference: str, question_id: int) -> HttpResponse:
    """Saves one answer; 409 with both texts when somebody else was faster."""
    position = changeable(request, reference)
    asked = Question.objects.select_related("requirement").filter(is_withdrawn=False)
    question = get_object_or_404(asked, pk=question_id, requirement=position.requirement_id)
    form = answer_form(request, position, question)
    try:
        answer = answer_question(
            position,
            question,
            value=form.data.get("answer", ""),
            comment=form.data.get("comment", ""),
            by=request.user,
            seen=form.data.get("version"),
        )
    except Stale as stale:
        return too_late(request, position, question, form, stale)
    except ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)}, status=422)
    if not request.htmx:
        return redirect(f"{position.get_absolute_url()}#question-{question.pk}")
    context = clause_page(request, pages.get(request, reference), form=None, may_change=True)
    line = question_line(question, answer, is_control=position.requirement.is_control)
    return render(request, "clauses/answer_saved.html", context | {"record": position, "question": line})


def drop_evidence(request: MemberRequest, reference: str) -> HttpResponse:
    """POST: files become evidence here, and what is chosen under “counts as”. GET: the parts that then change."""
    position = pages.get(request, reference)
    if request.method != "POST":
        context = clause_page(request, position, form=None, may_change=pages.may_change(request, position))
        return render(request, "clauses/evidence_changed.html", context | {"record": position})
    position = changeable(request, reference)
    expected = ExpectedEvidence.objects.filter(
        requirement=position.requirement_id, pk__in=[n for n in request.POST.getlist("expected") if n.isdecimal()]
    ).first()
    received, refusals = take_in(request, position)
    if expected:
        for evidence in received:
            count_as(position, expected, evidence, by=request.user)
    return dropped(request, position, received=received, refusals=refusals)


@require_POST
def expect(request: MemberRequest, reference: str, expected_id: int) -> HttpResponse:
    """Counts an item of evidence as what is expected here, or no longer."""
    position = changeable(request, reference)
    expected = get_object_or_404(ExpectedEvidence, pk=expected_id, requirement=position.requirement_id)
    visible = Evidence.objects.visible_to(request.user).filter(organisation=request.organisation)
    evidence = get_object_or_404(visible, reference=request.POST.get("evidence", ""))
    verb = no_longer_count if "undo" in request.POST else count_as
    verb(position, expected, evidence, by=request.user)
    return redirect(reverse("position-detail", args=[request.organisation.slug, reference]) + "#expected")
