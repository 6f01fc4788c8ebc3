"""Reminders and mentions that could not be mailed, and why: for those who can set the mail server right."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from organisations.access import needs
from organisations.mail_jobs import in_trouble, try_again
from organisations.requests import MemberRequest
from organisations.roles import MANAGE_MEMBERS
from records.views import page_of


@needs(MANAGE_MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def mail_list(request: MemberRequest) -> HttpResponse:
    """What is in trouble; a POST queues all of it again, to be sent now."""
    if request.method == "POST":
        count = try_again(request.organisation)
        words = ngettext("%(n)d mail is sent again now.", "%(n)d mails are sent again now.", count) % {"n": count}
        messages.success(request, words)
        return redirect("mail-list", organisation=request.organisation.slug)
    context = {"page": page_of(request, in_trouble(request.organisation)), "crumbs": [(_("Mail"), None)]}
    return render(request, "reports/mail_list.html", context)
