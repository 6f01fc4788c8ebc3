"""What an auditor asks for: told at once, answered with text and evidence, accepted or returned (B7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from audits.models import AuditRoom, InformationRequest
from clauses.asking.telling import send
from clauses.models import Asking, Requirement
from evidence.models import Evidence
from reports.dates import RULES, due_by
from tests.cast import make_evidence, person
from tests.evidence.files import upload
from tests.pages import SeenPage

from .desk_making import make_auditor, release

SignIn = Callable[..., Client]


def page(room: AuditRoom, name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs={"organisation": room.organisation.slug, **kwargs})


@pytest.fixture
def question(organisation: Any, room: AuditRoom, owen: Client) -> InformationRequest:
    """Asked through the page."""
    given = {
        "title": "Please show auditor independence for AUD-01",
        "asks": "Who audited, and who chose them",
        "requirement": Requirement.objects.get(number="9.2.2").pk,
        "due_on": (organisation.today() + timedelta(days=3)).isoformat(),
    }
    answer = owen.post(page(room, "room-request-new"), given)
    assert answer.status_code == 302, SeenPage(answer).texts
    return InformationRequest.objects.select_related("organisation").get()


def act(client: Client, question: InformationRequest, verb: str, text: str = "", **more: Any) -> Any:
    question.refresh_from_db()
    address = f"{question.get_absolute_url()}{verb}/"
    return client.post(address, {"text": text, "version": question.version, **more})


def test_the_contact_is_asked_and_told_at_once(
    question: InformationRequest, room: AuditRoom, officer: Any, owen: Client
) -> None:
    assert (question.owner, question.asked_by, question.state) == (officer, room.person, "asked")
    told = Asking.objects.get()
    assert (told.person, told.record_id, told.word) == (officer, question.pk, "asked")
    assert owen.get(question.get_absolute_url()).status_code == 200
    assert question.reference.startswith("Q-")


def test_the_mail_says_who_asks_for_what(question: InformationRequest, officer: Any) -> None:
    assert send(Asking.objects.get().pk)
    sent = mail.outbox[-1]
    assert sent.to == [officer.email]
    for words in (question.title, question.in_room.name, question.asks, "9.2.2", question.get_absolute_url()):
        assert words in f"{sent.subject}\n{sent.body}", words


def test_it_is_answered_with_evidence_which_the_auditor_sees_through_it(
    question: InformationRequest, room: AuditRoom, officer: Any, owen: Client, sign_in: SignIn
) -> None:
    client = sign_in(officer)
    dropped = client.post(
        reverse("evidence-drop", args=[room.organisation.slug, question.reference]), {"file": upload("letter.pdf")}
    )
    assert dropped.status_code in {200, 302}
    item = Evidence.objects.get(proofs__record=question.pk)
    assert act(client, question, "answer", "Neither of them works in credit").status_code == 302
    question.refresh_from_db()
    assert (question.state, question.answered_by) == ("answered", officer)
    assert Asking.objects.filter(person=room.person, word="delivered").exists()
    texts = " ".join(SeenPage(owen.get(question.get_absolute_url())).texts)
    assert "Neither of them works in credit" in texts
    assert (
        owen.get(reverse("room-evidence-version", args=[room.organisation.slug, item.reference, 1])).status_code == 200
    )
    assert act(owen, question, "accept", evidence=[item.reference]).status_code == 302
    question.refresh_from_db()
    assert question.state == "accepted"


def test_what_is_accepted_is_what_was_shown(
    question: InformationRequest, organisation: Any, officer: Any, owen: Client, sign_in: SignIn
) -> None:
    act(sign_in(officer), question, "answer", "Here")
    make_evidence(organisation, proves=question)
    refused = act(owen, question, "accept")
    assert refused.status_code == 200
    assert "changed after you opened it" in refused.content.decode()
    question.refresh_from_db()
    assert question.state == "answered"


def test_a_returned_answer_waits_again_and_its_owner_is_told(
    question: InformationRequest, officer: Any, owen: Client, sign_in: SignIn
) -> None:
    client = sign_in(officer)
    assert act(client, question, "answer", " ").status_code == 200
    act(client, question, "answer", "Soon")
    refused = act(owen, question, "return")
    assert "Say why" in refused.content.decode()
    assert act(owen, question, "return", "That says when, not who").status_code == 302
    question.refresh_from_db()
    assert (question.state, question.remark) == ("returned", "That says when, not who")
    assert Asking.objects.filter(person=officer, word="returned").exists()
    assert act(client, question, "answer", "Jo and Kim").status_code == 302


def test_a_contributor_who_is_asked_answers_with_evidence(
    question: InformationRequest, room: AuditRoom, contributor: Any, officer: Any, sign_in: SignIn
) -> None:
    hers, his = sign_in(officer), sign_in(contributor)
    assert his.get(question.get_absolute_url()).status_code == 404
    assert hers.post(f"{question.get_absolute_url()}pass-on/", {"person": contributor.pk}).status_code == 302
    assert Asking.objects.filter(person=contributor, word="asked").exists()
    assert his.get(question.get_absolute_url()).status_code == 200
    drop = reverse("evidence-drop", args=[room.organisation.slug, question.reference])
    assert his.post(drop, {"file": upload("list.pdf")}).status_code in {200, 302}
    assert act(his, question, "answer", "The list").status_code == 302
    question.refresh_from_db()
    assert question.answered_by == contributor


def test_it_is_passed_on_to_no_auditor_and_by_no_contributor(
    question: InformationRequest, room: AuditRoom, contributor: Any, officer: Any, sign_in: SignIn
) -> None:
    address = f"{question.get_absolute_url()}pass-on/"
    assert room.person
    assert sign_in(officer).post(address, {"person": room.person.pk}).status_code == 404
    InformationRequest.objects.filter(pk=question.pk).update(owner=contributor)
    assert sign_in(contributor).post(address, {"person": officer.pk}).status_code == 403


def test_the_auditor_uploads_nothing_and_answers_nothing(
    question: InformationRequest, room: AuditRoom, owen: Client
) -> None:
    drop = reverse("evidence-drop", args=[room.organisation.slug, question.reference])
    assert owen.post(drop, {"file": upload("mine.pdf")}).status_code in {403, 404}
    assert act(owen, question, "answer", "Mine").status_code in {403, 404}
    assert not Evidence.objects.filter(proofs__record=question.pk).exists()


@pytest.mark.parametrize("role", ["internal_auditor", "auditor", "manager", "administrator"])
def test_readers_see_it_and_take_no_part(
    role: str, question: InformationRequest, request: Any, sign_in: SignIn
) -> None:
    client = sign_in(request.getfixturevalue(role))
    assert client.get(question.get_absolute_url()).status_code == 200
    for verb in ("answer", "pass-on", "accept", "return", "withdraw"):
        assert act(client, question, verb, "x", person=1).status_code == 403, verb


def test_nobody_but_who_asked_decides(
    question: InformationRequest, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    act(sign_in(officer), question, "answer", "Here")
    una = make_auditor(organisation, name="Una Field")
    assert sign_in(una.person).get(question.get_absolute_url()).status_code == 404
    release(una, question)
    for verb in ("accept", "return", "withdraw"):
        assert act(sign_in(una.person), question, verb, "x").status_code == 403
        assert act(sign_in(officer), question, verb, "x").status_code == 403


def test_a_stale_page_is_refused_and_what_was_typed_stays(
    question: InformationRequest, officer: Any, sign_in: SignIn
) -> None:
    client = sign_in(officer)
    answer = client.post(f"{question.get_absolute_url()}answer/", {"text": "What I typed", "version": 99})
    assert answer.status_code == 200
    assert "What I typed" in answer.content.decode()
    assert InformationRequest.objects.get().state == "asked"


def test_it_is_withdrawn_with_a_reason(question: InformationRequest, owen: Client) -> None:
    assert act(owen, question, "withdraw").status_code == 200
    assert act(owen, question, "withdraw", "Found it").status_code == 302
    question.refresh_from_db()
    assert question.state == "withdrawn"
    assert act(owen, question, "withdraw", "Again").status_code == 200


def test_who_is_asked_is_reminded(question: InformationRequest, organisation: Any, officer: Any) -> None:
    soon = organisation.today() + timedelta(days=3)
    rows = due_by(RULES["question"], soon, organisation, owner=officer)
    assert [(one.pk, one.on, one.actor) for one in rows] == [(question.pk, soon, officer.pk)]
    InformationRequest.objects.filter(pk=question.pk).update(
        state="answered", answer="x", answered_on=organisation.today()
    )
    assert not due_by(RULES["question"], soon, organisation, owner=officer).exists()


def test_a_day_that_is_over_is_refused_at_the_field(organisation: Any, room: AuditRoom, owen: Client) -> None:
    given = {"title": "Show it", "due_on": (organisation.today() - timedelta(days=1)).isoformat()}
    answer = owen.post(page(room, "room-request-new"), given)
    assert list(answer.context["form"].errors) == ["due_on"]
    assert 'value="Show it"' in answer.content.decode()


def test_without_the_contact_another_officer_is_asked(
    organisation: Any, room: AuditRoom, officer: Any, owen: Client
) -> None:
    second = person("second-officer", organisation, "compliance_officer")
    organisation.memberships.filter(user=officer).update(until=organisation.today() - timedelta(days=1))
    due_on = organisation.today().isoformat()
    assert owen.post(page(room, "room-request-new"), {"title": "Show it", "due_on": due_on}).status_code == 302
    assert InformationRequest.objects.get().owner == second
