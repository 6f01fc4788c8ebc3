"""Which criteria count, what new ones begin with, and how the next version comes about (ISO 42001 6.1.1, 6.1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Case, Max, Value, When
from django.utils.translation import gettext as _

from organisations.models import Organisation, User
from records.actions import keep
from risks.models import LEVELS, OPEN, Level, RiskCriteria, Size, Standing

SCALES = ("likelihood", "organisation_scale", "individuals_scale", "society_scale")
THRESHOLDS = ("medium_from", "high_from", "critical_from")
# What the next version begins with; the next review belongs to each version.
CARRIED_OVER = (
    *("title", "owner", "review_every", "size", *SCALES, *THRESHOLDS, "individuals_override", "method"),
    *(f"accepts_{level}" for level in Level),
    *("months_planning", "months_high", "months_limited", "months_minimal"),
)


def five_steps() -> dict[str, list[str]]:
    """Words of practice for 5 × 5; each begins with the name of its step."""
    return {
        "likelihood": [
            _("Rare: less than once in five years"),
            _("Unlikely: once in two to five years"),
            _("Possible: about once a year"),
            _("Likely: several times a year"),
            _("Almost certain: every month or more"),
        ],
        "organisation_scale": [
            _("Slight: below 10,000 euros, nobody outside notices"),
            _("Small: below 100,000 euros, local press"),
            _("Real: below 1 million euros, an authority asks"),
            _("Serious: below 10 million euros, a fine, or a major customer lost"),
            _("Grave: above 10 million euros, licence or existence at risk"),
        ],
        "individuals_scale": [
            _("Slight: an annoyance, easily undone"),
            _("Small: a small loss, undone with effort"),
            _("Real: a few lose money, a chance or dignity"),
            _("Serious: lasting harm or a breach of rights, for many or for vulnerable people"),
            _("Grave: death, severe injury, or a breach of rights that cannot be undone"),
        ],
        "society_scale": [
            _("Slight: nothing that anybody notices"),
            _("Small: local and short"),
            _("Real: regional and noticeable"),
            _("Serious: wide and lasting"),
            _("Grave: systemic, cannot be undone"),
        ],
    }


def three_steps() -> dict[str, list[str]]:
    """The same for 3 × 3."""
    return {
        "likelihood": [
            _("Unlikely: less than once in two years"),
            _("Possible: about once a year"),
            _("Likely: several times a year"),
        ],
        "organisation_scale": [
            _("Small: below 100,000 euros, few notice"),
            _("Real: below 1 million euros, an authority asks"),
            _("Grave: above 1 million euros, a fine, licence or existence at risk"),
        ],
        "individuals_scale": [
            _("Small: an annoyance or a small loss, undone with effort"),
            _("Real: a few lose money, a chance or dignity"),
            _("Grave: lasting harm, injury, or a breach of rights"),
        ],
        "society_scale": [
            _("Small: local and short, or nothing"),
            _("Real: regional and noticeable"),
            _("Grave: wide and lasting"),
        ],
    }


def starting_values(size: int = Size.FIVE) -> dict[str, Any]:
    """Columns of criteria as they are offered first: scales and thresholds of that size."""
    thresholds = (3, 6, 9) if size == Size.THREE else (5, 10, 15)
    scales = three_steps() if size == Size.THREE else five_steps()
    return {"size": Size(size).value, **scales, **dict(zip(THRESHOLDS, thresholds, strict=True))}


def criteria_in_force(organisation: Organisation) -> RiskCriteria | None:
    """The approved version, else the newest that is on its way; None where there are none: then nothing is scored."""
    versions = RiskCriteria.objects.of(organisation).exclude(state=Standing.SUPERSEDED)
    approved_first = Case(When(state=Standing.APPROVED, then=Value(0)), default=Value(1))
    return versions.select_related("organisation").order_by(approved_first, "-number", "-pk").first()


def why_fixed(criteria: RiskCriteria) -> str:
    """Why a version cannot be edited; empty where it can."""
    if criteria.is_settled:
        return _("An approved version stays as it is. Make a new version from it.")
    if criteria.state not in OPEN:
        return _("It is in review. Once it was returned it can be changed.")
    if criteria.assessments.exists():
        return _("Scores were made with it, so it stays as it is. Make a new version from it.")
    return ""


def next_number(organisation: Organisation) -> int:
    return (RiskCriteria.objects.of(organisation).aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def next_version(criteria: RiskCriteria, *, by: User) -> RiskCriteria:
    """A draft with everything of `criteria`; where one waits already that can be edited, that one."""
    Organisation.objects.select_for_update(no_key=True).get(pk=criteria.organisation_id)
    drafts = RiskCriteria.objects.of(criteria.organisation).filter(state__in=OPEN, assessments=None)
    if waiting := drafts.order_by("-number").first():
        return waiting
    values = {name: getattr(criteria, name) for name in CARRIED_OVER}
    draft = RiskCriteria(organisation=criteria.organisation, number=next_number(criteria.organisation), **values)
    keep(draft, by=by)
    return draft


@dataclass(frozen=True)
class Band:
    """The scores that make a level, and who may accept a residual risk there."""

    level: Level
    first: int
    last: int
    acceptor: str

    @property
    def scores(self) -> str:
        return str(self.last) if self.first == self.last else f"{self.first}–{self.last}"


def bands(criteria: RiskCriteria) -> list[Band]:
    """The levels of the criteria, the gravest first."""
    starts = [1, criteria.medium_from, criteria.high_from, criteria.critical_from]
    ends = [*(start - 1 for start in starts[1:]), criteria.size**2]
    found = [
        Band(level, first, last, str(criteria.acceptor_of(level).label))
        for level, first, last in zip(LEVELS, starts, ends, strict=True)
    ]
    return found[::-1]


def step_name(words: str) -> str:
    """The name of a step: what stands before the colon, where that is short."""
    name, colon, _rest = words.partition(":")
    return name.strip() if colon and len(name) <= 24 else ""


def consequence_names(criteria: RiskCriteria) -> list[str]:
    """The names of the steps of consequence, where all three scales call them the same."""
    scales = (criteria.organisation_scale, criteria.individuals_scale, criteria.society_scale)
    named = [{step_name(words) for words in step} for step in zip(*scales, strict=False)]
    return [names.pop() if len(names) == 1 else "" for names in named]
