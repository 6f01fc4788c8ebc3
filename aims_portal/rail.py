"""What the frame around every page shows: where one can go, and how each clause stands."""

from collections import Counter
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clauses.models import Position, Requirement
from clauses.standing import facts_of
from clauses.verdict import Mark, mark_of, words_for
from organisations.counting import told
from organisations.requests import MemberRequest
from organisations.roles import ENTER_ROOM, MANAGE_MEMBERS, VIEW_RECORDS, Role
from records.models import Record

from .rail_counts import counts_for
from .room_rail import room_rail


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
        if ENTER_ROOM in self.request.permissions:
            return room_rail(self)
        home = self.url("home")
        return {
            "home": {"url": home, "current": self.here == home},
            "organisations": self.organisations(),
            "clauses": self.clauses(),
            "controls": self.controls(),
            "statement": self.statement(),
            "items": self.items(),
            "band": self.band(),
            "person": {"name": self.request.user.name, "role": self.request.membership.get_role_display()},
            "due_count": told(sum(n for name, n in self.counts.items() if name.startswith("due_"))),
            "due_url": f"{self.url('due-list')}?whose=mine",
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

    def organisations(self) -> list[dict[str, Any]]:
        return [
            {
                "name": one.organisation.name,
                "url": one.organisation.get_absolute_url(),
                "current": one == self.request.membership,
            }
            for one in self.request.memberships
        ]

    def clauses(self) -> str:
        """The clauses one may see with their marks, judged anew for each page; only what is drawn is remembered."""
        visible = self.mine(Position).clauses().order_by("requirement__order")
        rows = list(visible.values_list("pk", "reference", "requirement__framework__content_hash"))
        facts = facts_of([pk for pk, *_row in rows], on=self.request.organisation.today())
        marks = tuple((reference, mark_of(facts[pk])) for pk, reference, _hash in rows)
        here = next((number for number, _mark in marks if self.here.startswith(self.clause_url(number))), "")
        catalogue = rows[0][-1] if rows else ""
        return drawn(self.slug, marks, here, catalogue, get_language() or "")

    def clause_url(self, number: str) -> str:
        return f"{self.positions_url}{number}/"

    @cached_property
    def positions_url(self) -> str:
        return self.url("position-list")

    def mine(self, kind: type[Record]) -> Any:
        return kind.objects.visible_to(self.request.user).of(self.request.organisation)

    @cached_property
    def counts(self) -> dict[str, int]:
        return counts_for(self.request.user, self.request.organisation)

    def controls(self) -> dict[str, Any]:
        url = self.positions_url
        current = self.here.startswith(f"{url}A.") or (self.here == url and self.request.GET.get("kind") == "control")
        return {"url": f"{url}?kind=control", "count": told(self.counts["controls"]), "current": current}

    def statement(self) -> dict[str, Any]:
        url = self.url("statement-list")
        return {"url": url, "current": self.here.startswith((url, self.url("own-control-list")))}

    def items(self) -> list[dict[str, Any]]:
        counts = self.counts
        items: list[tuple[str, str, str | None]] = [
            (_("Mentions"), "mention-list", told(counts["mentions"]) if counts["mentions"] else None),
            (_("Registers"), "register-list", None),
            (_("Scope"), "scope-statement-list", None),
            (_("Documents"), "document-list", None),
            (_("Gap analysis"), "gap-run-list", None),
            (_("Actions"), "task-list", None),
            (_("Evidence requests"), "evidence-request-list", None),
            (_("AI systems"), "ai-system-list", told(counts["systems"])),
            (_("Risks"), "risk-list", told(counts["risks"])),
            (_("Treatments"), "treatment-list", told(counts["treatments"])),
            (_("Impact"), "impact-assessment-list", told(counts["impact"])),
            (_("Suppliers"), "supplier-list", told(counts["suppliers"])),
            (_("Incidents"), "incident-list", told(counts["incidents"])),
            (_("Concerns"), "concern-list", told(counts["concerns"])),
            (_("Evidence"), "evidence-list", told(counts["evidence"])),
            (_("Audits"), "audit-list", None),
            (_("Findings"), "finding-list", None),
            (_("Auditors’ rooms"), "audit-room-list", None),
            (_("Questions of auditors"), "information-request-list", None),
            (_("Corrective actions"), "corrective-action-list", None),
            (_("Improvements"), "improvement-list", None),
            (_("Reviews"), "management-review-list", None),
        ]
        if VIEW_RECORDS in self.request.permissions:
            items += self.of_all()
        items += [(_("History"), "log", None)]
        if MANAGE_MEMBERS in self.request.permissions:
            troubled = told(counts["troubled"]) if counts["troubled"] else None
            items += [(_("Members"), "member-list", None), (_("Mail"), "mail-list", troubled)]
            if settings.EMAIL_BACKEND.endswith("OutboxBackend"):
                items += [(_("Outbox"), "outbox", None)]
        urls = [(label, self.url(name), count) for label, name, count in items]
        return [
            {"label": label, "url": url, "count": count, "current": self.here.startswith(url)}
            for label, url, count in urls
        ]

    def of_all(self) -> list[tuple[str, str, str | None]]:
        """Pages that tell about all of the organisation."""
        names = [
            (_("Readiness"), "readiness-overview"),
            (_("Crosswalks"), "framework-list"),
            (_("Reports"), "report-list"),
            (_("As of a day"), "as-of"),
            (_("Organisation"), "organisation-edit"),
        ]
        return [(label, name, None) for label, name in names]


@lru_cache(maxsize=512)
def drawn(organisation: str, marks: tuple[tuple[str, Mark], ...], here: str, catalogue: str, language: str) -> str:
    """The list of clauses as HTML: the same marks of the same catalogue always look the same."""
    found = Requirement.objects.filter(framework__content_hash=catalogue, kind=Requirement.Kind.CLAUSE)
    titles = dict(found.values_list("number", "title"))
    clauses = []
    for section, group in groupby(marks, key=lambda one: one[0].split(".")[0]):
        judged = list(group)
        counts = Counter(words_for(mark).lower() for _number, mark in judged)
        requirements = [
            {
                "number": number,
                "title": titles.get(number, ""),
                "url": reverse("position-detail", kwargs={"organisation": organisation, "reference": number}),
                "current": number == here,
                "mark": mark,
                "word": words_for(mark).lower(),
            }
            for number, mark in judged
        ]
        clauses.append(
            {
                "number": section,
                "title": titles.get(section, ""),
                "current": any(one["current"] for one in requirements),
                "marks_summary": ", ".join(f"{n} {words}" for words, n in counts.items()),
                "requirements": requirements,
            }
        )
    return render_to_string("frame/clauses.html", {"clauses": clauses})
