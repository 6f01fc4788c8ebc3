"""The outbox: mail that was kept instead of sent, where no mail server is set."""

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organisations.access import needs
from organisations.models import Membership, Organisation, SentMail
from organisations.requests import MemberRequest
from organisations.roles import MANAGE_MEMBERS

OUTBOX = "organisations.outbox.OutboxBackend"
ROWS = (25, 50, 100)


def keeps_mail() -> bool:
    """Whether mail stays in the portal; with a real mail server there is no outbox."""
    return settings.EMAIL_BACKEND == OUTBOX


def mail_of(organisation: Organisation) -> QuerySet[SentMail]:
    """Mail written for the organisation, and account mail to members who belong nowhere else.

    A link to a new password opens every organisation of its reader, so one's administrator must not read it when
    there are others. Nor does inviting somebody show their mail.
    """
    current = Membership.objects.current()
    members = current.filter(organisation=organisation)
    elsewhere = Membership.objects.exclude(organisation=organisation).values("user")
    about_accounts = members.exclude(user__in=elsewhere).exclude(user__is_superuser=True)
    return SentMail.objects.filter(
        Q(organisation=organisation) | Q(organisation=None, recipient__in=about_accounts.values("user__email"))
    )


@needs(MANAGE_MEMBERS)
@require_safe
def outbox(request: MemberRequest) -> HttpResponse:
    if not keeps_mail():
        raise Http404
    rows = request.GET.get("rows", "")
    paginator = Paginator(mail_of(request.organisation).defer("body"), int(rows) if rows in map(str, ROWS) else ROWS[1])
    context = {"page": paginator.get_page(request.GET.get("page")), "crumbs": [(_("Outbox"), None)]}
    return render(request, "organisations/outbox.html", context)


@needs(MANAGE_MEMBERS)
@require_safe
def outbox_mail(request: MemberRequest, pk: int) -> HttpResponse:
    if not keeps_mail():
        raise Http404
    mail = get_object_or_404(mail_of(request.organisation), pk=pk)
    back = reverse("outbox", kwargs={"organisation": request.organisation.slug})
    context = {"mail": mail, "crumbs": [(_("Outbox"), back), (mail.subject, None)]}
    return render(request, "organisations/outbox_mail.html", context)
