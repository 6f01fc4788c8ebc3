"""Who may see, ask for and take away reports, and what the pages say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from reports import making
from reports.models import Report
from tests.pages import SeenPage

SignIn = Callable[..., Client]
READERS = ["officer", "manager", "internal_auditor", "auditor", "administrator"]
ASKERS = ["officer", "manager"]


def address(name: str, organisation: Any, report: Report | None = None) -> str:
    more = {"report_id": report.pk} if report else {}
    return reverse(name, kwargs={"organisation": organisation.slug, **more})


@pytest.fixture
def done(organisation: Any, manager: Any, sent: Any, quick_print: Any) -> Report:
    report = making.Report.objects.create(
        organisation=organisation, number=1, requested_by=manager, idempotency_key="made for a test"
    )
    making.make(report.pk)
    report.refresh_from_db()
    assert report.state == Report.State.DONE
    return report


@pytest.mark.parametrize("role", [*READERS, "contributor"])
def test_who_reads_all_records_reads_reports(
    role: str, request: Any, organisation: Any, done: Report, sign_in: SignIn
) -> None:
    client = sign_in(request.getfixturevalue(role))
    status = 200 if role in READERS else 403
    assert client.get(address("report-list", organisation)).status_code == status
    assert client.get(address("report-verify", organisation)).status_code == status
    assert client.get(address("report-detail", organisation, done)).status_code == status
    answer = client.get(address("report-download", organisation, done))
    assert answer.status_code == status
    assert answer.getvalue()


@pytest.mark.parametrize("role", [*READERS, "contributor"])
def test_who_may_ask_sees_the_button_and_nobody_else_gets_one(
    role: str, request: Any, organisation: Any, sign_in: SignIn, sent: Any
) -> None:
    client, url = sign_in(request.getfixturevalue(role)), address("report-list", organisation)
    page = client.get(url)
    assert (b"Make PDF" in page.content) == (role in ASKERS)
    answer = client.post(url, {"key": "k"})
    assert answer.status_code == (303 if role in ASKERS else 403)
    assert Report.objects.count() == (1 if role in ASKERS else 0)


def test_nobody_from_elsewhere_finds_it(
    organisation: Any, other_organisation: Any, outsider: Any, done: Report, sign_in: SignIn
) -> None:
    client = sign_in(outsider)
    for name in ("report-list", "report-verify"):
        assert client.get(address(name, organisation)).status_code == 404
    for name in ("report-detail", "report-download"):
        for where in (organisation, other_organisation):
            assert client.get(address(name, where, done)).status_code == 404
    assert sign_in().get(address("report-detail", organisation, done)).status_code == 302


def test_the_form_sent_twice_is_one_report(organisation: Any, manager: Any, sign_in: SignIn, sent: Any) -> None:
    client, url = sign_in(manager), address("report-list", organisation)
    form = SeenPage(client.get(url)).form_with("key")
    first, second = (client.post(url, form.data()) for _n in range(2))
    assert first.status_code == 303
    assert first.url == second.url
    Report.objects.update(state=Report.State.DONE)
    again = SeenPage(client.get(url)).form_with("key")
    assert again.data() != form.data()


@pytest.mark.parametrize("state", Report.State.values)
def test_each_state_has_a_page_and_polling_ends_with_the_work(
    state: str, organisation: Any, manager: Any, done: Report, sign_in: SignIn
) -> None:
    Report.objects.update(state=state, error="The printer was on fire.")
    client, url = sign_in(manager), address("report-detail", organisation, done)
    part = client.get(f"{url}?seen=queued", headers={"HX-Request": "true"}).content.decode()
    page = client.get(url).content.decode()
    waits = state in {"queued", "running"}
    assert ('hx-trigger="every 1s"' in part) == ('hx-trigger="every 1s"' in page) == waits
    assert ("hx-swap-oob" in part) == (state != "queued")
    assert ("Look again" in page) == waits
    assert ("Download PDF" in page) == (state == "done")
    assert ("The printer was on fire." in page) == ("Ask again" in page) == (state == "failed")
    assert "<html" not in part


def test_a_report_nobody_took_up_says_so(organisation: Any, manager: Any, done: Report, sign_in: SignIn) -> None:
    Report.objects.update(state="queued", requested_at=timezone.now() - timedelta(minutes=1))
    page = sign_in(manager).get(address("report-detail", organisation, done)).content.decode()
    assert "Waiting for the worker" in page


def test_the_file_is_sent_as_a_file_and_never_kept_on_the_way(
    organisation: Any, manager: Any, done: Report, sign_in: SignIn
) -> None:
    answer = sign_in(manager).get(address("report-download", organisation, done))
    assert answer["Content-Disposition"] == f'attachment; filename="RDY-0001-{organisation.slug}-readiness.pdf"'
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/pdf"
    assert answer.getvalue().startswith(b"%PDF-")


def test_an_altered_file_is_not_sent(
    organisation: Any, manager: Any, done: Report, sign_in: SignIn, caplog: Any
) -> None:
    with open(default_storage.path(done.key), "ab") as file:
        file.write(b"!")
    answer = sign_in(manager).get(address("report-download", organisation, done))
    assert answer.status_code == 500
    assert b"not what was made" in answer.content
    assert "differs from its SHA-256" in caplog.text


def test_only_a_finished_report_is_sent(organisation: Any, manager: Any, done: Report, sign_in: SignIn) -> None:
    Report.objects.update(state="running")
    assert sign_in(manager).get(address("report-download", organisation, done)).status_code == 404


def verified(client: Client, organisation: Any, **data: Any) -> str:
    answer = client.post(address("report-verify", organisation), data)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_code_and_a_file_are_recognised(organisation: Any, manager: Any, done: Report, sign_in: SignIn) -> None:
    client = sign_in(manager)
    foot = f"RDY-0001 · {done.code.replace('-', ' ').lower()} · data as of today"
    for code in (done.code, done.code.replace("-", ""), foot):
        page = verified(client, organisation, code=code)
        assert "Genuine and unchanged" in page, code
        assert "RDY-0001" in page
    content = Path(default_storage.path(done.key)).read_bytes()
    assert "bit for bit" in verified(client, organisation, file=SimpleUploadedFile("r.pdf", content))


def test_what_was_changed_is_told_apart(organisation: Any, manager: Any, done: Report, sign_in: SignIn) -> None:
    client = sign_in(manager)
    content = Path(default_storage.path(done.key)).read_bytes()
    assert "Not one of ours" in verified(client, organisation, file=SimpleUploadedFile("r.pdf", content + b"!"))
    assert "Not one of ours" in verified(client, organisation, code="0000-0000-0000")
    assert "twelve digits" in verified(client, organisation, code="what?")
    assert "Type a code or choose a file" in verified(client, organisation)
    with open(default_storage.path(done.key), "ab") as file:
        file.write(b"!")
    assert "Is gone or was changed" in verified(client, organisation, code=done.code)
    Report.objects.update(figures=done.figures | {"on": "2020-01-01"})
    page = verified(client, organisation, code=done.code)
    assert "No longer give this code" in page
    assert "This report was changed" in page


def test_the_list_costs_the_same_for_many_reports(
    organisation: Any, manager: Any, done: Report, sign_in: SignIn
) -> None:
    client, url = sign_in(manager), address("report-list", organisation)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for number in range(2, 12):
        Report.objects.create(
            organisation=organisation, number=number, requested_by=manager, idempotency_key=str(number)
        )
    with CaptureQueriesContext(connection) as many:
        assert b"RDY-0011" in client.get(url).content
    assert len(one) == len(many)
