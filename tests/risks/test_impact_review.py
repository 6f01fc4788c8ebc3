"""What the standard and the house ask of an impact assessment: each rule by its name (ISO 42001 6.1.4, 8.4, A.5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from organisations.authority import Authority
from records.approving import approve, refusal
from risks.golive.gate import checks_of
from risks.impact.approval import earlier, needed
from risks.impact.completeness import lacks, ready_for_review
from risks.impact.rating import overall_of, with_level
from risks.impact.versions import AlreadyOpenError, next_version
from risks.models import LEVELS, Consultation, Impact, ImpactAssessment, ImpactMeasure
from tests.cast import make_ai_system
from tests.pages import SeenPage
from tests.risk_cast import make_criteria, make_risk
from tests.risks.assessed import approved, complete, linked, manager_with, remaining, submitted

SignIn = Callable[..., Client]


@pytest.fixture
def head(organisation: Any) -> Any:
    return manager_with(organisation, "head", "head")


@pytest.fixture
def designated(organisation: Any) -> Any:
    return manager_with(organisation, "designated", "designated")


@pytest.fixture
def top(organisation: Any) -> Any:
    return manager_with(organisation, "top", "director")


def texts(assessment: ImpactAssessment) -> list[str]:
    return [lack.text for lack in lacks(ImpactAssessment.objects.get(pk=assessment.pk))]


@pytest.mark.parametrize("depth", ["light", "full"])
def test_a_complete_assessment_lacks_nothing(organisation: Any, depth: str) -> None:
    assert texts(complete(organisation, depth)) == []


@pytest.mark.parametrize(
    ("change", "lack"),
    [
        ({"is_affected": None}, "Privacy and data protection: affected or not?"),
        ({"reason": "  "}, "Privacy and data protection: not affected without a reason."),
        ({"is_affected": True}, "Privacy and data protection: severity is not said."),
    ],
)
def test_every_dimension_is_affected_or_not_affected_with_a_reason(
    organisation: Any, change: dict[str, Any], lack: str
) -> None:
    assessment = complete(organisation)
    Impact.objects.filter(assessment=assessment, dimension="privacy").update(**change)
    assert lack in texts(assessment)


def test_submit_with_an_unticked_dimension_is_refused_and_says_where(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    assessment, client = complete(organisation), sign_in(officer)
    Impact.objects.filter(assessment=assessment, dimension="society").delete()
    answer = client.post(assessment.url("submit"), follow=True)
    page = answer.content.decode()
    assert "Society: affected or not?" in page
    assert f"{assessment.get_absolute_url()}impacts/#dimension-society" in page
    assessment.refresh_from_db()
    assert assessment.state == "draft"


def test_full_needs_consultation_and_two_assessors(organisation: Any) -> None:
    assessment = complete(organisation, "full")
    Consultation.objects.filter(assessment=assessment).delete()
    assessment.assessors.set(assessment.assessors.all()[:1])
    assert texts(assessment) == [
        "2 assessors of different disciplines are needed.",
        "A full assessment hears those affected: nobody was heard yet.",
    ]
    ImpactAssessment.objects.filter(pk=assessment.pk).update(screening="light", screening_reason="Few people")
    assert texts(assessment) == []


def test_submitting_keeps_the_system_as_it_is_the_criteria_and_the_day(organisation: Any, officer: Any) -> None:
    criteria = make_criteria(organisation, state="approved")
    assessment = complete(organisation, system=make_ai_system(organisation, system_version="2.1"), system_version="")
    waiting = submitted(assessment, officer)
    assert waiting.state == "in_review"
    assert (waiting.facts, waiting.system_version) == (waiting.system.facts, "2.1")
    assert (waiting.criteria, waiting.assessed_on) == (criteria, organisation.today())


def test_an_assessment_made_for_the_coming_version_lets_that_one_go_live(
    organisation: Any, officer: Any, head: Any, sign_in: SignIn
) -> None:
    system = make_ai_system(organisation, system_version="2.1")
    draft, client = complete(organisation, system=system, system_version=""), sign_in(officer)
    assert "not approved: it is “draft”" in checks_of(draft.system, "2.1", user=officer)[0].why
    address = f"{draft.get_absolute_url()}identification/"
    form = SeenPage(client.get(address)).form_with("version").fields
    assert client.post(address, form | {"system_version": "3.0"}).status_code == 302
    one = approved(ImpactAssessment.objects.get(pk=draft.pk), head, officer)
    assert one.system_version == "3.0"
    assert checks_of(one.system, "3.0", user=officer)[0].passed
    assert checks_of(one.system, "2.1", user=officer)[0].why == "There is no impact assessment of version 2.1."
    assert next_version(one, by=officer, trigger="change").system_version == "", "the next one says it anew"


def test_light_needs_a_head_full_designated_management_and_what_remains_high_top_management(organisation: Any) -> None:
    light, full = complete(organisation), complete(organisation, "full")
    assert (needed(light), needed(full)) == (Authority.HEAD, Authority.DESIGNATED)
    lighter = complete(organisation, vulnerable="Elderly people", screening_reason="A pilot")
    assert needed(lighter) == Authority.DESIGNATED, "full was proposed, whatever was chosen"
    remaining(light, 4, 3)
    assert needed(light) == Authority.TOP
    remaining(light, 5, 1)
    assert needed(light) == Authority.TOP, "the gravest effect on people is high, however unlikely"


def test_high_residual_needs_top_management(organisation: Any, officer: Any, designated: Any, top: Any) -> None:
    assessment = complete(organisation, "full")
    remaining(assessment, 4, 4)
    waiting = submitted(assessment, officer)
    assert refusal(waiting, designated, needed(waiting))
    assert refusal(waiting, top, needed(waiting)) == ""


def test_the_approver_is_not_an_assessor_and_not_the_submitter(organisation: Any, top: Any, head: Any) -> None:
    assessment = complete(organisation)
    assessment.assessors.add(head)
    waiting = submitted(assessment, top)
    for person in (head, top):
        with pytest.raises(ValidationError, match="somebody else must"):
            approve(waiting, by=person, seen=waiting.version, needed=needed(waiting), earlier=earlier(waiting))


def test_who_lacks_the_authority_is_turned_away(organisation: Any, officer: Any, head: Any, sign_in: SignIn) -> None:
    waiting = submitted(complete(organisation, "full"), officer)
    posted = {"version": waiting.version, "decision": "go"}
    for person in (officer, head):
        assert sign_in(person).post(waiting.url("approve"), posted).status_code == 403


def test_approval_sets_the_next_review_by_the_criteria_and_supersedes_the_one_before(
    organisation: Any, officer: Any, head: Any
) -> None:
    make_criteria(organisation, state="approved", months_minimal=1)
    first = approved(complete(organisation), head, officer)
    today = organisation.today()
    assert today + timedelta(days=28) <= first.review_on <= today + timedelta(days=31)
    assert (first.number, first.state, first.decided_by) == (1, "approved", head)
    second = next_version(first, by=officer, trigger="scheduled")
    second.assessors.set(first.assessors.all())
    ImpactAssessment.objects.filter(pk=second.pk).update(decision="go")
    approved(ImpactAssessment.objects.get(pk=second.pk), head, officer)
    first.refresh_from_db()
    assert (first.state, bool(first.superseded_at)) == ("superseded", True)
    assert list(ImpactAssessment.objects.current(today).filter(system=first.system)) == [second]


def test_the_approver_may_decide_otherwise_with_a_remark(
    organisation: Any, officer: Any, head: Any, sign_in: SignIn
) -> None:
    waiting, client = submitted(complete(organisation), officer), sign_in(head)
    posted = {"version": waiting.version, "decision": "go_with_conditions"}
    assert b"needs its conditions" in client.post(waiting.url("approve"), posted, follow=True).content
    posted["conditions"] = "A weekly sample"
    assert b"otherwise than was proposed" in client.post(waiting.url("approve"), posted, follow=True).content
    waiting.refresh_from_db()
    assert waiting.state == "in_review"
    client.post(waiting.url("approve"), posted | {"note": "Not before a month of samples"})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decision, waiting.conditions) == (
        "approved",
        "go_with_conditions",
        "A weekly sample",
    )
    assert waiting.decision_note == "Not before a month of samples"


def test_approval_of_a_version_that_changed_meanwhile_is_refused(
    organisation: Any, officer: Any, head: Any, sign_in: SignIn
) -> None:
    waiting = submitted(complete(organisation), officer)
    seen = waiting.version
    sign_in(head).post(waiting.url("return"), {"version": seen, "note": "Say who is affected"})
    again = submitted(waiting, officer)
    answer = sign_in(head).post(waiting.url("approve"), {"version": seen, "decision": "go"}, follow=True)
    assert b"It changed after you opened it" in answer.content
    again.refresh_from_db()
    assert again.state == "in_review"


def test_a_returned_one_says_why_and_can_be_changed(
    organisation: Any, officer: Any, head: Any, sign_in: SignIn
) -> None:
    waiting, client = submitted(complete(organisation), officer), sign_in(officer)
    assert client.get(f"{waiting.get_absolute_url()}system/").status_code == 302, "in review nothing changes"
    sign_in(head).post(waiting.url("return"), {"version": waiting.version, "note": "Say who is affected"})
    assert b"Say who is affected" in client.get(waiting.get_absolute_url()).content
    assert client.get(f"{waiting.get_absolute_url()}system/").status_code == 200


def test_an_approved_one_stays(organisation: Any, officer: Any, head: Any, sign_in: SignIn) -> None:
    one = approved(complete(organisation), head, officer)
    changes: list[Callable[[], Any]] = [
        lambda: ImpactAssessment.objects.filter(pk=one.pk).update(purpose="Another"),
        lambda: Impact.objects.filter(assessment=one).update(severity=1),
        lambda: Impact.objects.filter(assessment=one).delete(),
        lambda: Consultation.objects.create(assessment=one, who="Nobody"),
        one.assessors.clear,
    ]
    for change in changes:
        with pytest.raises(DatabaseError, match="stays as it was approved"), transaction.atomic():
            change()
    client = sign_in(officer)
    for page in ("edit/", "system/", "impacts/"):
        for answer in (client.get(one.get_absolute_url() + page), client.post(one.get_absolute_url() + page, {"x": 1})):
            assert answer.status_code == 302
    one.review_on = one.review_on + timedelta(days=1) if one.review_on else None
    with pytest.raises(ValidationError, match="make its next version"):
        one.clean()


def test_a_measure_may_be_done_after_approval(organisation: Any, officer: Any, head: Any, sign_in: SignIn) -> None:
    one = approved(complete(organisation), head, officer)
    measure = ImpactMeasure.objects.get(assessment=one)
    address = f"{one.get_absolute_url()}measures/{measure.pk}/done/"
    assert sign_in(head).post(address).status_code == 403
    assert sign_in(officer).post(address).status_code == 302
    measure.refresh_from_db()
    assert measure.done_on == organisation.today()
    assert ImpactAssessment.objects.get(pk=one.pk).changed_by == officer
    assert b"It is done already." in sign_in(officer).post(address, follow=True).content


@pytest.mark.parametrize("state", ["draft", "in_review", "superseded"])
def test_only_the_assessment_in_force_has_measures_done_and_a_next_version(
    state: str, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    one, client = complete(organisation), sign_in(officer)
    measure, record = one.measures.get(), ImpactAssessment.objects.filter(pk=one.pk)
    record.update(state=state)
    client.post(f"{one.get_absolute_url()}measures/{measure.pk}/done/")
    measure.refresh_from_db()
    assert measure.done_on is None
    client.post(f"{one.get_absolute_url()}next-version/", {"trigger": "change"})
    assert ImpactAssessment.objects.filter(system=one.system).count() == 1


def test_editing_an_approved_one_makes_the_next_version_with_everything_copied(
    organisation: Any, officer: Any, head: Any, sign_in: SignIn
) -> None:
    draft = complete(organisation, purpose="Sorts the mail of all")
    risk = make_risk(organisation)
    linked(draft, risk)
    one = approved(draft, head, officer)
    answer = sign_in(officer).post(f"{one.get_absolute_url()}next-version/", {"trigger": "change"})
    made = ImpactAssessment.objects.exclude(pk=one.pk).get(system=one.system)
    assert answer["Location"] == made.get_absolute_url()
    assert (made.number, made.replaces, made.trigger, made.state) == (2, one, "change", "draft")
    assert (made.purpose, made.decision, made.review_on) == ("Sorts the mail of all", "", None)
    assert made.impacts.count() == 12
    assert (made.measures.count(), made.consultations.count()) == (1, 1)
    assert list(made.risks.all()) == [risk]
    with pytest.raises(AlreadyOpenError):
        next_version(one, by=officer, trigger="change")


def test_a_system_has_one_open_draft_and_the_refusal_leads_to_it(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    one = complete(organisation)
    data = {"system": one.system.pk, "title": "", "trigger": "scheduled", "owner": officer.pk}
    answer = sign_in(officer).post(f"/{organisation.slug}/impact-assessments/new/", data)
    assert answer.status_code == 200
    assert f'<a href="{one.get_absolute_url()}">{one.reference}</a>' in answer.content.decode()
    assert ImpactAssessment.objects.filter(system=one.system).count() == 1


def test_expired_is_not_current_and_says_so(organisation: Any, officer: Any, head: Any, sign_in: SignIn) -> None:
    one = approved(complete(organisation), head, officer)
    today = organisation.today()
    type(one).objects.filter(pk=one.pk).update(review_on=today - timedelta(days=1))
    assert one not in ImpactAssessment.objects.current(today)
    assert list(ImpactAssessment.objects.expired(today)) == [one]
    client = sign_in(officer)
    assert b"Expired: it was current until" in client.get(one.get_absolute_url()).content
    assert b"Expired" in client.get(f"/{organisation.slug}/impact-assessments/?expired=yes").content
    assert one.reference.encode() not in client.get(f"/{organisation.slug}/impact-assessments/?expired=no").content


def test_a_system_that_changed_asks_for_another_look(
    organisation: Any, officer: Any, head: Any, sign_in: SignIn
) -> None:
    one = approved(complete(organisation), head, officer)
    client, address = sign_in(officer), f"/{organisation.slug}/impact-assessments/export.csv?again=yes"
    assert one.reference not in client.get(address).getvalue().decode()
    one.system.purpose = "Decides about people"
    one.system.save()
    assert one.reference in client.get(address).getvalue().decode()
    assert b"The system changed after this was submitted" in client.get(one.get_absolute_url()).content


def test_a_prohibited_practice_stops(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    assessment = complete(organisation, is_prohibited=True)
    assert "A prohibited practice (Art. 5) cannot go live: the decision is no go, or stop." in texts(assessment)
    assert b"Stop." in sign_in(officer).get(f"{assessment.get_absolute_url()}screening/").content
    assessment.decision = "stop"
    ready_for_review(assessment)


@pytest.mark.parametrize("scale", [3, 5])
def test_the_level_of_a_list_is_the_level_of_the_page(organisation: Any, scale: int) -> None:
    if scale == 3:
        thresholds = {"medium_from": 3, "high_from": 5, "critical_from": 7}
        make_criteria(organisation, state="approved", size=3, **thresholds)
    for severity, likelihood in [(1, 1), (2, 3), (3, 1), (3, 3), (5, 1), (4, 4), (None, None)]:
        assessment = complete(organisation)
        Impact.objects.filter(assessment=assessment, dimension="fairness").update(
            residual_severity=severity, residual_likelihood=likelihood
        )
        [ranked] = with_level(ImpactAssessment.objects.filter(pk=assessment.pk), organisation)
        level = overall_of(assessment)
        assert ranked.level_rank == (LEVELS.index(level) if level else None), (severity, likelihood)
