"""Being asked shows what it is about for as long as it lasts, and takes nothing that something else shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clauses.asking.verbs import finish_task
from clauses.models import Document, EvidenceRequest, Task
from records.actions import give
from records.models import Record, RecordGrant
from tests.cast import make_supplier, somebody
from tests.clauses.gaps.making import answer_all, make_gap_run
from tests.clauses.gaps.test_gap_runs import closed
from tests.document_cast import document_form

from .making import make_task, position, request_form, task_form
from .test_asking import drop, post, sees, state

pytestmark = pytest.mark.django_db


def ask(client: Any, organisation: Any, of: Any, about: Any) -> Task:
    """An action about a record, asked on the page."""
    data = task_form(organisation) | {"owner": of.pk, "about-typed": about.reference}
    assert client.post(f"/{organisation.slug}/actions/new/", data).status_code == 302
    return Task.objects.latest("pk")


def reasons(client: Any, record: Any, name: str, value: Any) -> list[str]:
    """Why setting one record by its checkbox is refused."""
    path = f"{record.get_absolute_url().rpartition(record.reference)[0]}selection/"
    pick = f"{record.pk}v{Record.objects.get(pk=record.pk).version}"
    answer = client.post(path, {"set": name, "pick": [pick], "value": value})
    assert client.post(path, {"set": name, "pick": [pick], "value": value, "promised": pick}).status_code in {302, 409}
    return [line.reason for line in answer.context["plan"].refused]


def test_by_its_checkbox_who_is_asked_passes_nothing_on(
    organisation: Any, contributor: Any, officer: Any, sign_in: Any
) -> None:
    task, other = make_task(organisation, owner=contributor), somebody(organisation)
    assert reasons(sign_in(contributor), task, "owner", other.pk) == ["Only who keeps the records changes this"]
    task.refresh_from_db()
    assert task.owner == contributor
    assert reasons(sign_in(contributor), task, "review_on", "2030-01-01") == []
    assert reasons(sign_in(officer), task, "owner", other.pk) == []
    task.refresh_from_db()
    assert (task.owner, str(task.review_on)) == (other, "2030-01-01")


def test_by_its_checkbox_nothing_settled_or_closed_changes(organisation: Any, officer: Any, sign_in: Any) -> None:
    task, run, other = make_task(organisation, owner=officer), make_gap_run(organisation), somebody(organisation)
    finish_task(task, by=officer, result="Done")
    answer_all(run, "4.1", "met", by=officer)
    closed(run, officer)
    client = sign_in(officer)
    for record, why in ((task, "It is settled"), (run, "This gap analysis is closed")):
        for name, value in (("owner", other.pk), ("review_on", "2030-01-01")):
            [reason] = reasons(client, record, name, value)
            assert reason.startswith(why)
    assert not Record.objects.filter(owner=other).exists()
    assert not Record.objects.filter(review_on="2030-01-01").exists()


def test_sight_ends_once_it_is_done_or_accepted(
    organisation: Any, contributor: Any, officer: Any, sign_in: Any
) -> None:
    hers, theirs, supplier = sign_in(officer), sign_in(contributor), make_supplier(organisation)
    task = ask(hers, organisation, contributor, supplier)
    assert sees(contributor, supplier)
    post(theirs, task, "finish", text="Done")
    assert (state(task), sees(contributor, supplier)) == ("done", False)
    hers.post(f"/{organisation.slug}/evidence-requests/new/", request_form(organisation) | {"owner": contributor.pk})
    asked, about = EvidenceRequest.objects.get(), position(organisation)
    item = drop(theirs, asked)
    post(theirs, asked, "deliver")
    post(hers, asked, "return", text="More")
    assert sees(contributor, about), "it waits for them again"
    post(theirs, asked, "deliver")
    post(hers, asked, "accept", evidence=[item.reference])
    assert (state(asked), sees(contributor, about)) == ("accepted", False)


def test_who_reads_or_approves_a_document_goes_on_seeing_it(
    organisation: Any, contributor: Any, manager: Any, officer: Any, sign_in: Any
) -> None:
    client = sign_in(officer)
    data = document_form(organisation) | {"readers": [contributor.pk]}
    assert client.post(f"/{organisation.slug}/documents/new/", data).status_code == 302
    document = Document.objects.get()
    finish_task(ask(client, organisation, contributor, document), by=officer, result="Done")
    assert sees(contributor, document)
    Document.objects.filter(pk=document.pk).update(approver=contributor)
    document.readers.clear()
    finish_task(ask(client, organisation, contributor, document), by=officer, result="Done")
    assert sees(contributor, document)


def test_who_reads_or_approves_a_document_no_longer_sees_it_while_asked_about_it(
    organisation: Any, contributor: Any, officer: Any, sign_in: Any
) -> None:
    client, typed = sign_in(officer), document_form(organisation)
    client.post(f"/{organisation.slug}/documents/new/", typed | {"readers": [contributor.pk]})
    document = Document.objects.get()
    task = ask(client, organisation, contributor, document)
    assert client.post(document.edit_url, typed | {"version": document.version}).status_code == 302
    document = Document.objects.get()
    assert not document.readers.exists()
    assert sees(contributor, document)
    Document.objects.filter(pk=document.pk).update(approver=contributor)
    assert client.post(document.edit_url, typed | {"version": document.version}).status_code == 302
    document = Document.objects.get()
    assert document.approver is None
    assert sees(contributor, document)
    finish_task(task, by=officer, result="Done")
    assert not sees(contributor, document)


def test_a_grant_with_an_end_is_neither_lengthened_nor_taken(
    organisation: Any, contributor: Any, officer: Any, sign_in: Any
) -> None:
    supplier, until = make_supplier(organisation), organisation.today() + timedelta(days=9)
    give(supplier, to=contributor, change=False, until=until)
    task = ask(sign_in(officer), organisation, contributor, supplier)
    assert RecordGrant.objects.get(user=contributor).until == until
    finish_task(task, by=officer, result="Done")
    assert RecordGrant.objects.get(user=contributor).until == until
