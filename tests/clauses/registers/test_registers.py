"""The registers of clauses 4–7: rules at the fields, derived states, links that stay, and where they are found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clauses import models
from records.actions import give
from records.models import Record
from records.registers import declared
from tests.cast import make_ai_system, make_supplier
from tests.records.test_query_counts import queries

from .making import REGISTERS, maker, typed

pytestmark = pytest.mark.django_db


def said(client: Any, organisation: Any, model: Any, path: str, **data: Any) -> str:
    """What the form says to data that it does not take."""
    answer = client.post(f"/{organisation.slug}/{path}/new/", typed(model)(organisation) | data)
    assert answer.status_code == 200
    assert not model.objects.exists()
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("model", "path", "data", "words"),
    [
        (models.ContextIssue, "context-issues", {"reviewed_on": "2999-01-01"}, "This day lies ahead"),
        (models.ContextIssue, "context-issues", {"effect": ""}, "required"),
        (models.ContextIssue, "context-issues", {"owner": ""}, "required"),
        (models.InterestedParty, "interested-parties", {"handled_in_aims": ""}, "Say why the AIMS does not"),
        (models.AIMSProcess, "processes", {"clauses": "6.1.2, 6.99"}, "no clause or control 6.99"),
        (models.Objective, "objectives", {"target": "high"}, "Enter a number"),
        (models.Objective, "objectives", {"direction": ""}, "required"),
        (models.TrainingRecord, "training-records", {"completed_on": "2999-01-01"}, "not completed yet"),
        (models.TrainingRecord, "training-records", {"score": "80"}, "Say when it was completed"),
        (models.TrainingRecord, "training-records", {"completed_on": "2020-01-01", "score": "101"}, "less than or"),
        (
            models.TrainingRecord,
            "training-records",
            {"completed_on": "2020-01-02", "expires_on": "2020-01-01"},
            "cannot end before",
        ),
        (models.Competence, "competences", {"level_held": "2"}, "Say what shows it"),
        (models.Awareness, "awareness", {"people": "3", "reached": "4"}, "cannot reach more people"),
        (models.Awareness, "awareness", {"starts_on": "2026-02-01", "ends_on": "2026-01-01"}, "before it begins"),
        (models.Communication, "communications", {"sent_on": "2999-01-01"}, "Plan it as the next one"),
        (models.Resource, "resources", {"is_sufficient": ""}, "Say what is missing"),
    ],
)
def test_what_does_not_fit_is_said_at_the_field(
    model: Any, path: str, data: dict[str, str], words: str, organisation: Any, officer: Any, sign_in: Any
) -> None:
    assert words in said(sign_in(officer), organisation, model, path, **data)


def test_states_of_training_are_derived(organisation: Any, contributor: Any) -> None:
    today, make = organisation.today(), maker(models.TrainingRecord)
    done = {"completed_on": today - timedelta(days=30), "owner": contributor}
    made = {
        "not_completed": make(organisation, owner=contributor),
        "not_checked": make(organisation, **done),
        "completed": make(organisation, **done, effective_check="Quiz passed", expires_on=today),
        "expired": make(organisation, **done, effective_check="Quiz", expires_on=today - timedelta(days=1)),
    }
    for state, record in made.items():
        assert record.state(today) == state
        assert list(models.TrainingRecord.objects.in_state(state, today)) == [record]
    assert list(models.TrainingRecord.objects.not_completed()) == [made["not_completed"]]
    assert list(models.TrainingRecord.objects.expired(today)) == [made["expired"]]


def test_a_gap_is_what_is_missing_to_the_level_required(organisation: Any) -> None:
    make = maker(models.Competence)
    short = make(organisation, level_required=3, level_held=1)
    make(organisation, level_required=1, level_held=3)
    assert list(models.Competence.objects.with_gap()) == [short]
    assert [one.gap for one in models.Competence.objects.order_by("pk")] == [2, 0]


def test_whoever_it_is_about_may_read_it_and_a_former_one_no_longer(
    organisation: Any, officer: Any, contributor: Any, sign_in: Any
) -> None:
    client = sign_in(officer)
    data = typed(models.RoleAssignment)(organisation) | {"holder": contributor.pk}
    assert client.post(f"/{organisation.slug}/roles/new/", data).status_code == 302
    role = models.RoleAssignment.objects.get()
    theirs = sign_in(contributor)
    assert theirs.get(role.get_absolute_url()).status_code == 200
    assert theirs.get(role.edit_url).status_code == 403
    assert client.post(role.edit_url, data | {"holder": "", "version": role.version}).status_code == 302
    assert theirs.get(role.get_absolute_url()).status_code == 404


def test_links_that_somebody_may_not_see_stay(organisation: Any, contributor: Any, sign_in: Any) -> None:
    party, system = maker(models.InterestedParty)(organisation), make_ai_system(organisation, owner=contributor)
    law = maker(models.LegalRequirement)(organisation, owner=contributor)
    law.parties.add(party)
    client = sign_in(contributor)
    assert party.title not in client.get(law.get_absolute_url()).content.decode()
    data = typed(models.LegalRequirement)(organisation) | {"owner": contributor.pk, "version": law.version}
    assert client.post(law.edit_url, data | {"systems": [system.pk]}).status_code == 302
    assert list(law.parties.all()) == [party]
    assert list(law.systems.all()) == [system]
    give(party, to=contributor, change=False)
    page = client.get(law.get_absolute_url()).content.decode()
    assert party.title in page
    assert system.get_absolute_url() in page


def test_a_process_does_not_interact_with_itself(organisation: Any, officer: Any, sign_in: Any) -> None:
    process, other = (maker(models.AIMSProcess)(organisation) for _time in range(2))
    form = sign_in(officer).get(process.edit_url).content.decode()
    assert f'value="{other.pk}"' in form
    assert f'name="interacts_with" value="{process.pk}"' not in form
    with pytest.raises(IntegrityError), transaction.atomic():
        process.interacts_with.add(process)


def test_each_register_is_found_from_its_clause(
    organisation: Any, officer: Any, contributor: Any, sign_in: Any
) -> None:
    issue = maker(models.ContextIssue)(organisation)
    address, new = f"/{organisation.slug}/context-issues/", f"/{organisation.slug}/context-issues/new/"
    page = sign_in(officer).get(f"/{organisation.slug}/clauses/4.1/").content.decode()
    assert f'href="{address}"' in page
    assert f'href="{new}"' in page
    all_of_them = sign_in(contributor).get(f"/{organisation.slug}/registers/").content.decode()
    assert f'href="{address}"' in all_of_them
    assert new not in all_of_them
    assert issue.title not in all_of_them
    assert {views.model.KIND for views in declared()} >= {*REGISTERS, "supplier", "ai-system"}


def test_the_page_of_all_registers_asks_no_more_for_more_entries(organisation: Any, officer: Any, sign_in: Any) -> None:
    client, address = sign_in(officer), f"/{organisation.slug}/registers/"
    before = queries(client, address)
    for make, _typed, _text in REGISTERS.values():
        make(organisation)
    make_supplier(organisation)
    assert len(queries(client, address)) == len(before) <= 12


def test_counts_are_of_what_one_may_see(organisation: Any, officer: Any, contributor: Any, sign_in: Any) -> None:
    for owner in (officer, officer, contributor):
        maker(models.Resource)(organisation, owner=owner)
    count = '<td class="num">{}</td>'
    address = f"/{organisation.slug}/clauses/7.1/"
    assert count.format(3) in sign_in(officer).get(address).content.decode()
    assert count.format(1) in sign_in(contributor).get(f"/{organisation.slug}/registers/").content.decode()


def test_each_is_searched_by_its_own_texts(organisation: Any, officer: Any, sign_in: Any) -> None:
    maker(models.ContextIssue)(organisation, effect="Zephyr slows the servers")
    maker(models.Communication)(organisation, content="Zephyr is told")
    page = sign_in(officer).get(f"/{organisation.slug}/search/?q=zephyr").content.decode()
    assert page.count("CI-01") + page.count("COM-01") >= 2
    assert Record.objects.of(organisation).exclude(kind="position").count() == 2
