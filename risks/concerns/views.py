"""Pages of concerns for those who handle them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from organisations.requests import MemberRequest
from records.views import RecordViews
from risks.concerns.actions import ANONYMOUS, answer_concern
from risks.concerns.filters import ConcernFilter
from risks.concerns.forms import AnswerForm, ConcernForm
from risks.concerns.tables import ConcernTable
from risks.linking import risks_of, system_of
from risks.models import Concern


class ConcernViews(RecordViews):
    model, form_class, table_class, filter_class = Concern, ConcernForm, ConcernTable, ConcernFilter
    path = "concerns"
    clause = "A.3.3"
    lead = gettext_lazy("What people worry about, also those who give no name. Who they are is written nowhere.")
    related = ("owner", "organisation", "system")
    chips = (
        (gettext_lazy("Received"), {"state": "received"}),
        (gettext_lazy("In hand"), {"state": "in_hand"}),
    )

    def extra_context(self, request: MemberRequest, record: Concern) -> dict[str, Any]:
        return {
            "is_anonymous": record.channel == ANONYMOUS,
            "risks": risks_of(request, record),
            "system": system_of(request, record),
        }


concerns = ConcernViews()


@require_http_methods(["GET", "HEAD", "POST"])
def answer_page(request: MemberRequest, reference: str) -> HttpResponse:
    """Asks for the answer; shows again what was said."""
    concern = concerns.get(request, reference)
    if not concerns.may_change(request, concern):
        raise PermissionDenied
    data = request.POST if request.method == "POST" else None
    form = AnswerForm(data, instance=concern, organisation=request.organisation, user=request.user)
    if request.method == "POST" and form.is_valid():
        seen = form.started_from
        try:
            answer_concern(
                concern, by=request.user, answer=form.cleaned_data["answer"], seen=seen if seen is not None else 0
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("%(record)s is answered.") % {"record": concern})
            return redirect(concern)
    crumbs = [
        (capfirst(concerns.words), concerns.list_url(request)),
        (concern.reference, concern.get_absolute_url()),
        (_("Answer"), None),
    ]
    return render(request, "risks/concern_answer.html", {"record": concern, "form": form, "crumbs": crumbs})
