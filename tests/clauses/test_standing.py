"""Facts are counted from records, on a day, in the same number of queries for one position and for all."""

from datetime import timedelta
from typing import Any

from clauses.actions import count_as
from clauses.models import Position
from clauses.standing import standings
from clauses.verdict import Mark
from tests.cast import make_evidence


def standing(position: Position, **shift: int) -> Any:
    [one] = standings([position], on=position.organisation.today() + timedelta(**shift))
    return one


def at(organisation: Any, reference: str) -> Position:
    return Position.objects.select_related("requirement", "organisation").get(
        organisation=organisation, reference=reference
    )


def test_expected_evidence_is_present_only_while_what_counts_for_it_is_valid(organisation: Any, officer: Any) -> None:
    position = at(organisation, "4.3")
    position.status = "met"
    position.save()
    mandatory = position.requirement.expected_evidence.get(is_mandatory=True)
    assert standing(position).verdict.mark is Mark.PARTLY

    evidence = make_evidence(organisation, valid_until=organisation.today())
    count_as(position, mandatory, evidence, by=officer)

    assert standing(position).verdict.mark is Mark.MET
    assert standing(position).facts.expected_present == 1
    assert standing(position, days=1).verdict.mark is Mark.PARTLY
    assert standing(position, days=1).facts.evidence_expired == 1


def test_evidence_whose_file_never_came_counts_for_nothing(organisation: Any) -> None:
    from evidence.models import Evidence, Proof

    position = at(organisation, "A.2.2")
    absent = Evidence.objects.create(organisation=organisation, title="Announced")
    Proof.objects.create(evidence=absent, record=position)
    assert standing(position).facts.evidence_valid == 0


def test_all_positions_cost_as_many_queries_as_one(
    organisation: Any, officer: Any, django_assert_num_queries: Any
) -> None:
    positions = list(Position.objects.filter(organisation=organisation).in_order())
    for position in positions[:3]:
        make_evidence(organisation, proves=position)
    with django_assert_num_queries(1):
        standings(positions[:1], on=organisation.today())
    with django_assert_num_queries(1):
        standings(positions, on=organisation.today())
