"""The people, the organisations and the records of the tests, made by plain functions.

The cast stands in the database before the first test (see conftest), so that a test costs no catalogue. It belongs to
two organisations that have nothing to do with each other: Brightwater, and Farpost, where only the outsider works.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from clauses.actions import open_positions
from clauses.crosswalks.loading import load_crosswalks
from clauses.loading import load_catalogue
from clauses.models import Position, Requirement
from evidence.models import Evidence, EvidenceVersion, Proof
from organisations.actions import appoint
from organisations.models import Organisation, User
from organisations.roles import Role
from records.models import Record
from systems.models import ActRole, AIRole, AISystem, RiskClass, Supplier

PASSWORD = "tall ships sail at dawn"

HERE, THERE = "brightwater", "farpost"

ROLES = {
    "officer": Role.COMPLIANCE_OFFICER,
    "contributor": Role.CONTRIBUTOR,
    "internal_auditor": Role.INTERNAL_AUDITOR,
    "auditor": Role.AUDITOR,
    "manager": Role.MANAGER,
    "administrator": Role.ADMINISTRATOR,
}


READERS = ("internal_auditor", "auditor", "manager", "administrator")

number = count(1)


def found(slug: str) -> Organisation:
    """The organisation of the cast with that slug, with its catalogue, positions and people; made where missing."""
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation:
        return organisation
    load_catalogue()
    load_crosswalks()
    organisation = Organisation.objects.create(name=f"{slug.title()} Ltd", slug=slug)
    open_positions(organisation)
    for name in ROLES if slug == HERE else ["officer"]:
        person(name, organisation)
    return organisation


def person(name: str, organisation: Organisation, role: str = "", **membership: Any) -> User:
    """A member called after their role, `officer@brightwater.example`; auditors from outside leave in 30 days."""
    role = role or ROLES[name]
    if role == Role.AUDITOR:
        membership.setdefault("until", organisation.today() + timedelta(days=30))
    user = User.objects.create_user(f"{name}@{organisation.slug}.example", name=f"{name.title()} {organisation.name}")
    appoint(user, organisation=organisation, role=role, **membership)
    return user


def somebody(organisation: Organisation) -> User:
    """One more contributor, like nobody else."""
    return person(f"colleague-{next(number)}", organisation, Role.CONTRIBUTOR)


def make_supplier(organisation: Organisation, **fields: Any) -> Supplier:
    defaults = {"title": f"Supplier {next(number)}", "service": "A hosted language model"}
    return Supplier.objects.create(organisation=organisation, **defaults | fields)


def make_ai_system(organisation: Organisation, **fields: Any) -> AISystem:
    defaults = {
        "title": f"System {next(number)}",
        "purpose": "Sorts incoming mail",
        "roles": [AIRole.PROVIDER],
        "act_role": ActRole.PROVIDER,
        "risk_class": RiskClass.MINIMAL,
        "class_reason": "Decides nothing about people",
        "oversight": "A clerk reads what is unsure",
        "scope_reason": "Used in production",
    }
    return AISystem.objects.create(organisation=organisation, **defaults | fields)


def make_evidence(organisation: Organisation, *, proves: Record | None = None, **fields: Any) -> Evidence:
    """An item with one version, a link; `proves` names a record it proves something about."""
    item = Evidence.objects.create(organisation=organisation, **{"title": f"Evidence {next(number)}"} | fields)
    EvidenceVersion.objects.create(evidence=item, number=1, url="https://files.example/minutes")
    if proves:
        Proof.objects.create(evidence=item, record=proves)
    return item


def make_position(organisation: Organisation, **fields: Any) -> Position:
    """A position nobody has used in a test yet: the first without an owner, or a new one where none is open."""
    positions = Position.objects.filter(organisation=organisation)
    position = positions.filter(owner=None, changed_by=None, version=1).in_order().first()
    if position is None:
        taken = positions.values("requirement")
        requirement = Requirement.objects.assessable().exclude(pk__in=taken)[0]
        applicable = None if requirement.is_control else True
        position = Position(organisation=organisation, requirement=requirement, applicable=applicable)
    position.version += bool(position.pk)
    for name, value in fields.items():
        setattr(position, name, value)
    position.save()
    return position
