"""What the member who looks was and will be reminded of, and whether that comes by mail."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organisations.models import Organisation, User
from organisations.requests import MemberRequest
from organisations.roles import ROLES_WITH_END_DATE
from records.mention_page import mail_form
from records.models import Record
from records.views import page_of
from reports.dates import word_of
from reports.due import record_url
from reports.forms import DigestChoiceForm
from reports.models import DigestChoice, Reminder
from reports.reminding import HOUR, coming

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def reminder_list(request: MemberRequest) -> HttpResponse:
    """Everybody's own page; auditors from outside are not reminded, so they have none."""
    if request.membership.role in ROLES_WITH_END_DATE:
        raise PermissionDenied
    organisation, person = request.organisation, request.user
    choice = DigestChoice.objects.filter(organisation=organisation, person=person).first()
    form = DigestChoiceForm(
        request.POST if request.method == "POST" else None,
        instance=choice or DigestChoice(organisation=organisation, person=person),
    )
    if request.method == "POST":
        return save(request, form)
    page = page_of(request, told(organisation, person))
    context = {
        "form": form,
        "mention_form": mail_form(request),
        "page": page,
        "told": [told_item(reminder, organisation) for reminder in page],
        "coming": coming_items(organisation, person),
        "today": organisation.today(),
        "hour": f"{HOUR:02}:00",
        "address": person.email,
        "crumbs": [(_("Reminders"), None)],
    }
    return render(request, "reports/reminder_list.html", context)


def save(request: MemberRequest, form: DigestChoiceForm) -> HttpResponse:
    # A second click may come while the first is being saved: the later one wins, and neither fails.
    by_mail = form.is_valid() and form.cleaned_data["by_mail"]
    DigestChoice.objects.update_or_create(
        organisation=request.organisation, person=request.user, defaults={"by_mail": by_mail}
    )
    on, off = _("The digest comes by mail."), _("The digest stays in the portal, no mail is sent.")
    messages.success(request, on if by_mail else off)
    return redirect("reminder-list", organisation=request.organisation.slug)


def told(organisation: Organisation, person: User) -> Any:
    """What this person was told, newest first, as far as they may still see it."""
    visible = Record.objects.visible_to(person).of(organisation)
    reminders = Reminder.objects.filter(organisation=organisation, recipient=person, record__in=visible)
    return reminders.select_related("record", "digest").order_by("-digest__day", "due_on", "pk")


def told_item(reminder: Reminder, organisation: Organisation) -> dict[str, Any]:
    return item(reminder.record, organisation, reminder.rule, reminder.due_on) | {"day": reminder.digest.day}


def coming_items(organisation: Organisation, person: User) -> list[dict[str, Any]]:
    days = coming(organisation, person.pk, organisation.today())[:SHOWN]
    visible = Record.objects.visible_to(person).of(organisation)
    records = {record.pk: record for record in visible.filter(pk__in=[thing.record for _day, thing in days])}
    return [
        item(records[thing.record], organisation, thing.rule, thing.due_on) | {"day": day}
        for day, thing in days
        if thing.record in records
    ]


def item(record: Record, organisation: Organisation, rule: str, due_on: date) -> dict[str, Any]:
    return {
        "reference": record.reference,
        "title": record.title,
        "url": record_url(organisation, record.kind, record.reference),
        "words": word_of(rule),
        "due_on": due_on,
    }
