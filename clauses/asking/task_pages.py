"""Actions: what one person does by a day, about any record."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from clauses.gaps.findings import findings
from clauses.gaps.pages import pages as gap_pages
from clauses.models import GapRun, Position, Task
from clauses.models.asking import TaskState
from organisations.requests import MemberRequest
from records.models import Record
from records.tables import BadgeColumn, DayColumn, DueColumn, RecordTable
from records.templatetags.components import due
from systems.tables import HiddenColumn

from .page import AskingFilter, AskingForm, AskingViews, done, typed
from .verbs import finish_task, keeps_records, may_answer, withdraw_task

TONES = {TaskState.OPEN: "info", TaskState.DONE: "good", TaskState.WITHDRAWN: "none"}


class TaskForm(AskingForm):
    groups = [
        (
            gettext_lazy("Action"),
            gettext_lazy("What is to be done, and about which record."),
            ["title", "what", "about"],
        ),
        (
            gettext_lazy("Who and when"),
            gettext_lazy("Who does it is told at once."),
            ["owner", "due_on", ("review_on", "review_every")],
        ),
    ]

    class Meta:
        model = Task
        fields = ["title", "what", "about", "owner", "due_on", "review_on", "review_every"]
        labels = {"title": gettext_lazy("Action"), "about": gettext_lazy("About"), "owner": gettext_lazy("Who does it")}


class TaskTable(RecordTable):
    state = BadgeColumn({str(state.value): tone for state, tone in TONES.items()})
    due_on = DueColumn(verbose_name=gettext_lazy("Due"))
    closed_on = DayColumn()
    review_on = HiddenColumn()
    about = HiddenColumn(verbose_name=gettext_lazy("About"))
    what = HiddenColumn()
    result = HiddenColumn()
    asked_by = HiddenColumn(verbose_name=gettext_lazy("Asked by"))

    class Meta(RecordTable.Meta):
        model = Task
        fields = (
            *("reference", "title", "state", "owner", "due_on", "closed_on"),
            *("review_on", "about", "what", "result", "asked_by"),
        )
        sequence = fields

    def render_due_on(self, value: Any, record: Task) -> str:
        return str(due(value, done=not record.is_open, today=self.request.organisation.today()))

    def value_due_on(self, value: Any) -> Any:
        return value


def kinds_of_record() -> list[tuple[str, Any]]:
    """Every type of record an action may be about, as its pages call it."""
    return sorted(((kind.KIND, capfirst(kind._meta.verbose_name)) for kind in Record.__subclasses__()), key=str)


class TaskFilter(AskingFilter):
    state = filters.ChoiceFilter(choices=TaskState.choices, label=gettext_lazy("State"))
    about_kind = filters.ChoiceFilter(
        choices=kinds_of_record, field_name="about__kind", label=gettext_lazy("About a record of type")
    )


class TaskViews(AskingViews):
    model, form_class, table_class, filter_class = Task, TaskForm, TaskTable, TaskFilter
    path = "actions"
    links = ("about",)
    lead = gettext_lazy("What somebody does by a day: to close a gap, or about any other record.")
    chips = (
        (gettext_lazy("Open"), {"state": "open"}),
        (gettext_lazy("Late"), {"due": "late"}),
        (gettext_lazy("Asked of me"), {"mine": "yes"}),
    )

    def extra_context(self, request: MemberRequest, record: Task) -> dict[str, Any]:
        return super().extra_context(request, record) | {
            "state": {"word": record.get_state_display(), "tone": TONES[TaskState(record.state)]},
            "gap_run": run_of(request, record),
            "may_finish": record.is_open and may_answer(record, request.user),
            "may_withdraw": record.is_open and keeps_records(request.user, request.organisation),
        }


pages = TaskViews()


def run_of(request: MemberRequest, task: Task) -> GapRun | None:
    """The gap analysis whose gap it closes, where one may see it."""
    runs: Any = GapRun.objects.visible_to(request.user).of(request.organisation).select_related("organisation")
    run: GapRun | None = runs.filter(results__tasks=task).first() if task.gap_id else None
    return run


@require_POST
def finish(request: MemberRequest, reference: str) -> HttpResponse:
    task, text = pages.get(request, reference), typed(request)
    if not may_answer(task, request.user):
        raise PermissionDenied
    return done(request, task, _("%(record)s is done."), lambda: finish_task(task, by=request.user, result=text))


@require_POST
def withdraw(request: MemberRequest, reference: str) -> HttpResponse:
    task, text = pages.get(request, reference), typed(request)
    if not keeps_records(request.user, request.organisation):
        raise PermissionDenied
    words = _("%(record)s is withdrawn.")
    return done(request, task, words, lambda: withdraw_task(task, by=request.user, reason=text))


@require_http_methods(["GET", "HEAD", "POST"])
def action_for_gap(request: MemberRequest, reference: str, requirement_number: str) -> HttpResponse:
    """Makes an action of a gap of a closed run, with an owner and a day."""
    run = gap_pages.get(request, reference)
    if not pages.may_create(request):
        raise PermissionDenied
    gap = next((one for one in findings(run) if one.number == requirement_number and one.is_gap), None)
    if run.is_open or gap is None:
        raise Http404
    position: Any = get_object_or_404(
        Position.objects.visible_to(request.user).of(request.organisation), requirement=gap.requirement
    )
    title = _("Close the gap: %(number)s %(title)s") % {"number": gap.number, "title": gap.requirement.title}
    given = request.POST if request.method == "POST" else None
    initial = {"title": title[:200], "about": position.pk, "what": "\n".join(noted(run, gap.requirement.pk))}
    form = TaskForm(given, initial=initial, organisation=request.organisation, user=request.user)
    form.instance.gap_id = gap.pk
    words = _("%(record)s was added.")
    if request.method == "POST" and form.is_valid() and (answer := pages.saved(request, form, words)):
        return answer
    return pages.form_page(request, form, None)


def noted(run: GapRun, requirement: int) -> list[str]:
    short = run.answers.filter(question__requirement=requirement, value__in=["partly", "not_met"])
    return list(short.exclude(comment="").order_by("question__order").values_list("comment", flat=True))
