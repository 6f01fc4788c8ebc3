"""Pages of documents: what is different, who may decide, drafts that stay inside, and two who write at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clauses.documents.difference import compared
from clauses.documents.writing import submit_version, write_version
from clauses.models import Document
from records.actions import give
from tests.document_cast import make_document, make_version
from tests.pages import SeenPage
from tests.risks.statements import designate

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def document(organisation: Any, officer: Any, manager: Any) -> Document:
    """Version 0.1 is superseded in fact: 0.2 holds, 0.3 waits for approval."""
    designate(organisation, manager)
    made = make_document(organisation, title="Release procedure", owner=officer)
    make_version(made, "Two people look.\n\nThen it goes live.", state="approved", decided_by=manager, author=officer)
    version = write_version(
        made, by=officer, label="0.3", began_at=2, text="Three people look.\n\nThen it goes live.", note="One more"
    )
    submit_version(version, by=officer)
    return made


def test_the_page_of_a_version_marks_what_is_different(document: Document, manager: Any, sign_in: SignIn) -> None:
    version = document.latest
    assert version
    page = sign_in(manager).get(version.get_absolute_url()).content.decode()
    assert "<del>Two</del>" in page
    assert "<ins>Three</ins>" in page
    assert "What is different from 0.2" in page
    parts = compared(document.versions.get(number=2), version)
    assert parts
    assert {part.kind for part in parts["parts"]} == {"same", "new", "gone"}


def test_he_approves_from_the_page_she_cannot(document: Document, officer: Any, manager: Any, sign_in: SignIn) -> None:
    version = document.latest
    assert version
    hers = sign_in(officer)
    assert "/approve/" not in hers.get(version.get_absolute_url()).content.decode()
    assert hers.post(version.url("approve"), {"version": version.number}).status_code == 403
    client = sign_in(manager)
    form = next(one for one in SeenPage(client.get(version.get_absolute_url())).forms if "approve" in one.action)
    assert client.post(version.url("approve"), {"version": "2"}).status_code == 302
    version.refresh_from_db()
    assert version.state == "in_review", "another version than the one shown"
    assert client.post(form.action, form.data(note="Good")).status_code == 302
    version.refresh_from_db()
    assert (version.state, version.decision_note) == ("approved", "Good")


def test_he_returns_it_with_a_reason(document: Document, manager: Any, sign_in: SignIn) -> None:
    version, client = document.latest, sign_in(manager)
    assert version
    client.post(version.url("return"), {"version": version.number, "note": ""})
    version.refresh_from_db()
    assert version.state == "in_review"
    client.post(version.url("return"), {"version": version.number, "note": "Who are the three?"})
    version.refresh_from_db()
    assert (version.state, version.decision_note) == ("returned", "Who are the three?")


def test_an_auditor_from_outside_reads_no_draft(document: Document, auditor: Any, sign_in: SignIn) -> None:
    client = sign_in(auditor)
    page = client.get(document.get_absolute_url()).content.decode()
    assert "Two people look" in page
    assert "Three people" not in page
    assert "/versions/3/" not in page
    answers = [client.get(f"{document.get_absolute_url()}versions/{n}/").status_code for n in (1, 2, 3)]
    assert answers == [404, 200, 404]
    history = client.get(document.history_url).content.decode()
    assert "Three people" not in history


def test_who_was_slower_sees_both_texts_and_loses_nothing(document: Document, officer: Any, sign_in: SignIn) -> None:
    client, address = sign_in(officer), f"{document.get_absolute_url()}versions/new/"
    form = SeenPage(client.get(address)).form_with("began_at")
    write_version(document, by=officer, label="0.3", began_at=3, text="Theirs stands here.")
    answer = client.post(address, form.data(text="Mine stands here."))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Nothing of yours is lost" in page
    assert "Mine stands here." in page
    assert "Theirs" in page
    again = SeenPage(answer).form_with("began_at")
    assert client.post(address, again.data()).status_code == 302
    newest = document.latest
    assert newest
    assert (newest.text, newest.number) == ("Mine stands here.", 5)


def test_a_file_is_a_version_too(document: Document, officer: Any, sign_in: SignIn) -> None:
    client, address = sign_in(officer), f"{document.get_absolute_url()}versions/new/"
    given = SeenPage(client.get(address)).form_with("began_at").data()
    file = SimpleUploadedFile("release.txt", b"As a file\n")
    assert client.post(address, {**given, "file": file}).status_code == 302
    version = document.latest
    assert version
    assert version.filename == "release.txt"
    page = client.get(version.get_absolute_url()).content.decode()
    assert version.sha256[:8] in page
    assert b"".join(client.get(version.url("file"))) == b"As a file\n"  # type: ignore[arg-type]
    bad = client.post(address, {**given, "began_at": "4", "file": SimpleUploadedFile("x.exe", b"MZ\x90\x00")})
    assert bad.status_code == 200
    assert document.versions.count() == 4


def test_an_approver_needs_the_authority(organisation: Any, officer: Any, contributor: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    given = {"title": "Policy", "document_kind": "policy", "owner": officer.pk, "approver": contributor.pk}
    answer = client.post(f"/{organisation.slug}/documents/new/", given)
    assert "designated management" in answer.content.decode()
    outside = client.post(f"/{organisation.slug}/documents/new/", given | {"approver": "", "document_kind": "external"})
    assert "Say where a document from outside comes from" in outside.content.decode()


def test_a_mere_reader_reads_no_draft_and_its_approver_does(
    document: Document, contributor: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    give(document, to=contributor, change=False)
    client, address = sign_in(contributor), document.get_absolute_url()
    answers = [client.get(f"{address}versions/{n}/").status_code for n in (1, 2, 3)]
    assert answers == [404, 200, 404]
    assert "/versions/3/" not in client.get(address).content.decode()
    assert sign_in(internal_auditor).get(f"{address}versions/3/").status_code == 200
    Document.objects.filter(pk=document.pk).update(approver=contributor)
    assert client.get(f"{address}versions/3/").status_code == 200
    Document.objects.filter(pk=document.pk).update(approver=None)
    give(document, to=contributor, change=True)
    assert client.get(f"{address}versions/3/").status_code == 200


def test_its_kind_is_not_changed_to_need_less_of_who_approves(
    document: Document, officer: Any, sign_in: SignIn
) -> None:
    client = sign_in(officer)
    form = SeenPage(client.get(document.edit_url)).form_with("document_kind")
    answer = client.post(document.edit_url, form.data(document_kind="policy", title="Renamed"))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "another authority" in page
    assert "Renamed" in page
    assert client.post(document.edit_url, form.data(document_kind="plan")).status_code == 302
