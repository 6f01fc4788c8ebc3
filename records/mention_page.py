"""Everybody's own page of comments that mention them, the unread first."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organisations.requests import MemberRequest

from .commenting import MentionChoiceForm
from .mentions import choose_mail, mentions_of, unread, url_of
from .models import MentionChoice
from .views import page_of


@require_http_methods(["GET", "HEAD", "POST"])
def mention_list(request: MemberRequest) -> HttpResponse:
    """Opening a record reads what it says to one; POST marks all as read, or switches the mail."""
    if request.method == "POST":
        return change(request)
    found = mentions_of(request.user, request.organisation).select_related("comment__record", "comment__author")
    page = page_of(request, found.order_by(F("read_at").desc(nulls_first=True), "-comment__written_at"))
    for mention in page:
        mention.comment.record.organisation = request.organisation
        mention.url = url_of(mention.comment)
        mention.excerpt = Truncator(" ".join(mention.comment.text.split())).chars(200)
    context = {
        "page": page,
        "has_unread": any(mention.read_at is None for mention in page),
        "form": mail_form(request),
        "crumbs": [(_("Mentions"), None)],
    }
    return render(request, "records/mention_list.html", context)


def mail_form(request: MemberRequest) -> MentionChoiceForm:
    own = {"organisation": request.organisation, "person": request.user}
    return MentionChoiceForm(instance=MentionChoice.objects.filter(**own).first() or MentionChoice(**own))


def change(request: MemberRequest) -> HttpResponse:
    if "read" in request.POST:
        unread(request.user, request.organisation).update(read_at=timezone.now())
    else:
        form = MentionChoiceForm(request.POST)
        chosen = form.cleaned_data if form.is_valid() else {}
        choose_mail(request.user, request.organisation, **chosen)
        mentions = _("Mentions come by mail.") if chosen.get("by_mail") else _("Mentions stay in the portal.")
        asked = _("You are asked by mail.") if chosen.get("asked_by_mail") else _("What is asked stays in the portal.")
        messages.success(request, f"{mentions} {asked}")
    return redirect("mention-list", organisation=request.organisation.slug)
