"""The page Seal: the current root, when history was last checked, how to check it, and whom to mail the root."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from organisations.access import needs
from organisations.models import User
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS, VIEW_RECORDS
from organisations.workers import tell_workers

from .mailing import keepers, mail
from .models import Verification
from .roots import current_root, roots_of

SHOWN = 10


class RootMailForm(forms.Form):
    """Whom to mail the current root."""

    to = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Mail the current root to"), empty_label=None)

    def __init__(self, *args: Any, request: MemberRequest) -> None:
        super().__init__(*args)
        self.fields["to"].queryset = keepers(request.organisation, besides=request.user)  # type: ignore[attr-defined]


@require_safe
@needs(VIEW_RECORDS)
def seal_page(request: MemberRequest) -> HttpResponse:
    return shown(request, RootMailForm(request=request))


def shown(request: MemberRequest, form: RootMailForm, status: int = 200) -> HttpResponse:
    organisation = request.organisation
    checks = Verification.objects.filter(chain__organisation=organisation).select_related("by")[:SHOWN]
    context = {
        "root": current_root(organisation),
        "roots": roots_of(organisation).order_by("-number")[:SHOWN],
        "last_check": checks[0] if checks else None,
        "checks": checks,
        "may_mail": CHANGE_RECORDS in request.permissions,
        "form": form,
        "crumbs": [(_("History"), reverse("log", kwargs={"organisation": organisation.slug})), (_("Seal"), None)],
    }
    return render(request, "records/seal.html", context, status=status)


@require_POST
@needs(CHANGE_RECORDS)
def mail_root(request: MemberRequest) -> HttpResponse:
    form = RootMailForm(request.POST, request=request)
    if not form.is_valid():
        return shown(request, form, status=422)
    root = current_root(request.organisation)
    if root is None:
        messages.error(request, _("Nothing is sealed yet. Try again in a minute."))
    else:
        mail(root, to=form.cleaned_data["to"], organisation=request.organisation)
        said = _("Root %(number)s goes to %(name)s by mail.")
        messages.success(request, said % {"number": root.number, "name": form.cleaned_data["to"]})
    return redirect("seal", organisation=request.organisation.slug)


@require_POST
@needs(CHANGE_RECORDS)
def check(request: MemberRequest) -> HttpResponse:
    """Has the worker check the history of the organisation; its result appears on the page."""
    task, number = "records.tasks.verify_history", request.organisation.pk
    person = {"person_id": request.user.pk}
    transaction.on_commit(lambda: tell_workers(task, number, kwargs=person) and None)
    messages.success(request, _("History is being checked. Open this page again in a minute."))
    return redirect("seal", organisation=request.organisation.slug)
