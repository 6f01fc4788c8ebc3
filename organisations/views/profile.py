"""The organisation's own page: what it is, where it works, what its AIMS covers (ISO 42001 4.1, 4.3)."""

from datetime import date
from typing import Any, cast

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Field
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organisations.access import needs
from organisations.forms import PROFILE, OrganisationForm
from organisations.models import Organisation, User
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS, MANAGE_MEMBERS, VIEW_RECORDS

EDITORS = frozenset({CHANGE_RECORDS, MANAGE_MEMBERS})


@needs(VIEW_RECORDS, *EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_edit(request: MemberRequest) -> HttpResponse:
    """The form for those who may change it, the facts for everybody else who may read."""
    if EDITORS.isdisjoint(request.permissions):
        return facts(request)
    if request.method != "POST":
        return form_page(request, OrganisationForm(instance=request.organisation))
    # Two saves at once wait for each other here, so that the second one is seen to be stale.
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=request.organisation.pk)
    form = OrganisationForm(request.POST, instance=organisation)
    if form.is_stale:
        return form_page(request, form, status=409, conflict=conflict(form))
    if not form.is_valid():
        return form_page(request, form, status=422)
    form.save()
    messages.success(request, _("The organisation was saved."))
    return redirect(reverse("organisation-edit", kwargs={"organisation": organisation.slug}))


def form_page(
    request: MemberRequest, form: OrganisationForm, status: int = 200, conflict: dict[str, Any] | None = None
) -> HttpResponse:
    context = {"form": form, "conflict": conflict, "crumbs": [(_("Organisation"), None)]}
    return render(request, "organisations/organisation_form.html", context, status=status)


def facts(request: MemberRequest) -> HttpResponse:
    if request.method not in {"GET", "HEAD"}:
        raise PermissionDenied
    organisation = request.organisation
    groups = [
        (title, [fact(organisation, name) for name in flat(names)]) for title, _help, names in OrganisationForm.groups
    ]
    context = {"groups": groups, "crumbs": [(_("Organisation"), None)]}
    return render(request, "organisations/organisation_facts.html", context)


def flat(names: list[Any]) -> list[str]:
    """Field names of a form group, rows of two laid open."""
    return [name for entry in names for name in ((entry,) if isinstance(entry, str) else entry)]


def fact(organisation: Organisation, name: str) -> dict[str, Any]:
    field = cast("Field[Any, Any]", Organisation._meta.get_field(name))
    value = getattr(organisation, name)
    shown = formats.date_format(value, "j M Y") if isinstance(value, date) else value
    return {"term": capfirst(field.verbose_name), "value": shown}


def conflict(form: OrganisationForm) -> dict[str, Any]:
    """Both texts side by side; the form then carries the newer version, so the next save is meant."""
    theirs = Organisation.objects.get(pk=form.instance.pk)
    form.is_valid()
    fields = []
    for name in PROFILE:
        saved, yours = getattr(theirs, name), form.cleaned_data.get(name, form[name].data)
        same = (saved or "") == (yours or "")
        label, shown = form[name].label, fact(theirs, name)["value"]
        fields.append({"label": label, "name": name, "yours": yours, "theirs": shown, "same": same})
    form.start_anew()
    return {"fields": fields, **last_change(theirs)}


def last_change(organisation: Organisation) -> dict[str, Any]:
    """Who saved the profile last, and when, out of the database's history."""
    events = apps.get_model("organisations", "OrganisationEvent").objects.filter(pgh_obj=organisation.pk)
    event = events.select_related("pgh_context").order_by("-pgh_id").first()
    if event is None:
        return {"theirs_by": "", "theirs_at": None}
    pk = event.pgh_context.metadata.get("user") if event.pgh_context else None
    by = User.objects.filter(pk=pk).first() if pk else None
    return {"theirs_by": str(by or _("Somebody")), "theirs_at": event.pgh_created_at}
