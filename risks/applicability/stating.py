"""Verbs on the Statement of Applicability: a draft from the current one, and what it takes to submit it (6.1.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clauses.models import Requirement
from organisations.models import Organisation, User
from records.actions import keep
from records.labels import next_label
from risks.applicability.statement import Line, content_of, fingerprint_of, live_lines
from risks.models import UNDECIDED, Statement

FIRST = "1.0"
UNSAID = gettext_lazy("Say what is new in this version: edit it first.")


@dataclass(frozen=True)
class Obstacle:
    """Why a statement cannot be submitted yet; `control` says whose position has to be mended."""

    control: str
    reason: str

    def __str__(self) -> str:
        return f"{self.control}: {self.reason}"


@transaction.atomic
def draft_statement(organisation: Organisation, *, by: User) -> Statement:
    """The next version as a draft. Raises ValidationError while another one is open."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    versions = Statement.objects.of(organisation)
    is_open = versions.filter(state__in=UNDECIDED).order_by("number").last()
    if is_open:
        raise ValidationError(_("%(record)s is still open: finish it first.") % {"record": is_open})
    last = versions.order_by("number").last()
    label = next_label(last.label) if last else FIRST
    draft = Statement(
        organisation=organisation,
        label=label,
        title=title_of(label),
        number=last.number + 1 if last else 1,
        owner=last.owner if last else by,
    )
    keep(draft, by=by)
    return draft


def title_of(label: str) -> str:
    return _("Statement of Applicability %(version)s") % {"version": label}


def obstacles(lines: Iterable[Line]) -> list[Obstacle]:
    """What keeps these lines from being submitted: every control once, a reason for each yes and each no (6.1.3)."""
    lines = list(lines)
    found = [Obstacle(line.control, reason) for line in lines for reason in faults_of(line)]
    told = {line.control for line in lines}
    controls = Requirement.objects.assessable().filter(kind=Requirement.Kind.CONTROL)
    missing = [number for number in controls.values_list("number", flat=True) if number not in told]
    found += [Obstacle(number, _("It is missing.")) for number in missing]
    return found


def faults_of(line: Line) -> list[str]:
    if line.applicable is None:
        return [_("Nobody has decided whether it applies.")]
    found = []
    if not line.justification.strip():
        found.append(_("Its reason is missing: an auditor reads one for every yes and every no."))
    if line.applicable and not line.basis:
        found.append(_("It does not say what calls for it: a risk, a law, a contract or the business."))
    if not line.applicable and line.risks:
        names = ", ".join(risk.reference for risk in line.risks)
        found.append(_("It is excluded, but treats open risks: %(risks)s.") % {"risks": names})
    return found


def says_nothing_new(statement: Statement) -> bool:
    """Whether a later version does not say what is new in it, so that whoever approves would have to search."""
    return statement.number > 1 and not statement.change_note.strip()


def freeze(statement: Statement) -> None:
    """Keeps what the statement says today as its content. Raises ValidationError with every obstacle."""
    lines = live_lines(statement.organisation, on=statement.organisation.today())
    found = [str(one) for one in obstacles(lines)]
    if says_nothing_new(statement):
        found.insert(0, str(UNSAID))
    if found:
        raise ValidationError(found)
    statement.content = content_of(lines)
    statement.fingerprint = fingerprint_of(statement.content)
