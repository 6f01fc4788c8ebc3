"""What the bench measures on: organisations of three sizes in one database, as many as one installation has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from clauses.actions import open_positions
from clauses.crosswalks.loading import load_crosswalks
from clauses.loading import load_catalogue
from clauses.models import Answer, Position, Question, Status
from evidence.models import Kind
from organisations.actions import appoint
from organisations.models import Organisation, User
from organisations.roles import Role
from records.actions import give, touch
from records.models import Record
from systems.models import ActRole, AIRole, RiskClass

from .risk_stock import take_risks
from .room_stock import let_in

WORDS = (
    "accuracy audit bias calibration consent contract credit drift ethics fairness hiring impact incident input "
    "intake label ledger lending logging mitigation model monitoring oversight policy privacy prompt quality "
    "record release review risk robustness sampling scoring security service supplier training transparency usage "
    "validation"
)
PEOPLE = 20
FILL = (Path(__file__).parent / "stock.sql").read_text()
LATEST = 50


@dataclass(frozen=True)
class Size:
    """How much an organisation keeps. One in a hundred records is the contributor's."""

    name: str
    evidence: int
    systems: int
    risks: int


@dataclass(frozen=True)
class Stocked:
    """An organisation full of records, and the people the bench signs in."""

    size: Size
    organisation: Organisation
    officer: User
    auditor: User
    contributor: User
    inmate: User


def stocked(size: Size) -> Stocked:
    """Fills an organisation; the same size always gives the same records."""
    load_catalogue()
    load_crosswalks()
    organisation = Organisation.objects.create(name=f"{size.name.title()} Ltd", slug=size.name)
    open_positions(organisation)
    officer = member("officer", organisation, Role.COMPLIANCE_OFFICER)
    auditor = member("auditor", organisation, Role.INTERNAL_AUDITOR)
    contributor = member("contributor", organisation, Role.CONTRIBUTOR)
    owners = [officer, *(member(f"person-{n}", organisation, Role.CONTRIBUTOR) for n in range(PEOPLE))]
    take_positions(organisation)
    fill(size, organisation, [one.pk for one in owners], contributor.pk)
    take_risks(organisation, [one.pk for one in owners], WORDS.split(), size.risks)
    for position in Position.objects.filter(organisation=organisation, reference__startswith="8."):
        give(position, to=contributor)
    for person in (officer, contributor):
        for record in Record.objects.visible_to(person).of(organisation).order_by("-pk")[:LATEST]:
            touch(record, by=officer)
    return Stocked(size, organisation, officer, auditor, contributor, let_in(organisation))


def member(name: str, organisation: Organisation, role: str) -> User:
    email = f"{name}@{organisation.slug}.example"
    user = User.objects.create(email=email, name=f"{name.title()} {organisation.name}", password="!")
    appoint(user, organisation=organisation, role=role)
    return user


def take_positions(organisation: Organisation) -> None:
    """Says something on every requirement, as an organisation half-way to its certificate has."""
    positions = Position.objects.filter(organisation=organisation)
    positions.update(status=Status.PARTLY)
    of = dict(positions.values_list("requirement", "pk"))
    values = Answer.Value.values[:3]
    Answer.objects.bulk_create(
        Answer(position_id=of[asked.requirement_id], question=asked, value=values[number % 3])
        for number, asked in enumerate(Question.objects.filter(is_withdrawn=False))
        if number % 5 and asked.requirement_id in of
    )


@transaction.atomic
def fill(size: Size, organisation: Organisation, owners: list[int], contributor: int) -> None:
    """Puts systems and evidence in by SQL without triggers: pages read no more of history than the latest changes."""
    choices = {"kinds": Kind.values, "act_roles": ActRole.values, "roles": AIRole.values, "classes": RiskClass.values}
    what = {"organisation": organisation.pk, "today": organisation.today(), "owners": owners, "mine": contributor}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute("DROP INDEX search_words")
        cursor.execute(
            FILL, {**choices, **what, "words": WORDS.split(), "evidence": size.evidence, "systems": size.systems}
        )
        cursor.execute("CREATE INDEX search_words ON records_searchentry USING gin (words) WITH (fastupdate = off)")


def tidied() -> None:
    """As after a night: statistics are there and nothing waits for a vacuum."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
