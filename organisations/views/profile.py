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

from organisations import merging
from organisations.access import needs
from organisations.forms import PROFILE, OrganisationForm
from organisations.models import Organisation, User
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS, MANAGE_MEMBERS, VIEW_RECORDS

# So many states of the profile are looked through for the one that somebody began with.
LOOKED_AT = 50
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
    unclear = merging.settle(form, initial_when(organisation, form.data.get("version", "")) or {})
    if unclear or form.is_stale:
        return form_page(request, form, status=409, conflict=conflict(form, unclear))
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


def conflict(form: OrganisationForm, unclear: list[str]) -> dict[str, Any]:
    """Both texts side by side; the form then carries the newer version, so the next save is meant."""
    began = form.data.get("version", "")
    saved = Organisation.objects.get(pk=form.instance.pk)
    now = dict(OrganisationForm(instance=saved).initial)
    fields = merging.compare(form, before=initial_when(saved, began), now=now)
    form.start_anew()
    for name in unclear:
        form.errors[name] = form.error_class([_("Choose which of the texts to keep.")])
    return {"fields": fields, "began": began, **last_change(saved)}


def initial_when(organisation: Organisation, version: str) -> dict[str, Any] | None:
    """What the form showed when the profile was at `version`; None where its latest history has no such state."""
    events = apps.get_model("organisations", "OrganisationEvent").objects.filter(pgh_obj=organisation.pk)
    for event in events.order_by("-pgh_id")[:LOOKED_AT]:
        then = OrganisationForm(instance=Organisation(**{name: getattr(event, name) for name in PROFILE}))
        if then.saved_version == version:
            return dict(then.initial)
    return None


def last_change(organisation: Organisation) -> dict[str, Any]:
    """Who saved the profile last, and when, out of the database's history."""
    events = apps.get_model("organisations", "OrganisationEvent").objects.filter(pgh_obj=organisation.pk)
    event = events.select_related("pgh_context").order_by("-pgh_id").first()
    if event is None:
        return {"theirs_by": "", "theirs_at": None}
    pk = event.pgh_context.metadata.get("user") if event.pgh_context else None
    by = User.objects.filter(pk=pk).first() if pk else None
    return {"theirs_by": str(by or _("Somebody")), "theirs_at": event.pgh_created_at}
