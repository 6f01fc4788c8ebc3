"""What an organisation does with its own frameworks and mappings; what the catalogue publishes, nobody changes here."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from clauses.models import Mapping, OtherFramework, OtherRequirement, Requirement
from clauses.models.crosswalks import OWN
from organisations.models import Organisation, User

from .loading import keep_requirements
from .reading import Draft

MOST_FRAMEWORKS = 50


@transaction.atomic
def add_mapping(
    organisation: Organisation,
    *,
    source: Requirement,
    target: OtherRequirement,
    relationship: str,
    strength: str,
    basis: str,
    by: User,
) -> Mapping:
    """Adds an own mapping, beside what is published. Raises ValidationError with the reason at its field."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if not source.is_assessable or source.is_withdrawn:
        raise ValidationError({"source": _("Choose a clause or a control of ISO/IEC 42001.")})
    if target.framework.organisation_id not in {None, organisation.pk} or not stands(target):
        raise ValidationError({"target": _("No mapping can lead to this requirement.")})
    if Mapping.objects.filter(organisation=organisation, source=source, target=target).exists():
        raise ValidationError({"source": _("You have mapped these two already. Remove that mapping first.")})
    mapping = Mapping(
        organisation=organisation,
        source=source,
        target=target,
        relationship=relationship,
        strength=strength,
        basis=basis.strip(),
        added_by=by,
    )
    mapping.full_clean(exclude=["organisation", "source", "target", "added_by"], validate_constraints=False)
    mapping.save()
    return mapping


def stands(target: OtherRequirement) -> bool:
    return target.is_assessable and not target.is_withdrawn and target.framework.retired_on is None


@transaction.atomic
def remove_mapping(mapping: Mapping, *, by: User) -> None:
    """Takes an own mapping away; the history keeps it."""
    if not mapping.is_own:
        raise ValidationError(_("A published mapping stays. Add your own beside it."))
    mapping.delete()


@transaction.atomic
def add_framework(organisation: Organisation, draft: Draft, *, facts: dict[str, Any], by: User) -> OtherFramework:
    """Adds an own framework with all of its requirements."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    own = OtherFramework.objects.filter(organisation=organisation)
    if own.count() >= MOST_FRAMEWORKS:
        raise ValidationError(_("There are %(n)s frameworks of your own; there can be no more.") % {"n": own.count()})
    framework = OtherFramework(organisation=organisation, added_by=by, code=free_code(own, draft.code or facts["name"]))
    describe(framework, facts, draft)
    framework.save()
    keep_requirements(framework, draft.items)
    return framework


def free_code(own: Any, wanted: str) -> str:
    """`own-our-policy`, or with a number where that is taken."""
    base = OWN + (slugify(wanted).removeprefix(OWN)[:40].strip("-") or "framework")
    taken = set(own.filter(code__startswith=base).values_list("code", flat=True))
    return next(code for n in range(1, len(taken) + 2) if (code := base if n == 1 else f"{base}-{n}") not in taken)


@transaction.atomic
def change_framework(
    framework: OtherFramework, draft: Draft | None, *, facts: dict[str, Any], by: User, seen: int
) -> OtherFramework:
    """Changes its description, and with a draft all of its requirements: those that are gone are withdrawn."""
    held = own_locked(framework, seen)
    describe(held, facts, draft)
    held.version += 1
    held.save()
    if draft:
        keep_requirements(held, draft.items)
    return held


@transaction.atomic
def retire_framework(framework: OtherFramework, *, by: User, seen: int) -> OtherFramework:
    """Ends its use: it leaves the lists, its mappings count no more, nothing of it is lost. A second time undoes it."""
    held = own_locked(framework, seen)
    held.retired_on = None if held.retired_on else held.organisation.today()  # type: ignore[union-attr]
    held.version += 1
    held.save()
    return held


def own_locked(framework: OtherFramework, seen: int) -> OtherFramework:
    held = OtherFramework.objects.select_for_update().filter(pk=framework.pk).exclude(organisation=None).first()
    if held is None:
        raise ValidationError(_("A published framework stays as it is."))
    if held.version != seen:
        raise ValidationError(_("Somebody else changed this framework meanwhile. Look at it again."))
    return held


def describe(framework: OtherFramework, facts: dict[str, Any], draft: Draft | None) -> None:
    for name in ("name", "publisher", "source", "licence", "doubt", "note"):
        setattr(framework, name, facts.get(name, ""))
    if draft:
        framework.content_hash = hashlib.sha256(repr(draft.items).encode()).hexdigest()
