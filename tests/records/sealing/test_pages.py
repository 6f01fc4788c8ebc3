"""The page Seal, and what it sends."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from records import tasks
from records.models import Record
from records.sealing.models import RootMail, Verification
from records.sealing.roots import current_root
from records.sealing.sealer import seal
from tests.cast import make_supplier
from tests.pages import SeenPage
from tests.records.sealing.altering import altered
from tests.traces import history_of

pytestmark = pytest.mark.django_db


def where(organisation: Any, what: str = "") -> str:
    return f"/{organisation.slug}/history/seal/{what}"


def test_who_reads_everything_reads_the_current_root(
    organisation: Any, auditor: Any, manager: Any, contributor: Any, outsider: Any, sign_in: Any
) -> None:
    page = sign_in(auditor).get(where(organisation)).content.decode()
    assert "Nothing sealed yet" in page
    make_supplier(organisation)
    seal()
    root = current_root(organisation)
    for reader in (auditor, manager):
        page = sign_in(reader).get(where(organisation)).content.decode()
        assert root.head_hex in page  # type: ignore[union-attr]
        assert "Check now" not in page
    assert where(organisation) in SeenPage(sign_in(manager).get(f"/{organisation.slug}/history/")).links
    assert sign_in(contributor).get(where(organisation)).status_code == 403
    assert sign_in(outsider).get(where(organisation)).status_code == 404


def test_the_officer_mails_the_root_to_an_auditor_and_to_nobody_else(
    organisation: Any, officer: Any, auditor: Any, contributor: Any, outsider: Any, sign_in: Any
) -> None:
    seal()
    root, client = current_root(organisation), sign_in(officer)
    for nobody in (contributor, outsider):
        page = client.post(where(organisation, "mail/"), {"to": nobody.pk}).content.decode()
        assert "Select a valid choice" in page
    assert client.post(where(organisation, "mail/"), {"to": auditor.pk}).status_code == 302
    [job] = RootMail.objects.all()
    tasks.send_root(str(job.pk))
    [sent] = mail.outbox
    assert sent.to == [auditor.email]
    assert root.head_hex in sent.body  # type: ignore[union-attr]
    assert f"http://127.0.0.1:8000{where(organisation)}" in sent.body
    assert sign_in(auditor).post(where(organisation, "mail/"), {"to": auditor.pk}).status_code == 403


def test_the_page_shows_what_the_last_check_found(organisation: Any, officer: Any, sign_in: Any) -> None:
    make_supplier(organisation, title="Precious")
    seal()
    tasks.verify_history(str(organisation.pk), officer.pk)
    page = sign_in(officer).get(where(organisation)).content.decode()
    assert "Unaltered" in page
    assert officer.name in page
    altered("UPDATE records_recordevent SET title = 'x' WHERE pgh_id = %s", history_of(Record).last().pk)
    tasks.verify_history()
    page = sign_in(officer).get(where(organisation)).content.decode()
    assert "The last check found one fault:" in page
    assert "was altered" in page
    assert Verification.objects.filter(chain__organisation=organisation).count() == 2


def test_checking_is_left_to_the_worker(
    organisation: Any, officer: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    told: list[Any] = []
    monkeypatch.setattr("records.sealing.pages.tell_workers", lambda *words, **more: told.append((words, more)))
    with django_capture_on_commit_callbacks(execute=True):
        assert sign_in(officer).post(where(organisation, "check/")).status_code == 302
    person = {"kwargs": {"person_id": officer.pk}}
    assert told == [(("records.tasks.verify_history", organisation.pk), person)]
