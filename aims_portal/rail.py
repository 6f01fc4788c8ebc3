"""What the frame around every page shows: where one can go, and how each clause stands."""

from collections import Counter
from itertools import groupby
from typing import Any, cast

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from clauses.models import Position, Requirement
from clauses.standing import Standing, standings
from evidence.models import Evidence
from organisations.mail_jobs import in_trouble
from organisations.requests import MemberRequest
from organisations.roles import MANAGE_MEMBERS, VIEW_RECORDS, Role
from records.mentions import unread
from records.models import SOON, Record
from reports.due import due_rows
from systems.models import AISystem, Supplier


def rail(request: HttpRequest) -> dict[str, Any]:
    """Context processor; nothing is looked up unless the page has a frame."""
    if not hasattr(request, "organisation"):
        return {}
    return {"rail": SimpleLazyObject(lambda: Rail(cast(MemberRequest, request)).context())}


class Rail:
    """The rail for one member on one page."""

    def __init__(self, request: MemberRequest) -> None:
        self.request, self.slug, self.here = request, request.organisation.slug, request.path

    def url(self, name: str, **kwargs: Any) -> str:
        return reverse(name, kwargs={"organisation": self.slug, **kwargs})

    def context(self) -> dict[str, Any]:
        home = self.url("home")
        return {
            "home": {"url": home, "current": self.here == home},
            "organisations": self.organisations(),
            "clauses": self.clauses(),
            "controls": self.controls(),
            "items": self.items(),
            "band": self.band(),
            "person": {"name": self.request.user.name, "role": self.request.membership.get_role_display()},
            "due_count": self.due_count(),
            "due_url": self.url("due-list"),
            "kit_url": reverse("kit") if settings.DEBUG else "",
        }

    def band(self) -> dict[str, Any] | None:
        """What somebody from outside should never have to ask: what they see, and until when."""
        membership = self.request.membership
        if membership.role != Role.AUDITOR:
            return None
        until = date_format(membership.until, "j F Y") if membership.until else ""
        facts = [_("Every record of %(name)s, nothing can be changed") % {"name": membership.organisation.name}]
        return {
            "title": membership.get_role_display(),
            "facts": [*facts, _("Access until %(day)s") % {"day": until}],
        }

    def due_count(self) -> int:
        user, organisation = self.request.user, self.request.organisation
        return due_rows(user, organisation, organisation.today() + SOON, owner=user).count()

    def organisations(self) -> list[dict[str, Any]]:
        mine = self.request.user.memberships.current().select_related("organisation").order_by("organisation__name")
        return [
            {
                "name": one.organisation.name,
                "url": one.organisation.get_absolute_url(),
                "current": one == self.request.membership,
            }
            for one in mine
        ]

    def clauses(self) -> list[dict[str, Any]]:
        visible = Position.objects.visible_to(self.request.user).filter(organisation=self.request.organisation)
        positions = visible.clauses().select_related("requirement").order_by("requirement__order")
        judged = standings(positions, on=self.request.organisation.today())
        titles = dict(
            Requirement.objects.filter(parent=None, kind=Requirement.Kind.CLAUSE).values_list("number", "title")
        )
        return [
            self.clause(number, titles.get(number, ""), list(group))
            for number, group in groupby(judged, key=lambda one: one.position.requirement.section)
        ]

    def clause(self, number: str, title: str, judged: list[Standing]) -> dict[str, Any]:
        requirements = [self.requirement(one) for one in judged]
        counts = Counter(one.verdict.words.lower() for one in judged)
        return {
            "number": number,
            "title": title,
            "current": any(requirement["current"] for requirement in requirements),
            "marks_summary": ", ".join(f"{n} {words}" for words, n in counts.items()),
            "requirements": requirements,
        }

    def requirement(self, one: Standing) -> dict[str, Any]:
        url = self.url("position-detail", reference=one.position.reference)
        return {
            "number": one.position.reference,
            "title": one.position.title,
            "url": url,
            "current": self.here.startswith(url),
            "mark": one.verdict.mark,
            "word": one.verdict.words.lower(),
        }

    def counts(self) -> Counter[str]:
        visible = Record.objects.visible_to(self.request.user).filter(organisation=self.request.organisation)
        counts = Counter(dict(visible.values_list("kind").annotate(n=Count("pk"))))
        if VIEW_RECORDS not in self.request.permissions:
            # Contributors see more evidence than is theirs: also what is linked to their records.
            evidence = Evidence.objects.visible_to(self.request.user).filter(organisation=self.request.organisation)
            counts[Evidence.KIND] = evidence.count()
        return counts

    def controls(self) -> dict[str, Any]:
        count = Position.objects.visible_to(self.request.user).filter(organisation=self.request.organisation)
        url = self.url("position-list")
        current = self.here.startswith(f"{url}A.") or (self.here == url and self.request.GET.get("kind") == "control")
        return {"url": f"{url}?kind=control", "count": count.controls().count(), "current": current}

    def items(self) -> list[dict[str, Any]]:
        counts = self.counts()
        items: list[tuple[str, str, int | None]] = [
            (_("Mentions"), "mention-list", unread(self.request.user, self.request.organisation).count() or None),
            (_("AI systems"), "ai-system-list", counts[AISystem.KIND]),
            (_("Suppliers"), "supplier-list", counts[Supplier.KIND]),
            (_("Evidence"), "evidence-list", counts[Evidence.KIND]),
        ]
        if VIEW_RECORDS in self.request.permissions:
            items += [(_("Reports"), "report-list", None), (_("Organisation"), "organisation-edit", None)]
        if MANAGE_MEMBERS in self.request.permissions:
            troubled = in_trouble(self.request.organisation).count()
            items += [(_("Members"), "member-list", None), (_("Mail"), "mail-list", troubled or None)]
            if settings.EMAIL_BACKEND.endswith("OutboxBackend"):
                items += [(_("Outbox"), "outbox", None)]
        urls = [(label, self.url(name), count) for label, name, count in items]
        return [
            {"label": label, "url": url, "count": count, "current": self.here.startswith(url)}
            for label, url, count in urls
        ]
