"""What a kind of date is: which records have it, on which day, and who is to act; and who decides on versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from clauses.models import PlannedChange
from organisations.authority import Authority
from organisations.models import Organisation, User
from organisations.roles import ROLES_THAT_AUDIT
from records.models import Record
from risks.impact.approval import with_needed
from risks.models import ImpactAssessor

ALWAYS = Q()


@dataclass(frozen=True, eq=False)
class Source:
    """One kind of date. `day` and `owner` are paths from `kind`; a `day` that is no column is an expression."""

    rule: str
    word: Any
    plural: Any
    kind: type[Record]
    day: str | Callable[[Organisation], Any]
    owner: str = "owner"
    # Which records have the date. What is said of many rows of one record is said here, all of the same row.
    where: Q = ALWAYS
    # Path of the words for one of several that a record has, such as its measures.
    says: str = ""
    # Whether several people are told of the same thing.
    is_shared: ClassVar[bool] = False

    def rows(
        self, organisation: Organisation, *, seen_by: Any = None, owner: User | int | None = None
    ) -> QuerySet[Any]:
        """Records of the organisation (that one person may see) with the day, `on`, and who is to act, `actor`."""
        found: Any = self.kind.objects.of(organisation)
        if seen_by is not None:
            found = found.visible_to(seen_by)
        theirs = Q() if owner is None else Q(**{self.owner: owner})
        on = F(self.day) if isinstance(self.day, str) else self.day(organisation)
        dated: QuerySet[Any] = found.filter(self.where & theirs).annotate(on=on, actor=F(self.owner))
        return dated


class Approvals(Source):
    """Versions in review, for each member whose authority (one of `by`, or top management's) suffices to decide.

    Not for who submitted or proposed it; whoever only began it is told too, and turned away. One row for each.
    """

    is_shared = True
    by: ClassVar[tuple[Authority, ...]] = (Authority.DESIGNATED,)

    def rows(
        self, organisation: Organisation, *, seen_by: Any = None, owner: User | int | None = None
    ) -> QuerySet[Any]:
        member = "organisation__memberships"
        holds = Q(**{f"{member}__top_management": True}) | Q(**{f"{member}__authority__in": self.by})
        holds &= Q(**{f"{member}__until": None}) | Q(**{f"{member}__until__gte": organisation.today()})
        audits = Q(**{f"{member}__role__in": ROLES_THAT_AUDIT})
        found = self.records(organisation)
        found = found.visible_to(seen_by) if seen_by is not None else found
        found = found.annotate(decider=FilteredRelation(member, condition=holds & ~audits))
        on = self.day if isinstance(self.day, str) else self.day(organisation)
        found = found.filter(self.where, decider__isnull=False).annotate(on=on, actor=F("decider__user"))
        asker = "proposed_by" if self.kind is PlannedChange else "submitted_by"
        waiting: QuerySet[Any] = found.exclude(actor=Coalesce(F(asker), 0))
        return waiting if owner is None else waiting.filter(actor=getattr(owner, "pk", owner))

    def records(self, organisation: Organisation) -> Any:
        return self.kind.objects.of(organisation)


class Readings(Source):
    """Documents to be read, for each who has not confirmed it."""

    is_shared = True


class TopApprovals(Approvals):
    """What nobody but top management decides."""

    by = ()


class LightApprovals(Approvals):
    """What a head of department may decide as well."""

    by = (Authority.HEAD, Authority.DESIGNATED)


class OfAssessment(Approvals):
    """Impact assessments, by the authority that each of them `needs`; not for who assessed."""

    def rows(
        self, organisation: Organisation, *, seen_by: Any = None, owner: User | int | None = None
    ) -> QuerySet[Any]:
        waiting = super().rows(organisation, seen_by=seen_by, owner=owner)
        assessors = ImpactAssessor._default_manager
        return waiting.exclude(Exists(assessors.filter(assessment=OuterRef("pk"), user=OuterRef("actor"))))

    def records(self, organisation: Organisation) -> Any:
        return with_needed(super().records(organisation))


class TopOfAssessment(OfAssessment, TopApprovals):
    pass


class LightOfAssessment(OfAssessment, LightApprovals):
    pass
