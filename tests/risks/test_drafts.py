"""The next assessment begins by itself when the system changed: once, with the text copied, and history says how."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from risks.changes.drafts import draft_what_changed
from risks.models import Consultation, Impact, ImpactAssessment, ImpactMeasure
from risks.tasks import draft_what_changed as job
from systems.models import AISystem
from tests.cast import make_ai_system
from tests.pages import SeenPage
from tests.risk_cast import approved, make_impact_assessment
from tests.traces import history_of, written

SignIn = Callable[..., Client]


def assessed(organisation: Any, **fields: Any) -> ImpactAssessment:
    """An approved assessment with texts and parts, whose system then got a new version."""
    system = make_ai_system(organisation, system_version="3.4", title="TalentRank")
    draft = make_impact_assessment(
        organisation, system=system, purpose="Ranks CVs", misuse="Rejects", people=120_000, **fields
    )
    Impact.objects.create(assessment=draft, dimension="fairness", is_affected=True, harm="Unfair", severity=4)
    ImpactMeasure.objects.create(assessment=draft, dimension="fairness", measure="Test each release")
    Consultation.objects.create(assessment=draft, who="Works council", views="Go on")
    system.refresh_from_db()
    found = ImpactAssessment.objects.filter(pk=draft.pk)
    found.update(state="approved", decision="go", facts=system.facts, decided_on=organisation.today())
    AISystem.objects.filter(pk=system.pk).update(system_version="3.5")
    return found.get()


def test_the_draft_has_the_text_copied(organisation: Any) -> None:
    old = assessed(organisation)
    [draft] = draft_what_changed()
    draft = ImpactAssessment.objects.get(pk=draft.pk)
    assert (draft.state, draft.number, draft.replaces, draft.trigger) == ("draft", 2, old, "change")
    assert (draft.purpose, draft.misuse, draft.people) == ("Ranks CVs", "Rejects", 120_000)
    assert (draft.system_version, draft.facts, draft.decided_on, draft.assessed_on) == ("", "", None, None)
    assert draft.reference != old.reference
    assert list(draft.impacts.values_list("dimension", "harm", "severity")) == [("fairness", "Unfair", 4)]
    assert draft.measures.get().measure == "Test each release"
    assert draft.consultations.get().views == "Go on"
    assert old.impacts.count() == old.measures.count() == old.consultations.count() == 1
    old.refresh_from_db()
    assert old.state == "approved", "the old one stays in force until the next is approved"


def test_doing_it_again_does_nothing(organisation: Any) -> None:
    assessed(organisation)
    assert len(draft_what_changed()) == 1
    before = written()
    assert draft_what_changed() == []
    assert written() == before


@pytest.mark.parametrize("state", ["draft", "returned", "in_review"])
def test_where_somebody_is_at_it_no_second_draft_is_made(state: str, organisation: Any) -> None:
    old = assessed(organisation)
    make_impact_assessment(organisation, system=old.system, number=2, state=state)
    assert draft_what_changed() == []


def test_systems_out_of_scope_retired_or_unchanged_get_none(organisation: Any) -> None:
    for change in ({"in_scope": False}, {"retired_on": organisation.today()}, {"system_version": "3.4"}):
        AISystem.objects.filter(pk=assessed(organisation).system_id).update(**change)
    approved(make_ai_system(organisation, system_version="1"), facts="")
    assert draft_what_changed() == []


def test_the_version_that_was_assessed_coming_into_use_starts_nothing(organisation: Any) -> None:
    system = make_ai_system(organisation, system_version="3.4")
    approved(system, system_version="3.5")
    AISystem.objects.filter(pk=system.pk).update(system_version="3.5")
    assert draft_what_changed() == []


def test_history_says_which_job_it_was(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    assessed(organisation)
    job()
    draft = ImpactAssessment.objects.get(state="draft")
    event = history_of(ImpactAssessment, pgh_obj_id=draft.pk).get()
    assert event.pgh_context.metadata["job"] == "risks.tasks.draft_what_changed"
    assert draft.changed_by is None


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_draft(organisation: Any) -> None:
    old = assessed(organisation)
    barrier, faults = threading.Barrier(2), []

    def work() -> None:
        try:
            barrier.wait()
            draft_what_changed()
        except Exception as fault:  # noqa: BLE001
            faults.append(fault)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _n in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert not faults
    assert ImpactAssessment.objects.filter(system=old.system, state="draft").count() == 1


def test_the_officer_starts_it_at_once(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    old = assessed(organisation)
    client, here = sign_in(officer), old.system.get_absolute_url()
    form = next(one for one in SeenPage(client.get(here)).forms if one.action.endswith("next-assessment/"))
    assert client.post(form.action, form.data()).status_code == 302
    draft = ImpactAssessment.objects.get(state="draft")
    assert (draft.changed_by, draft.replaces, draft.trigger) == (officer, old, "change")
    page = SeenPage(client.get(here))
    assert "Being worked on:" in " ".join(page.texts)
    assert not [one for one in page.forms if one.action.endswith("next-assessment/")]
    before = written()
    assert "is being worked on already" in client.post(form.action, form.data(), follow=True).content.decode()
    assert written() == before


def test_others_start_nothing(
    organisation: Any, contributor: Any, manager: Any, outsider: Any, sign_in: SignIn
) -> None:
    old = assessed(organisation)
    AISystem.objects.filter(pk=old.system_id).update(owner=contributor)
    address, before = f"{old.system.get_absolute_url()}next-assessment/", written()
    for user, status in ((contributor, 403), (manager, 403), (outsider, 404)):
        assert sign_in(user).post(address).status_code == status
    assert sign_in(manager).get(address).status_code == 405
    assert written() == before


def test_without_an_approved_assessment_there_is_nothing_to_go_on_from(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    system = make_ai_system(organisation)
    answer = sign_in(officer).post(f"{system.get_absolute_url()}next-assessment/", follow=True)
    assert "no approved assessment to go on from" in answer.content.decode()
