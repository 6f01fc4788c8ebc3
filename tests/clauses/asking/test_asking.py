"""What is asked of a person: they may see what it is about, are told at once, answer; somebody else accepts (A7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from clauses.asking import telling
from clauses.models import Asking, EvidenceRequest, Task
from evidence.models import Evidence, Proof
from records.actions import give
from records.models import Record
from reports.due import due
from tests.cast import make_supplier, somebody
from tests.cast import person as member
from tests.clauses.gaps.making import answer_all, make_gap_run
from tests.clauses.gaps.test_gap_runs import closed

from .making import make_request, make_task, position, request_form, task_form

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def asked(organisation: Any, officer: Any, contributor: Any, sign_in: Any) -> EvidenceRequest:
    """Asked by the officer of the contributor, on the page."""
    data = request_form(organisation) | {"owner": contributor.pk}
    answer = sign_in(officer).post(f"/{organisation.slug}/evidence-requests/new/", data)
    assert answer.status_code == 302
    return EvidenceRequest.objects.get()


def sees(person: Any, record: Any) -> bool:
    return Record.objects.visible_to(person).filter(pk=record.pk).exists()


def changes(person: Any, record: Any) -> bool:
    return Record.objects.changeable_by(person).filter(pk=record.pk).exists()


def post(client: Any, record: Any, verb: str, **data: Any) -> int:
    return int(client.post(f"{record.get_absolute_url()}{verb}/", data).status_code)


def state(record: Any) -> str:
    record.refresh_from_db()
    return str(record.state)


def drop(client: Any, record: Any) -> Evidence:
    file = SimpleUploadedFile("measured.pdf", PDF, content_type="application/pdf")
    headers = {"X-Requested-With": "XMLHttpRequest"}
    url = reverse("evidence-drop", args=[record.organisation.slug, record.reference])
    answer = client.post(url, {"file": file}, headers=headers)
    assert answer.status_code == 201, answer.content
    return Evidence.objects.get(reference=answer.json()["references"][0])


def test_whoever_is_asked_sees_the_requirement_has_it_due_and_gets_one_mail(
    asked: Any, organisation: Any, officer: Any, contributor: Any
) -> None:
    about = position(organisation)
    assert (asked.asked_by, asked.state) == (officer, "asked")
    assert sees(contributor, about)
    assert not changes(contributor, about)
    assert [(one.reference, one.what) for one in due(contributor, organisation, asked.due_on, owner=contributor)] == [
        (asked.reference, "request")
    ]
    job = Asking.objects.get()
    assert telling.send(job.pk)
    assert not telling.send(job.pk), "once"
    [sent] = mail.outbox
    assert sent.to == [contributor.email]
    assert asked.reference in sent.subject
    assert "All" in sent.body
    assert asked.get_absolute_url() in sent.body


def test_it_is_delivered_and_accepted_and_then_proves_the_requirement(
    asked: Any, organisation: Any, officer: Any, contributor: Any, sign_in: Any
) -> None:
    theirs, hers = sign_in(contributor), sign_in(officer)
    assert post(theirs, asked, "deliver") == 302
    assert state(asked) == "asked", "nothing was added"
    item = drop(theirs, asked)
    assert post(theirs, asked, "deliver", text="As measured") == 302
    assert (state(asked), asked.delivered_by, asked.remark) == ("delivered", contributor, "As measured")
    assert post(theirs, asked, "accept", evidence=[item.reference]) == 403
    assert not Proof.objects.filter(record=position(organisation)).exists()
    waiting = due(officer, organisation, organisation.today() + timedelta(days=7), owner=officer)
    assert [one.what for one in waiting] == ["delivered"]
    assert post(hers, asked, "accept", evidence=[]) == 302
    assert state(asked) == "delivered", "not what was shown"
    assert item.reference in hers.get(asked.get_absolute_url()).content.decode()
    assert post(hers, asked, "accept", evidence=[item.reference]) == 302
    assert (state(asked), asked.decided_by, asked.decided_on) == ("accepted", officer, organisation.today())
    assert Proof.objects.filter(record=position(organisation), evidence=item).exists()
    assert due(contributor, organisation, asked.due_on, owner=contributor) == []
    told = hers.get(asked.history_url).content.decode()
    assert "Delivered" in told
    assert "Accepted" in told


def test_it_is_returned_with_a_reason_and_delivered_again(
    asked: Any, officer: Any, contributor: Any, sign_in: Any
) -> None:
    theirs, hers = sign_in(contributor), sign_in(officer)
    item = drop(theirs, asked)
    post(theirs, asked, "deliver")
    assert post(hers, asked, "return") == 302
    assert state(asked) == "delivered", "no reason"
    post(hers, asked, "return", text="May is missing")
    assert state(asked) == "returned"
    assert "May is missing" in theirs.get(asked.get_absolute_url()).content.decode()
    mails = [telling.send(job.pk) for job in Asking.objects.filter(word="returned")]
    assert mails == [True]
    assert "May is missing" in mail.outbox[-1].body
    post(theirs, asked, "deliver")
    post(hers, asked, "accept", evidence=[item.reference])
    assert state(asked) == "accepted"


def test_nobody_accepts_what_they_delivered(asked: Any, officer: Any, sign_in: Any) -> None:
    client = sign_in(officer)
    item = drop(client, asked)
    post(client, asked, "deliver")
    assert post(client, asked, "accept", evidence=[item.reference]) == 403
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceRequest.objects.update(state="accepted", decided_by=officer)


def test_who_is_asked_does_not_move_the_day_or_pass_it_on(
    asked: Any, organisation: Any, contributor: Any, sign_in: Any
) -> None:
    day, owner = asked.due_on, asked.owner
    data = {"version": asked.version, "title": "Mine", "owner": somebody(organisation).pk, "due_on": "2030-01-01"}
    assert sign_in(contributor).post(asked.edit_url, data).status_code == 302
    asked.refresh_from_db()
    assert (asked.title, asked.due_on, asked.owner) == ("Mine", day, owner)


def test_asked_of_somebody_else_the_first_loses_sight_unless_asked_otherwise(
    asked: Any, organisation: Any, officer: Any, contributor: Any, sign_in: Any
) -> None:
    about, other, client = position(organisation), somebody(organisation), sign_in(officer)
    data = request_form(organisation) | {"version": asked.version, "owner": other.pk}
    assert client.post(asked.edit_url, data).status_code == 302
    assert (sees(contributor, about), sees(other, about)) == (False, True)
    assert set(Asking.objects.values_list("person", flat=True)) == {contributor.pk, other.pk}
    make_task(organisation, owner=other, about=about)
    asked.refresh_from_db()
    assert post(client, asked, "withdraw") == 302
    assert state(asked) == "asked", "no reason"
    post(client, asked, "withdraw", text="Not needed")
    assert state(asked) == "withdrawn"
    assert sees(other, about), "an action about it is still theirs"


def test_a_mail_about_what_was_settled_is_not_sent(asked: Any, officer: Any, sign_in: Any) -> None:
    post(sign_in(officer), asked, "withdraw", text="Not needed")
    assert not telling.send(Asking.objects.get().pk)
    assert mail.outbox == []


def test_who_wants_no_mail_finds_what_is_asked_in_the_portal(
    asked: Any, contributor: Any, organisation: Any, sign_in: Any
) -> None:
    client = sign_in(contributor)
    client.post(f"/{organisation.slug}/mentions/", {"mentions-by_mail": "on"})
    assert not telling.send(Asking.objects.get().pk)
    assert (mail.outbox, Asking.objects.get().state) == ([], "kept")
    assert asked.title in client.get(f"/{organisation.slug}/due/?whose=mine").content.decode()


def test_an_action_is_done_by_who_was_asked_whatever_their_role(
    organisation: Any, officer: Any, manager: Any, contributor: Any, auditor: Any, sign_in: Any
) -> None:
    hers = sign_in(officer)
    data = task_form(organisation) | {"owner": manager.pk, "about-typed": "6.1.2"}
    assert hers.post(f"/{organisation.slug}/actions/new/", data).status_code == 302
    task = Task.objects.get()
    assert task.about.reference == "6.1.2"
    for person in (auditor, contributor):
        assert post(sign_in(person), task, "finish", text="x") in {403, 404}
    assert post(sign_in(manager), task, "withdraw", text="x") == 403
    assert post(sign_in(manager), task, "finish") == 302
    assert state(task) == "open", "no result"
    post(sign_in(manager), task, "finish", text="Written")
    assert (state(task), task.closed_by, task.result) == ("done", manager, "Written")
    assert due(manager, organisation, task.due_on, owner=manager) == []


def test_an_action_is_about_a_record_one_may_see(organisation: Any, officer: Any, sign_in: Any) -> None:
    client, supplier = sign_in(officer), make_supplier(organisation)
    for reference, status in (("SUP-99", 200), (supplier.reference.lower(), 302), ("", 302)):
        data = task_form(organisation) | {"owner": officer.pk, "about-typed": reference}
        answer = client.post(f"/{organisation.slug}/actions/new/", data)
        assert answer.status_code == status, reference
    assert sorted(str(one.about) for one in Task.objects.all()) == ["None", str(supplier)]


def test_a_gap_becomes_an_action_with_owner_and_day(organisation: Any, officer: Any, sign_in: Any) -> None:
    run, client = make_gap_run(organisation), sign_in(officer)
    answer_all(run, "10.2", "not_met", by=officer)
    here = f"{run.get_absolute_url()}requirements/10.2/action/"
    assert client.get(here).status_code == 404, "it is still open"
    closed(run, officer)
    page = client.get(here).content.decode()
    assert "Close the gap: 10.2" in page
    assert "10.2 is not_met" in page
    data = {"title": "Learn from incidents", "about-typed": "10.2", "owner": officer.pk, "due_on": "2030-01-01"}
    assert client.post(here, data).status_code == 302
    task = Task.objects.get()
    assert (task.gap.run_id, task.about.reference, str(task.due_on)) == (run.pk, "10.2", "2030-01-01")
    assert task.reference in client.get(f"{run.get_absolute_url()}gaps/").content.decode()
    assert client.get(f"{run.get_absolute_url()}requirements/4.1/action/").status_code == 404, "no gap"


def test_many_handed_over_at_once_are_told_too(organisation: Any, officer: Any, contributor: Any) -> None:
    from clauses.asking.request_pages import EvidenceRequestViews

    about, asked = position(organisation), make_request(organisation, owner=contributor, changed_by=officer)
    EvidenceRequestViews().handed_over({asked.pk: set()})
    assert sees(contributor, about)
    assert Asking.objects.get().person == contributor


def test_a_mail_is_sent_only_while_what_it_says_holds(
    asked: Any, organisation: Any, officer: Any, contributor: Any, sign_in: Any
) -> None:
    theirs, hers, other = sign_in(contributor), sign_in(officer), somebody(organisation)
    drop(theirs, asked)
    for verb, text in (("deliver", ""), ("return", "May is missing"), ("deliver", "")):
        assert post(sign_in(contributor) if verb == "deliver" else hers, asked, verb, text=text) == 302
    jobs = {job.word: job.pk for job in Asking.objects.order_by("queued_at")}
    assert not telling.send(jobs["returned"]), "it was delivered again"
    assert telling.send(jobs["delivered"])
    post(hers, asked, "return", text="June too")
    earlier = Asking.objects.filter(word="delivered").exclude(pk=jobs["delivered"]).get()
    assert not telling.send(earlier.pk), "it was returned"
    data = request_form(organisation) | {"version": EvidenceRequest.objects.get().version, "owner": other.pk}
    assert hers.post(asked.edit_url, data).status_code == 302
    give(position(organisation), to=contributor, change=False)
    give(EvidenceRequest.objects.get(), to=contributor, change=False)
    for job in Asking.objects.filter(person=contributor, state="queued"):
        assert not telling.send(job.pk), "it is asked of somebody else"


def test_the_mail_names_who_delivered(asked: Any, organisation: Any, officer: Any, sign_in: Any) -> None:
    other = member("otto", organisation, "compliance_officer")
    client = sign_in(other)
    drop(client, asked)
    assert post(client, asked, "deliver") == 302
    assert telling.send(Asking.objects.get(word="delivered").pk)
    [sent] = mail.outbox
    assert (sent.to, f"{other.name} delivered evidence" in sent.body) == ([officer.email], True)


def test_a_nul_in_what_is_typed_is_left_out(asked: Any, organisation: Any, officer: Any, sign_in: Any) -> None:
    client, task = sign_in(officer), make_task(organisation, owner=officer)
    drop(client, asked)
    assert post(client, asked, "deliver", text="As\x00 measured") == 302
    assert post(client, task, "finish", text="Writ\x00ten") == 302
    assert post(client, make_task(organisation, owner=officer), "withdraw", text="\x00") == 302
    assert (state(asked), asked.remark, state(task), task.result) == ("delivered", "As measured", "done", "Written")
    assert Task.objects.open().count() == 1, "a NUL is no reason"
