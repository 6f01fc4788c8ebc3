"""Actions asked of people to get a corrective action or an improvement done: made on its page."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from clauses.asking.page import AskingForm
from clauses.models import Task
from organisations.models import User
from organisations.requests import MemberRequest
from organisations.roles import VIEW_RECORDS
from records.actions import give
from records.models import Record


class PartForm(AskingForm):
    """One action about a record: what, who, by when. Whoever does it is told at once and sees the record."""

    groups = [("", "", ["title", ("owner", "due_on")])]

    class Meta:
        model = Task
        fields = ["title", "owner", "due_on"]
        labels = {"title": gettext_lazy("Action"), "owner": gettext_lazy("Who does it")}

    def __init__(self, *args: Any, about: Record, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.about_id = about.pk
        # Beside the page's own fields of the same names.
        self.auto_id = "part_%s"


@transaction.atomic
def ask_for(form: PartForm, *, by: User, sees_all: bool) -> Task:
    """Makes the action of a valid form; whoever asked goes on seeing it."""
    task: Task = form.save()
    if not sees_all and task.owner != by:
        give(task, to=by, change=False)
    return task


def part_form(request: MemberRequest, about: Record, data: Any = None) -> PartForm:
    return PartForm(data, about=about, organisation=request.organisation, user=request.user)


def sees_all(request: MemberRequest) -> bool:
    return VIEW_RECORDS in request.permissions


def parts_asked(request: MemberRequest, about: Record) -> list[Task]:
    """The actions about a record that one may see, what is open first."""
    seen: Any = Task.objects.visible_to(request.user).of(request.organisation).filter(about=about.pk)
    return list(seen.select_related("owner", "organisation").order_by("closed_on", "due_on", "reference"))
